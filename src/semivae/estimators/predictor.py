r"""A predictor of several targets, for rows with some, all or none of them known."""

from __future__ import annotations

__all__ = ["VAEPredictor"]

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from semivae.data.codecs.array import as_array
from semivae.data.codecs.frame import is_frame
from semivae.data.labels.classes import Cells, Table
from semivae.data.labels.markers import as_column
from semivae.data.labels.single import ClassLabels
from semivae.data.labels.table import TargetLabels
from semivae.errors import DataError
from semivae.estimators.base import VAEEstimator
from semivae.estimators.rows.inputs import read_rows
from semivae.estimators.rows.opened import apart, opened
from semivae.estimators.rows.streamed import by_block
from semivae.estimators.rows.target import is_known, matched

if TYPE_CHECKING:
    from torch import Tensor


class VAEPredictor(VAEEstimator):
    r"""Predictor of several targets, classes and numbers, that learns from labeled and unlabeled rows together.

    A target may be known where others are missing: each row teaches its known targets. Missing entries are marked as in
    :class:`VAEClassifier` and :class:`VAERegressor`. A target is a class if it holds text, booleans,
    categories, or few different whole numbers; else it is a number.

    Example:
        >>> predictor = VAEPredictor(random_state=0).fit(X, frame[["species", "weight"]])  # NaN where unknown
        >>> predictor.predict(X_new)  # a frame with the columns "species" and "weight"
        >>> predictor.sample(10, y={"species": "cat"})  # and of any weight

    The consistency of the prediction (`adversarial`) is summed over the targets; `label_prior` applies to each
    class. With one number among the targets, `dropout="auto"` leaves hidden units out as for a number alone: that
    prevents overfitting to few labels, but makes classes harder to learn.

    Attributes:
        classes_: The classes of each target that has classes, in order.
        framed_: Whether the targets came as a frame and are returned as one.
    """

    default_model = "predictor"

    def fit(self, X: Any, y: Any = None, real: Collection[str] = (), outliers: Any = None) -> Self:
        r"""Fits the predictor.

        Arguments:
            X: The rows: an array with shape (N, P), a frame, images with shape (N, H, W[, C]), or a
                :func:`semivae.stream` of files larger than memory.
            y: Their targets, a frame or an array with shape (N, T), with markers where missing; a stream
                reads them from its files.
            real: The names of targets that are numbers, even if whole with few values; the columns of an array
                are named y0, y1, ...
            outliers: Marks rows that are known outliers, with shape (N,). They are kept out of the fit, and rows like
                them get higher :meth:`outlier_scores`.

        Raises:
            DataError: If the rows or targets cannot be used.
            SettingError: If a parameter cannot work.
        """

        X, y, known = apart(X, y, outliers)
        self._fit(*opened(self, X, y, "any", real))

        self.framed_ = y is None or is_frame(y)

        return self._finish(X)._taught(known, X)

    def _finish(self, X: Any) -> Self:
        self.classes_ = self._classes()

        return super()._finish(X)

    def predict(self, X: Any) -> Any:
        r"""Returns the most probable class or the expected value of each target, in its own units.

        A frame, if the targets of the fit were one, else an array with shape (N, T).
        """

        return self._given_back(self._labels.decode(self._beliefs(X)[0]), X)

    def predict_proba(self, X: Any) -> list[NDArray[np.float64]]:
        """Returns the probabilities of each list of classes in :py:`classes_`, each with shape (N, C)."""

        return list(self._beliefs(X)[2:])

    def predict_interval(self, X: Any, coverage: float = 0.9) -> tuple[Any, Any]:
        r"""Returns the ends of a Gaussian interval for each number, formatted as in :meth:`predict` without classes.

        Several targets have no held-out labels, so that nothing makes the intervals hold as much as they say.

        Arguments:
            X: The rows.
            coverage: The nominal coverage of each interval.
        """

        from scipy.stats import norm

        points, deviations = self._beliefs(X)[:2]
        numbers = [part for part in self.schema_.targets if not part.classes]
        mean = self._labels.decode(points)[[part.name for part in numbers]]
        half = norm.ppf(0.5 + coverage / 2) * deviations * [part.scale for part in numbers]

        return self._given_back(mean - half, X), self._given_back(mean + half, X)

    def scores(self, X: Any, y: Any, sample_weight: Any = None) -> dict[str, float]:
        r"""Returns the accuracy of each class and the :math:`R^2` of each number, on the rows where it is known.

        Arguments:
            X: The rows.
            y: Their targets; one that is known in no row is left out.
            sample_weight: The weight of each row, with shape (N,).

        Raises:
            DataError: If no entry is known.
        """

        targets = self._labels
        truth = matched(X, y, targets.table)
        predicted = targets.decode(self._beliefs(X)[0])
        found = {}

        for name, labels in targets.labels.items():
            column = as_column(truth[name]) if name in truth else pd.Series([None] * len(truth))
            known = is_known(column, labels.missing_label)
            weight = None if sample_weight is None else np.asarray(sample_weight)[known]
            pair = column[known], predicted[name][known]

            if known.any():
                found[name] = (correct if isinstance(labels, ClassLabels) else explained)(*pair, weight)

        if not found:
            raise DataError("there is no labeled row to score", "only known entries are scored", "score known entries")

        return found

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Returns the mean of :meth:`scores` over the targets; missing entries are never scored."""

        return float(np.mean(list(self.scores(X, y, sample_weight).values())))

    @by_block
    def _beliefs(self, X: Any) -> tuple[NDArray[np.float64], ...]:
        r"""Returns the predicted distributions of the targets, in model units.

        Returns:
            Means and codes of the most probable classes, with shape (N, T); the deviations of the numbers, with shape
            (N, R); and the probabilities of each list of classes, with shape (N, C).
        """

        from torch.distributions import OneHotCategorical

        from semivae.engine import apply

        model = self._double()

        def beliefs(x: Tensor) -> tuple[Tensor, ...]:
            p: Any = model.predict(x)
            classes = [part for part in p.parts() if isinstance(part, OneHotCategorical)]
            numbers = [part.stddev for part in p.parts() if not isinstance(part, OneHotCategorical)]

            return p.mean, *(numbers or [p.mean[:, :0]]), *(part.probs for part in classes)

        return apply(beliefs, read_rows(self, X))

    @property
    def _labels(self) -> TargetLabels:
        """The translation of the targets."""

        check_is_fitted(self, "model_")

        return TargetLabels(self.schema_.target, self.missing_label)

    def _classes(self) -> list[NDArray[Any]]:
        """Returns the classes of each target that has classes."""

        return [labels.classes for labels in self._labels.labels.values() if isinstance(labels, ClassLabels)]

    def _given_back(self, frame: Table, X: Any) -> Any:
        """Returns targets in the container of the fit; a frame gets the index of the rows."""

        if not self.framed_:
            return frame.to_numpy()

        return frame.set_axis(X.index) if isinstance(X, pd.DataFrame) else frame

    def _restore(self, tensors: dict[str, Tensor]) -> None:
        super()._restore(tensors)
        self.classes_ = self._classes()

    def _points(self, y: Any, n: int) -> NDArray[np.float64]:
        r"""Returns the label points for one row of targets for all, or one per row; any may be missing."""

        if isinstance(y, Mapping):
            y = pd.DataFrame([y])
        elif not is_frame(y):
            y = np.atleast_2d(np.asarray(as_array(y), dtype=object))

        points = self._labels.encode(self._labels.table(y))

        if len(points) not in (1, n):
            raise DataError(f"y has {len(points)} rows", f"it must have one for all, or {n}, one a row")

        return points.repeat(n // len(points), axis=0)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = False

        return tags


def correct(truth: Cells, predicted: Cells, weight: NDArray[Any] | None) -> float:
    """Returns the accuracy of classes, comparing values regardless of their types."""

    return float(np.average(truth.to_numpy(dtype=object) == predicted.to_numpy(dtype=object), weights=weight))


def explained(truth: Cells, predicted: Cells, weight: NDArray[Any] | None) -> float:
    """Returns the explained share of the variance of numbers."""

    from sklearn.metrics import r2_score

    return float(r2_score(truth.to_numpy(dtype=float), predicted, sample_weight=weight))
