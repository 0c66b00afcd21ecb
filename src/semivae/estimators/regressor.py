r"""A regressor for a few labeled and many unlabeled rows."""

from __future__ import annotations

__all__ = ["VAERegressor"]

from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin

from semivae.data.labels.markers import as_column, real_values
from semivae.data.labels.single import RealLabels
from semivae.errors import DataError
from semivae.estimators.base import VAEEstimator
from semivae.estimators.rows.inputs import no_label, one_a_row, read_rows
from semivae.estimators.rows.opened import opened
from semivae.estimators.rows.streamed import by_block
from semivae.estimators.rows.target import known_rows
from semivae.findings import HeldOut


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

    def fit(self, X: Any, y: Any = None) -> Self:
        r"""Fits the regressor.

        Arguments:
            X: The rows: an array with shape (N, P), a frame, images with shape (N, H, W[, C]), or a
                :func:`semivae.stream` of files larger than memory.
            y: Their targets, with shape (N,), with NaN where missing; a stream reads them from its files.

        Raises:
            DataError: If the rows or targets cannot be used.
            SettingError: If a parameter cannot work.
        """

        self._fit(*opened(self, X, y, "real"))

        return self._finish(X)

    def _finish(self, X: Any) -> Self:
        self.calibration_scale_ = self.calibration_.factor
        self.held_out_ = self.held_out_ and self._in_units(self.held_out_)

        return super()._finish(X)

    def predict(
        self, X: Any, return_std: bool = False
    ) -> NDArray[np.float64] | tuple[NDArray[np.float64], NDArray[np.float64]]:
        r"""Returns the expected target of each row in its own units, with shape (N,).

        Arguments:
            X: The rows.
            return_std: Whether to return the standard deviation of each target, too.
        """

        mean, deviation = self._moments(X)

        return (mean, deviation) if return_std else mean

    def predict_interval(self, X: Any, coverage: float = 0.9) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        r"""Returns the ends of a prediction interval for each row, each with shape (N,).

        Arguments:
            X: The rows.
            coverage: The nominal coverage of the interval.
        """

        from scipy.stats import norm

        mean, deviation = self._moments(X)
        half = norm.ppf(0.5 + coverage / 2) * deviation

        return mean - half, mean + half

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
