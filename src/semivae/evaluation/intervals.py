r"""Estimates: numbers that know a 95 % interval of the value that they estimate.

A share of :math:`n` independent rows has Wilson's interval, which is sound at 0 and 1 and for few rows:

.. math:: \frac{\hat p + \frac{z^2}{2 n} \pm z \sqrt{\frac{\hat p (1 - \hat p)}{n} + \frac{z^2}{4 n^2}}}
    {1 + \frac{z^2}{n}}

Most other metrics are a function of means over rows. Their interval is a bootstrap: the rows are drawn again with
replacement 1,000 times. Its ends are the percentiles of the resampled values, minus twice their bias: the calibration
error of a perfect model, for example, is above 0 by chance, and in a resample by twice as much. The seed is fixed, so
two models on the same rows are resampled alike.

References:
    | Probable Inference, the Law of Succession, and Statistical Inference (Wilson, 1927)
    | https://doi.org/10.1080/01621459.1927.10502953

    | Bootstrap Methods: Another Look at the Jackknife (Efron, 1979)
    | https://doi.org/10.1214/aos/1176344552
"""

from __future__ import annotations

__all__ = ["Average", "Estimate", "Known", "Share", "difference", "intervals", "wilson"]

from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Values = NDArray[np.float64]
Interval = tuple[float, float]

LEVEL = 0.95
RESAMPLES, SEED = 1_000, 0

# Numbers that are held at a time: resamples of rows.
CELLS = 2**22

NOWHERE: Interval = (float("nan"), float("nan"))
Z = float(ndtri(0.5 + LEVEL / 2))


class Estimate(float):
    r"""A number with the range of its values; this one has no interval.

    Attributes:
        range: The lowest and the highest value that it can have.
    """

    range: Interval = (-np.inf, np.inf)

    @property
    def interval(self) -> Interval:
        """The ends of a 95 % interval; NaN where there is none."""

        return NOWHERE

    def __reduce__(self) -> tuple[type[float], tuple[float]]:
        """Makes a copy a plain number, without what the interval is computed from."""

        return float, (float(self),)


class Known(Estimate):
    r"""A number whose standard error is known, with the interval of a normal distribution.

    Arguments:
        value: The number.
        error: Its standard error.
    """

    error: float

    def __new__(cls, value: float, error: float) -> Self:
        """Returns the number."""

        found = super().__new__(cls, value)
        found.error = float(error)

        return found

    @property
    def interval(self) -> Interval:
        """The ends of a 95 % interval."""

        return max(self.range[0], self - Z * self.error), min(self.range[1], self + Z * self.error)


class Average(Estimate):
    r"""A function of means over rows, with a bootstrap interval.

    Arguments:
        terms: The terms of each row, with shape (N,) or (N, K).
        combine: Maps means of terms, with shape (R, K), to values, with shape (R,); the first mean if not given.
    """

    terms: Values
    combine: Callable[[Values], Values]

    def __new__(cls, terms: Any, combine: Callable[[Values], Values] = lambda means: means[:, 0]) -> Self:
        """Returns the value of the function at the means."""

        terms = np.asarray(terms, dtype=np.float64)
        terms = terms if terms.ndim == 2 else terms[:, None]
        found = super().__new__(cls, combine(terms.mean(axis=0)[None])[0] if len(terms) else float("nan"))
        found.terms, found.combine = terms, combine

        return found

    @property
    def interval(self) -> Interval:
        """The ends of a 95 % interval; NaN for a single row."""

        return self.within(resampled(self.terms)) if len(self.terms) > 1 else NOWHERE

    def within(self, means: Values) -> Interval:
        """Returns the ends of the interval, given resampled means of its terms, with shape (R, K)."""

        values = self.combine(means)
        values = values[np.isfinite(values)]

        if not len(values) or not np.isfinite(self):
            return NOWHERE

        bias = values.mean() - self
        low, high = np.quantile(values, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2]) - 2 * bias
        low, high = np.clip([low, high], *self.range)

        # Where the bias is large, the estimate itself may lie outside.
        return min(float(low), float(self)), max(float(high), float(self))


class Share(Average):
    r"""The share of rows for which something holds, with Wilson's interval.

    Arguments:
        hits: Whether it holds for each row, with shape (N,).
    """

    def __new__(cls, hits: ArrayLike) -> Self:
        """Returns the share."""

        return super().__new__(cls, np.asarray(hits, dtype=bool))

    @property
    def interval(self) -> Interval:
        """The ends of a 95 % interval."""

        low, high = wilson(float(self), len(self.terms))

        return float(low), float(high)


def wilson(share: ArrayLike, rows: ArrayLike) -> tuple[Values, Values]:
    r"""Returns the ends of Wilson's 95 % intervals of shares, with the shape of the arguments; NaN for no rows.

    Arguments:
        share: The shares, 0 to 1.
        rows: The number of rows that each is a share of.
    """

    share, rows = np.asarray(share, dtype=np.float64), np.asarray(rows, dtype=np.float64)

    with np.errstate(invalid="ignore", divide="ignore"):
        extra = Z**2 / rows
        half = np.sqrt(share * (1 - share) * extra + extra**2 / 4)
        low, high = (share + extra / 2 - half) / (1 + extra), (share + extra / 2 + half) / (1 + extra)

    # At 0 and 1 an end is the share itself, but for rounding.
    return np.minimum(low, share).clip(0), np.maximum(high, share).clip(None, 1)


def difference(one: Average, other: Average) -> Interval:
    r"""Returns a 95 % interval of the difference of two estimates on the same rows, which are resampled in pairs.

    Two models err on the same hard rows. The interval of their difference is narrower than both of theirs would imply.

    Arguments:
        one: The first estimate.
        other: The second, on the same rows in the same order.
    """

    width = one.terms.shape[1]

    def combined(means: Values) -> Values:
        return one.combine(means[:, :width]) - other.combine(means[:, width:])

    return Average(np.concatenate([one.terms, other.terms], axis=1), combined).interval


def resampled(terms: Values) -> Values:
    r"""Returns the means of the terms of rows, with shape (N, K), in each bootstrap resample, with shape (R, K)."""

    random, rows = np.random.default_rng(SEED), len(terms)
    size = max(1, CELLS // rows)
    found = []

    for start in range(0, RESAMPLES, size):
        count = min(size, RESAMPLES - start)
        drawn = random.integers(rows, size=(count, rows)) + rows * np.arange(count)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=count * rows).reshape(count, rows)
        found.append(weights @ terms / rows)

    return np.concatenate(found)


def intervals(estimates: Mapping[str, float]) -> dict[str, Interval]:
    """Returns the intervals of estimates by name, without numbers that have none; rows are resampled once for all."""

    averages: dict[int, list[Average]] = {}
    ends: dict[int, Interval] = {}

    for found in estimates.values():
        if isinstance(found, Average) and not isinstance(found, Share) and len(found.terms) > 1:
            averages.setdefault(len(found.terms), []).append(found)
        elif isinstance(found, Estimate):
            ends[id(found)] = found.interval

    for group in averages.values():
        stops = np.cumsum([found.terms.shape[1] for found in group])
        means = np.split(resampled(np.concatenate([found.terms for found in group], axis=1)), stops[:-1], axis=1)
        ends |= {id(found): found.within(part) for found, part in zip(group, means, strict=True)}

    found = {name: ends.get(id(value), NOWHERE) for name, value in estimates.items()}

    return {name: interval for name, interval in found.items() if not np.isnan(interval).any()}
