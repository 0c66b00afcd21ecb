r"""The targets of a fit as a model sees them, and the rows where they are known."""

from __future__ import annotations

__all__ = ["Target", "encoded", "is_known", "known_rows", "matched", "require_target"]

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import _safe_indexing, check_consistent_length

from semivae.data.cells import labels_of_cells
from semivae.data.labels.markers import as_column, is_marker, marker_set
from semivae.data.labels.single import RealLabels, labels_of
from semivae.errors import DataError
from semivae.fitted import Classifier, Regressor
from semivae.variables import Variable


@dataclass(frozen=True, eq=False)
class Target:
    r"""The target of a fit: one, several as the parts of one variable, or none.

    Attributes:
        variable: Its variable; :py:`None` without a target.
        counts: The labels per class (for several targets, a list for each with classes); empty
            without classes.
        labeled: The number of labeled rows. One known target of several is enough.
        unlabeled: The number of other rows.
        points: Codes of classes and scaled values, with shape (N, T), meaningless where they are not known (of several
            targets, NaN); None where rows are on disk.
        known: Whether each row is labeled, with shape (N,); None where rows are on disk.
    """

    variable: Variable | None
    counts: list[Any]
    labeled: int
    unlabeled: int
    points: NDArray[Any] | None = None
    known: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, variable: Variable | None, points: NDArray[Any], known: NDArray[np.bool_] | None = None) -> Self:
        r"""Returns the target of rows in memory.

        Arguments:
            variable: Its variable.
            points: Codes of classes and scaled values, with shape (N, T); NaN where missing.
            known: Whether each row is labeled, with shape (N,); by default, whether any target is known.
        """

        known = np.asarray(~np.isnan(points).all(axis=1)) if known is None else known
        labeled = int(known.sum())
        parts = () if variable is None else variable.parts or (variable,)
        columns = zip(parts, points[known].T, strict=True)
        counts = [occurrences(column, len(part.classes)) for part, column in columns if part.classes]
        several = variable is not None and bool(variable.parts)

        counts = counts if several else next(iter(counts), [])

        return cls(variable, counts, labeled, len(known) - labeled, points, known)

    @classmethod
    def none(cls, rows: int) -> Self:
        """Returns an empty target for rows without one."""

        return cls.of(None, np.zeros((rows, 0)))

    def label_points(self, rows: NDArray[np.integer[Any]]) -> NDArray[np.float64]:
        """Returns the label points of some labeled rows in memory, with shape (L, C)."""

        points = held(self.points)[rows]

        if self.variable is None or not self.variable.classes:
            return points

        return np.eye(self.variable.width)[points[:, 0].astype(np.int64)]

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Whether each row in memory is labeled, with shape (N,)."""

        return held(self.known)

    @property
    def codes(self) -> NDArray[np.int64]:
        r"""A code for each row that keeps classes apart (0 for a known value), -1 where unlabeled, with shape (N,).

        For several targets, rows share a code if they know the same targets, with the same classes.
        """

        codes, points = np.full(len(self.mask), -1), held(self.points)[self.mask]

        if self.variable is None:
            return codes

        parts = self.variable.parts or (self.variable,)
        alike = np.where([bool(part.classes) for part in parts], points, 0.0)
        alike = np.where(np.isnan(points), -1, alike)
        codes[self.mask] = (
            np.unique(alike, axis=0, return_inverse=True)[1] if self.variable.parts else alike[:, 0].astype(np.int64)
        )

        return codes


def occurrences(codes: NDArray[np.floating[Any]], classes: int) -> list[int]:
    """Returns the number of rows of each class, without rows whose code is NaN."""

    return np.bincount(codes[~np.isnan(codes)].astype(np.int64), minlength=classes).tolist()


def held(array: NDArray[Any] | None) -> NDArray[Any]:
    """Returns labels; they must be in memory."""

    if array is None:
        raise DataError("the labels are on disk", "they must be in memory", "read the rows: pandas.read_parquet(path)")

    return array


def require_target(estimator: BaseEstimator, X: Any, y: Any, read: Callable[[Any], Any] = as_column) -> Any:
    r"""Returns the target of a fit, as one column unless another function reads it.

    Raises:
        DataError: If there is no target, or it has another number of rows than the data.
    """

    if y is None:
        raise DataError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None",
            "this estimator learns from labels",
            "fit(X, y), or fit without a target (VAEEmbedding)",
        )

    return matched(X, y, read)


def matched(X: Any, y: Any, read: Callable[[Any], Any] = as_column) -> Any:
    r"""Returns a target with as many rows as the data, as one column unless another function reads it.

    Raises:
        DataError: If it has another number of rows.
    """

    if hasattr(X, "collect"):
        raise DataError("X is a lazy frame", "its rows must be in memory", "X.collect()")

    column = read(labels_of_cells(X, y))

    try:
        check_consistent_length(X, column)
    except ValueError as error:
        raise DataError(str(error), "every row needs a label or a marker of a missing one") from None

    return column


def encoded(estimator: Classifier | Regressor, y: Any) -> NDArray[Any]:
    """Returns the codes (-1 where unlabeled) or values (NaN where unlabeled) of a fitted target, with shape (N,)."""

    labels = labels_of(estimator.schema_.target, estimator.missing_label)

    return labels.decode(labels.encode(y)) if isinstance(labels, RealLabels) else labels.encode(y)


def is_known(column: Any, missing_label: Any) -> NDArray[np.bool_]:
    """Returns the mask of known labels of a column, with shape (N,)."""

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
        raise DataError("there is no labeled row to score", "only labeled rows can be scored", "score labeled rows")

    index = np.flatnonzero(known)
    weight = None if sample_weight is None else _safe_indexing(sample_weight, index)

    # Whole numbers beside None are objects, which scikit-learn's scores refuse.
    return _safe_indexing(X, index), column[known].infer_objects().to_numpy(), weight
