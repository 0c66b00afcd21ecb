r"""A regressor for a few labeled and many unlabeled rows."""

from __future__ import annotations

__all__ = ["VAERegressor"]

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin

from semivae.data.labels.markers import as_column, real_values
from semivae.data.labels.single import RealLabels
from semivae.errors import DataError
from semivae.estimators.base import VAEEstimator
from semivae.estimators.rows.inputs import no_label, one_a_row, read_rows
from semivae.estimators.rows.opened import apart, opened
from semivae.estimators.rows.streamed import by_block
from semivae.estimators.rows.target import known_rows
from semivae.findings import HeldOut

if TYPE_CHECKING:
    import pandas as pd

LOG = logging.getLogger(__name__)

# The fits whose Gaussian intervals were announced; kept outside of the estimators, so that no prediction changes one.
SAID: WeakSet[Any] = WeakSet()


class VAERegressor(RegressorMixin, VAEEstimator):
    r"""Regressor that learns from labeled and unlabeled rows together.

    Rows whose target is NaN, None, pandas' NA or `missing_label` are unlabeled; -1 is a value.

    Example:
        >>> regressor = VAERegressor(random_state=0).fit(X, y)  # y holds NaN where unknown
        >>> regressor.predict_interval(X_new, coverage=0.9)

    Attributes:
        calibration_scale_: The factor of the standard deviations of its predictions: 1 after a fit, then set by
            :meth:`calibrate`.
    """

    default_model = "gmvae"
    calibration_scale_ = 1.0

    def fit(self, X: Any, y: Any = None, outliers: Any = None, held_out: Any = None) -> Self:
        r"""Fits the regressor.

        Arguments:
            X: The rows: an array with shape (N, P), a frame, images with shape (N, H, W[, C]), or a
                :func:`semivae.stream` of files larger than memory.
            y: Their targets, with shape (N,), with NaN where missing; a stream reads them from its files.
            outliers: Marks rows that are known outliers, with shape (N,). They are kept out of the fit, and rows like
                them get higher :meth:`outlier_scores`.
            held_out: Other rows and their labels, from which nothing is learned: :py:`(X_test, y_test)`. The R2 of
                the network on at most 2,000 of them is in `history_` after each epoch of the last stage.

        Raises:
            DataError: If the rows or targets cannot be used.
            SettingError: If a parameter cannot work.
        """

        X, y, known = apart(X, y, outliers)
        self._fit(*opened(self, X, y, "real"), held_out)

        return self._finish(X)._taught(known, X)

    def _finish(self, X: Any) -> Self:
        self.calibration_scale_ = self.calibration_.factor
        self.held_out_ = self.held_out_ and self._in_units(self.held_out_)

        return super()._finish(X)

    def predict(
        self, X: Any, return_std: bool = False, reject: float | None = None
    ) -> NDArray[np.float64] | tuple[NDArray[np.float64], NDArray[np.float64]]:
        r"""Returns the expected target of each row in its own units, with shape (N,).

        Arguments:
            X: The rows.
            return_std: Whether to return the standard deviation of each target, too.
            reject: Rows whose p-value of :meth:`novelty` is at most this get NaN. About this share of normal rows is
                rejected.

        Raises:
            DataError: If there are too few reference rows for `reject`.
            SettingError: If there are none.
        """

        mean, deviation = self._moments(X)

        if reject is not None:
            mean = np.where(self._rejected(X, reject), np.nan, mean)

        return (mean, deviation) if return_std else mean

    def predict_interval(self, X: Any, coverage: float = 0.9) -> NDArray[np.float64]:
        r"""Returns the ends of an interval that holds the true value with some probability, with shape (N, 2).

        The intervals are cross-conformal (:mod:`semivae.trust.conformal`): the values that the folds of the fit held
        out say how many standard deviations a true value may be off. On average over rows like those of the labels,
        the share of intervals with the true value is near `coverage`. A strict guarantee, of
        :math:`1 - 2 (1 - \text{coverage})`, needs the models of all folds.

        Without held-out values (a model without folds, `calibrate=False`, or a model that an earlier version saved)
        the interval is that of a Gaussian, which is logged once.

        Arguments:
            X: The rows.
            coverage: The probability that the true value is inside.

        Raises:
            SettingError: If the coverage is no probability.
            DataError: If there are too few labels for the coverage.
        """

        from semivae.estimators.readout import calibrated
        from semivae.evaluation import gaussian_interval
        from semivae.trust.conformal import check_coverage, intervals, value_scores

        check_coverage(coverage)
        held = self.held_out_
        mean, deviation = self._moments(X)

        if held is None:
            self._say_gaussian()

            return gaussian_interval(mean, deviation, coverage)

        own, spread = calibrated(self, held).T

        return intervals(mean, deviation, value_scores(own, spread, held.truth), coverage)

    def _say_gaussian(self) -> None:
        """Logs, once for each fit, that intervals are Gaussian."""

        if self.model_ not in SAID:
            SAID.add(self.model_)
            LOG.info("Intervals are those of a Gaussian: there are no predictions of held-out values to judge them by.")

    def calibrate(self, y: Any, mean: NDArray[np.float64], deviation: NDArray[np.float64]) -> Self:
        r"""Fits the scale of the standard deviations to held-out values. No predicted value changes.

        Arguments:
            y: Values of rows that were held out, with shape (N,), none missing.
            mean: Their predicted values by fits that did not see them, with shape (N,).
            deviation: The uncalibrated standard deviations of these fits, with shape (N,).

        Raises:
            DataError: If a value is missing, or there is another number of predictions.
        """

        from semivae.evaluation import deviation_scale

        values = real_values(as_column(y), self.missing_label, self.schema_.target.name)

        if np.isnan(values).any() or not len(values) == len(mean) == len(deviation):
            raise DataError(
                f"{(~np.isnan(values)).sum()} values, {len(mean)} means and {len(deviation)} deviations",
                "every prediction needs a value",
                "pass only labeled rows",
            )

        self.calibration_scale_ = deviation_scale((values - mean) / deviation)

        return self

    def mislabeled(self, X: Any, y: Any) -> pd.DataFrame:
        r"""Ranks given values by their distance from the predictions of fits that did not see them, the farthest first.

        Arguments:
            X: Rows: those of the fit, in their order, or others.
            y: Their values, with shape (N,); unlabeled rows are left out.

        Returns:
            A frame with the columns `row` (the position in X), `label`, `probability` (of a larger distance, if errors
            are Gaussian), `suggested` (the expected value) and `deviations` (the signed distance in standard
            deviations). For the rows of the fit, the predictions are those of its folds. Others are predicted by
            simple learners in a cross-validation on these values.

        Raises:
            DataError: If no value can be held out.
        """

        from semivae.estimators.doubts import doubts

        return doubts(self, X, y)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        r"""Returns :math:`R^2` on the labeled rows; unlabeled rows are never scored."""

        X, y, sample_weight = known_rows(X, y, sample_weight, self._markers)

        return super().score(X, y, sample_weight)

    @by_block
    def _moments(self, X: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Returns mean and standard deviation of the target, each with shape (N,)."""

        from semivae.engine import apply

        model = self._double()

        def moments(x: Any) -> tuple[Any, Any]:
            p = model.predict(x)

            return p.mean[:, 0], p.variance[:, 0].sqrt()

        x = read_rows(self, X)
        mean, deviation = apply(moments, x)
        mean = mean if self.committee_ is None else self._together(x, mean[:, None])[:, 0]
        target = self.schema_.target

        return RealLabels(target).decode(mean), self.calibration_scale_ * target.scale * deviation

    def _in_units(self, held: HeldOut) -> HeldOut:
        """Returns predictions of held-out values in the units of the target."""

        target = self.schema_.target
        decode = RealLabels(target).decode
        mean, deviation = held.predictions.T

        return replace(
            held,
            truth=decode(held.truth),
            predictions=np.stack([decode(mean), target.scale * deviation], axis=1),
            members={name: decode(found) for name, found in held.members.items()},
            alone=None if held.alone is None else decode(held.alone),
        )

    @property
    def _markers(self) -> Any:
        """The values that mean unlabeled beside None and NaN."""

        return self.missing_label

    def _points(self, y: Any, n: int) -> NDArray[np.float64]:
        values = RealLabels(self.schema_.target).encode(one_a_row(y, n))

        if np.isnan(values).any():
            raise no_label(y)

        return values[:, None]
