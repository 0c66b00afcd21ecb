r"""The target of a fit as a model sees it, and the rows in which it is known."""

from __future__ import annotations

__all__ = ["Target", "is_known", "known_rows", "matched", "name_of", "require_target"]

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import _safe_indexing, check_consistent_length

from semivae.data.labels.markers import as_column, is_marker, marker_set
from semivae.errors import DataError
from semivae.variables import Variable


@dataclass(frozen=True)
class Target:
    r"""The target of each row.

    Attributes:
        variable: What it is, or :py:`None` where there is no target.
        points: The label point of each row, with shape (N, C); meaningless where it is not known.
        known: Whether it is known, with shape (N,). Of several targets, one is enough.
    """

    variable: Variable | None
    points: NDArray[np.float64]
    known: NDArray[np.bool_]

    @classmethod
    def none(cls, rows: int) -> Self:
        """Returns the target of rows that have none."""

        return cls(None, np.zeros((rows, 0)), np.zeros(rows, dtype=bool))

    @classmethod
    def of_classes(cls, variable: Variable, codes: NDArray[np.int64]) -> Self:
        """Returns the target for codes of classes, -1 where unlabeled, with shape (N,)."""

        return cls(variable, np.eye(variable.width)[codes], codes >= 0)

    @classmethod
    def of_values(cls, variable: Variable, values: NDArray[np.float64]) -> Self:
        """Returns the target for scaled values, NaN where unlabeled, with shape (N,)."""

        return cls(variable, values[:, None], ~np.isnan(values))

    @classmethod
    def of_several(cls, variable: Variable, points: NDArray[np.float64]) -> Self:
        """Returns several targets for scaled values and codes of classes, NaN where missing, with shape (N, T)."""

        return cls(variable, points, np.asarray(~np.isnan(points).all(axis=1)))

    @property
    def labeled(self) -> int:
        """The number of labeled rows."""

        return int(self.known.sum())

    @property
    def unlabeled(self) -> int:
        """The number of other rows."""

        return len(self.known) - self.labeled

    @property
    def counts(self) -> list[Any]:
        """How many labels each class has (of several targets, in a list for each); empty where there are no classes."""

        if self.variable is not None and self.variable.kind == "several":
            columns = zip(self.variable.parts, self.points[self.known].T, strict=True)

            return [
                np.bincount(codes[~np.isnan(codes)].astype(int), minlength=len(part.classes)).tolist()
                for part, codes in columns
                if part.kind == "category"
            ]

        classes = self.variable is not None and self.variable.kind == "category"

        return self.points[self.known].sum(axis=0).astype(int).tolist() if classes else []

    @property
    def codes(self) -> NDArray[np.int64]:
        r"""A code for each row that keeps classes apart (0 for a known value), -1 where unlabeled, with shape (N,).

        Of several targets, rows have the same code where the same ones are known, with the same classes.
        """

        codes, points = np.full(len(self.known), -1), self.points[self.known]

        if self.variable is not None and self.variable.kind == "several":
            values = [part.kind == "real" for part in self.variable.parts]
            alike = np.where(np.isnan(points), -1, np.where(values, 0, points))
            codes[self.known] = np.unique(alike, axis=0, return_inverse=True)[1]
        elif len(points):
            codes[self.known] = points.argmax(axis=1)

        return codes


def require_target(estimator: BaseEstimator, X: Any, y: Any, read: Callable[[Any], Any] = as_column) -> Any:
    r"""Returns the target of a fit as one column, or as what else reads it.

    Raises:
        DataError: If there is no target, or it has another number of rows than the data.
    """

    if y is None:
        raise DataError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None",
            "the labels tell what to learn",
            "fit(X, y), or fit without a target (VAEEmbedding)",
        )

    return matched(X, y, read)


def matched(X: Any, y: Any, read: Callable[[Any], Any] = as_column) -> Any:
    r"""Returns a target as one column (or as what else reads it) with as many rows as the data.

    Raises:
        DataError: If it has another number of rows.
    """

    if hasattr(X, "collect"):
        raise DataError("X is a lazy frame", "its rows must be in memory", "X.collect()")

    column = read(y)

    try:
        check_consistent_length(X, column)
    except ValueError as error:
        raise DataError(str(error), "every row needs a label, or a marker that it has none") from None

    return column


def name_of(column: pd.Series) -> str:
    """Returns the name of a target."""

    return "label" if column.name is None else str(column.name)


def is_known(column: Any, missing_label: Any) -> NDArray[np.bool_]:
    """Returns whether each label of a column is known, with shape (N,)."""

    markers = marker_set(missing_label)

    return ~column.map(lambda value: bool(pd.isna(value)) or is_marker(value, markers)).to_numpy(dtype=bool)


def known_rows(X: Any, y: Any, sample_weight: Any, missing_label: Any) -> tuple[Any, NDArray[Any], Any]:
    r"""Returns the rows whose label is known: only they can be scored.

    Raises:
        DataError: If there is none.
    """

    column = matched(X, y)
    known = is_known(column, missing_label)

    if not known.any():
        raise DataError(
            "there is no labeled row to score", "only labeled rows can be scored", "score rows with a label"
        )

    index = np.flatnonzero(known)
    weight = None if sample_weight is None else _safe_indexing(sample_weight, index)

    # Whole numbers beside None came as objects, of which scikit-learn's scores make nothing.
    return _safe_indexing(X, index), column[known].infer_objects().to_numpy(), weight
