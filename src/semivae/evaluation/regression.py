r"""Metrics of predicted values, of their intervals and of their Gaussian densities."""

from __future__ import annotations

__all__ = ["NOMINAL", "gaussian_interval", "regression"]

import math

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation.intervals import Average, Share
from semivae.evaluation.registry import measure, metric

# The probability that a model gives to the intervals that are measured.
NOMINAL = 0.9

Values = NDArray[np.float64]

UNIT = "unit of the target"
POSITIVE = (0.0, math.inf)


def regression(y: Values, mean: Values, low: Values, high: Values, deviation: Values | None = None) -> dict[str, float]:
    r"""Returns every metric of predicted values, by name.

    Arguments:
        y: The true values, with shape (N,).
        mean: The predicted values, with shape (N,).
        low: The lower ends of 90% intervals, with shape (N,).
        high: The upper ends of 90% intervals, with shape (N,).
        deviation: The predicted standard deviations, with shape (N,); of the Gaussian with these intervals if not
            given.
    """

    from scipy.special import ndtri

    implied = (high - low) / (2 * ndtri(0.5 + NOMINAL / 2))

    return measure("numbers", y, mean, low, high, implied if deviation is None else deviation)


def gaussian_interval(mean: Values, deviation: Values, coverage: float) -> Values:
    r"""Returns the ends of the central interval of a Gaussian for each row, with shape (N, 2).

    Arguments:
        mean: The predicted values, with shape (N,).
        deviation: Their standard deviations, with shape (N,).
        coverage: The probability of the interval.
    """

    from scipy.special import ndtri

    half = ndtri(0.5 + coverage / 2) * deviation

    return np.stack([mean - half, mean + half], axis=1)


@metric("rmse", "numbers", "lower", "root of the mean squared error", 1, UNIT, POSITIVE)
def rmse(y: Values, mean: Values, low: Values, high: Values, deviation: Values) -> float:
    r"""Returns the root mean squared error.

    .. math:: \sqrt{\frac{1}{N} \sum_n (y_n - \mu_n)^2}

    References:
        | Another look at measures of forecast accuracy (Hyndman and Koehler, 2006)
        | https://doi.org/10.1016/j.ijforecast.2006.03.001
    """

    return Average(np.square(y - mean), lambda means: np.sqrt(means[:, 0]))


@metric("mae", "numbers", "lower", "mean absolute error", 1, UNIT, POSITIVE)
def mae(y: Values, mean: Values, low: Values, high: Values, deviation: Values) -> float:
    r"""Returns the mean absolute error.

    .. math:: \frac{1}{N} \sum_n \lvert y_n - \mu_n \rvert

    References:
        | Advantages of the mean absolute error (MAE) over the root mean square error (Willmott and Matsuura, 2005)
        | https://doi.org/10.3354/cr030079
    """

    return Average(np.abs(y - mean))


@metric("r2", "numbers", "higher", "share of the variance that is predicted", 2, "share", (-math.inf, 1))
def r2(y: Values, mean: Values, low: Values, high: Values, deviation: Values) -> float:
    r"""Returns the coefficient of determination; for values that are all alike 1 without an error, else 0.

    .. math:: 1 - \frac{\sum_n (y_n - \mu_n)^2}{\sum_n (y_n - \bar y)^2}

    References:
        | Cautionary Note about R2 (Kvalseth, 1985)
        | https://doi.org/10.1080/00031305.1985.10479448
    """

    # Around the mean, so that squares of large values do not cancel.
    centered = y - y.mean()

    def share(means: Values) -> Values:
        lost, first, second = means.T
        total = second - first**2
        flat = total <= 0

        return np.where(flat, np.where(lost > 0, 0.0, 1.0), 1 - lost / np.where(flat, 1.0, total))

    return Average(np.stack([np.square(y - mean), centered, np.square(centered)], axis=1), share)


@metric("nll", "numbers", "lower", "mean of minus the log-density of the true value", 1, "nats, density per unit of y")
def nll(y: Values, mean: Values, low: Values, high: Values, deviation: Values) -> float:
    r"""Returns the negative log-likelihood of the true values under the predicted Gaussians.

    .. math:: \frac{1}{N} \sum_n \frac{(y_n - \mu_n)^2}{2 \sigma_n^2} + \log \sigma_n + \frac{1}{2} \log 2 \pi

    It changes by :math:`\log s` where the unit of the target is multiplied by :math:`s`.

    References:
        | Strictly Proper Scoring Rules, Prediction, and Estimation (Gneiting and Raftery, 2007)
        | https://doi.org/10.1198/016214506000001437
    """

    # A deviation that rounds to zero would divide zero by zero.
    deviation = deviation.clip(np.finfo(float).tiny)
    scaled = ((y - mean) / deviation).clip(-1e150, 1e150)

    return Average(0.5 * np.square(scaled) + np.log(deviation) + 0.5 * math.log(2 * math.pi))


@metric("crps", "numbers", "lower", "mean distance of predicted and true distribution functions", 1, UNIT, POSITIVE)
def crps(y: Values, mean: Values, low: Values, high: Values, deviation: Values) -> float:
    r"""Returns the continuous ranked probability score of the predicted Gaussians, in closed form.

    .. math:: \int (F_n(t) - [t \ge y_n])^2 \, \mathrm{d} t =
        \sigma_n \left(u (2 \Phi(u) - 1) + 2 \phi(u) - \frac{1}{\sqrt \pi}\right), \quad
        u = \frac{y_n - \mu_n}{\sigma_n}

    A deviation of 0 gives the absolute error.

    References:
        | Calibrated Probabilistic Forecasting Using Ensemble Model Output Statistics (Gneiting et al., 2005)
        | https://doi.org/10.1175/MWR2904.1
    """

    from scipy.special import ndtr

    error, floor = y - mean, deviation.clip(np.finfo(float).tiny)
    scaled = (error / floor).clip(-1e150, 1e150)
    bell = np.exp(-0.5 * np.square(scaled)) / math.sqrt(2 * math.pi)

    return Average(error * (2 * ndtr(scaled) - 1) + deviation * (2 * bell - 1 / math.sqrt(math.pi)))


@metric("coverage", "numbers", NOMINAL, "share of the 90% intervals that hold the true value", 1, "share", (0, 1))
def coverage(y: Values, mean: Values, low: Values, high: Values, deviation: Values) -> float:
    r"""Returns the coverage of the intervals.

    .. math:: \frac{1}{N} \sum_n [l_n \le y_n \le u_n]

    References:
        | Evaluating Interval Forecasts (Christoffersen, 1998)
        | https://doi.org/10.2307/2527341
    """

    return Share((low <= y) & (y <= high))


@metric("interval_width", "numbers", "lower", "mean width of the 90% intervals", 1, UNIT, POSITIVE)
def interval_width(y: Values, mean: Values, low: Values, high: Values, deviation: Values) -> float:
    r"""Returns the mean width of the intervals. Narrower is better among intervals of the same coverage.

    .. math:: \frac{1}{N} \sum_n u_n - l_n

    References:
        | Strictly Proper Scoring Rules, Prediction, and Estimation (Gneiting and Raftery, 2007)
        | https://doi.org/10.1198/016214506000001437
    """

    return Average(high - low)
