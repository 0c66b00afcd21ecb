r"""Labels as a model sees them, and what counts as unlabeled.

A row is unlabeled where its label is None, NaN or pandas' NA, or equals `missing_label`. Where none is given, that is
-1 for classes, unless it is a class itself: where unlabeled rows are empty, or -2 and 0 are classes. For a real target,
of which -1 may well be a value, it is nothing.
"""

from __future__ import annotations

__all__ = ["ClassLabels", "RealLabels", "labels_of"]

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from semivae.data.kinds.scaling import Moments
from semivae.data.labels.classes import Cells, distinct, listed, look_up, ordered
from semivae.data.labels.markers import Markers, Target, as_column, class_markers, coded, default_markers, real_values
from semivae.errors import DataError, SchemaError
from semivae.variables import Variable

MANY = 20  # up to here, every labeled row may have a class of its own

# Text that a missing label easily turns into, and text that people write for one, in small letters.
LOST = {"nan", "<na>", "nat", "-1", "-1.0", "", "?", "unknown", "unlabeled", "missing"}
OFTEN = 0.05  # the share of rows from which -1 looks like a marker in a real target


class ClassLabels:
    r"""Classes and their codes 0, ..., C - 1.

    Arguments:
        variable: What the target is.
        missing_label: The value, or list of values, that means unlabeled; None for -1, unless that is a class.
    """

    def __init__(self, variable: Variable, missing_label: Markers = None) -> None:
        self.variable = variable
        self.missing_label = default_markers(variable.classes, missing_label)

    @classmethod
    def fit(cls, y: Target, missing_label: Markers = None, name: str = "label") -> Self:
        r"""Finds the classes among the labeled rows.

        Arguments:
            y: The labels, with shape (N,).
            missing_label: The value, or list of values, that means unlabeled; None to judge whether -1 does.
            name: The name of the target.

        Raises:
            DataError: If no row is labeled, only one class occurs, the values are no classes (fractions,
                dates), or nearly every labeled row has a class of its own.
        """

        column = as_column(y)
        codes, values = distinct(column, name)
        markers = class_markers(values, bool((codes < 0).any()), missing_label, name)
        codes, values = coded(column, markers, name)
        counts = np.bincount(codes[codes >= 0], minlength=len(values)).tolist()

        return cls.of(dict(zip(values, counts, strict=True)), column, len(column), missing_label, name)

    @classmethod
    def of(cls, counts: dict[Any, int], column: Cells, rows: int, missing_label: Markers, name: str) -> Self:
        r"""Judges classes that were found.

        Arguments:
            counts: The number of labeled rows of each class.
            column: Some labels, in the type of the user.
            rows: The number of all rows.
            missing_label: The value, or list of values, that means unlabeled.
            name: The name of the target.
        """

        classes, labeled = ordered(counts), sum(counts.values())

        check_classes(classes, labeled, rows, name)

        if missing_label is None:
            warn_about_lost(classes, name)

        dtype = class_dtype(column, classes)

        return cls(Variable(name, "category", classes=classes, dtype=dtype, missing=labeled < rows), missing_label)

    @property
    def classes(self) -> NDArray[Any]:
        """The classes, sorted, in the type of the user, with shape (C,)."""

        return np.array(self.variable.classes, dtype=self.variable.dtype)

    def encode(self, y: Target) -> NDArray[np.int64]:
        r"""Returns codes, with shape (N,), and -1 where unlabeled.

        Raises:
            SchemaError: If a class is not known.
        """

        codes, values = coded(as_column(y), self.missing_label, self.variable.name)
        known = set(self.variable.classes)
        new = [value for value in values if value not in known]

        if new:
            raise SchemaError(
                f"target {self.variable.name!r} has classes that the fit had not: {listed(new)}",
                f"the known classes are {listed(self.variable.classes)}",
                "fit again with these classes, or leave those rows out",
            )

        return look_up(codes, values, self.variable.classes)

    def decode(self, codes: NDArray[np.int64]) -> NDArray[Any]:
        """Returns the classes of codes, with the same shape; None (in an array of objects) for -1."""

        codes = np.asarray(codes)

        if (codes >= 0).all():
            return self.classes[codes]

        return np.array([*self.variable.classes, None], dtype=object)[codes]


class RealLabels:
    r"""A real target, scaled to mean 0 and deviation 1 over the labeled rows.

    Arguments:
        variable: What the target is.
        missing_label: The value, or list of values, that means unlabeled, besides NaN and None.
    """

    def __init__(self, variable: Variable, missing_label: Markers = None) -> None:
        self.variable = variable
        self.missing_label = missing_label

    @classmethod
    def fit(cls, y: Target, missing_label: Markers = None, name: str = "label") -> Self:
        r"""Finds the center and scale of the labeled rows.

        Arguments:
            y: The labels, with shape (N,).
            missing_label: The value, or list of values, that means unlabeled, besides NaN and None.
            name: The name of the target.

        Raises:
            DataError: If no row is labeled, or a value is text or infinite.
        """

        column = as_column(y)
        values = real_values(column, missing_label, name)

        return cls.of(Moments.of(values), Moments.of(values[values != -1]), column, len(column), missing_label, name)

    @classmethod
    def of(cls, moments: Moments, others: Moments, column: Cells, rows: int, missing_label: Markers, name: str) -> Self:
        r"""Judges values that were found.

        Arguments:
            moments: The moments of the labeled rows.
            others: Those of the labeled rows that do not hold -1.
            column: Some labels, in the type of the user.
            rows: The number of all rows.
            missing_label: The value, or list of values, that means unlabeled, besides NaN and None.
            name: The name of the target.
        """

        if not moments.count:
            raise unlabeled(rows, name)

        dtype = "float64" if column.dtype == object else str(column.dtype)
        variable = moments.variable(name, dtype, missing=moments.count < rows)
        share = (moments.count - others.count) / rows

        if looks_like_marker(others, share):
            warnings.warn(
                f"-1 occurs in {share:.0%} of the rows of target {name!r}, below all other values; "
                "it is taken for a value. If it means unlabeled, give missing_label=-1",
                stacklevel=3,
            )

        if variable.low == variable.high and moments.count > 1:
            warnings.warn(f"target {name!r} is {variable.low:g} in every labeled row", stacklevel=3)

        return cls(variable, missing_label)

    def encode(self, y: Target) -> NDArray[np.float64]:
        """Returns scaled values, with shape (N,); NaN where unlabeled."""

        values = real_values(as_column(y), self.missing_label, self.variable.name)

        return (values - self.variable.center) / self.variable.scale

    def decode(self, values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Returns values in the units of the user, with the same shape; not rounded, as they may be means."""

        return np.asarray(values, dtype=np.float64) * self.variable.scale + self.variable.center


def looks_like_marker(others: Moments, share: float) -> bool:
    r"""Whether -1 looks like a marker in a real target: frequent, and below all other values, none of them negative.

    Arguments:
        others: The moments of the other values.
        share: The share of rows that hold -1.
    """

    return others.count > 0 and others.low >= 0 and share > OFTEN


def labels_of(variable: Variable, missing_label: Markers) -> ClassLabels | RealLabels:
    """Rebuilds labels from their variable."""

    return (ClassLabels if variable.kind == "category" else RealLabels)(variable, missing_label)


def check_classes(classes: tuple[Any, ...], labeled: int, rows: int, name: str) -> None:
    """Checks that there are classes to tell apart."""

    fractions = [value for value in classes if isinstance(value, float) and not value.is_integer()]

    if not classes:
        raise unlabeled(rows, name)

    if fractions:
        raise DataError(
            f"Unknown label type: continuous. Target {name!r} holds {listed(fractions, 3)}",
            "classes must be text, whole numbers or booleans",
            "take a regressor (--task real), or turn the classes into text: y.astype(str)",
        )

    if len(classes) == 1:
        raise DataError(
            f"target {name!r} has only one class, {classes[0]!r}, in {labeled} labeled rows",
            "at least two classes are needed",
            "label rows of another class, or fit without a target (VAEEmbedding); if -1 is a class: missing_label=[]",
        )

    # With few labels among many rows, one label per class is a plain case of learning from few labels.
    if len(classes) > max(MANY, labeled / 2) and labeled > rows / 2:
        raise DataError(
            f"target {name!r} has {len(classes)} classes in {labeled} labeled rows",
            "classes must recur; this looks like a number or an identifier",
            "take a regressor (--task real), or name another column as the target",
        )


def warn_about_lost(classes: tuple[Any, ...], name: str) -> None:
    """Warns of a class that looks like a missing label that became text."""

    lost = [value for value in classes if isinstance(value, str) and value.strip().lower() in LOST]

    if lost:
        warnings.warn(
            f"{listed(lost)} is taken for a class of target {name!r}; "
            f"if it means unlabeled, give missing_label={lost[0]!r}",
            stacklevel=3,
        )


def unlabeled(rows: int, name: str) -> DataError:
    """Returns the error for a target without a label."""

    return DataError(
        f"there is no labeled row: target {name!r} is missing in all {rows} rows",
        "some rows need a label",
        "label some rows, or fit without a target (VAEEmbedding)",
    )


def class_dtype(column: Cells, classes: tuple[Any, ...]) -> str:
    """Returns NumPy's name of the type that gives classes back as they came."""

    types = {type(value) for value in classes}

    if types == {str}:
        return "str" if column.attrs.get("fixed width") else "object"

    if len(types) > 1:
        return "float64" if types == {int, float} else "object"

    dtype = getattr(column.dtype, "numpy_dtype", column.dtype)  # of pandas' types with missing values

    return dtype.name if isinstance(dtype, np.dtype) and dtype.kind in "biuf" else np.array(classes).dtype.name
