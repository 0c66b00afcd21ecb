r"""The accuracy that more labels would bring: a learning curve from subsets of the given labels, with its forecast.

The error with n labels is taken to follow

.. math:: e(n) = a + b \, n^{-c}, \quad a, b \ge 0.

Labels that were not in a subset measure its error. A draw of the curve weighs these labels at random (a Bayesian
bootstrap), takes the subsets with replacement, and draws c from its posterior; a and b follow by least squares. So the
band holds how few labels there are to measure with, how much an error depends on which labels were drawn, and how
little short curves say of c. Half a row that is wrong and half a row that is right stand for what few labels hide.

References:
    | Learning Curves: Asymptotic Values and Rate of Convergence (Cortes et al., 1993)
    | https://papers.nips.cc/paper/1993/hash/1aa48fc4880bb0c9b8a3bf979d3b917e-Abstract.html

    | The Bayesian Bootstrap (Rubin, 1981)
    | https://doi.org/10.1214/aos/1176345338
"""

from __future__ import annotations

__all__ = ["Budget", "Forecast", "budget", "subsets"]

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Index = NDArray[np.int64]

# Shares of the labels to learn from, and the subsets of each; the last are folds, which test every label once.
SHARES = ((0.25, 4), (0.4, 4), (0.6, 4), (0.8, 5))

DRAWS = 400

# The exponents of a curve, from nearly flat to steep, and the mean and deviation of the logarithm of the usual ones.
EXPONENTS = np.exp(np.linspace(np.log(0.1), np.log(2), 13))
USUAL, SPREAD = np.log(0.5), 1.0

# A power law is no law: with few labels an error may lie this far off for each halving of the labels.
MISFIT = 0.02

COVERAGE = 0.9


@dataclass(frozen=True)
class Forecast:
    r"""The error with some number of labels.

    Attributes:
        labels: The number of labels.
        error: The median of the draws.
        low: The lower end of the 90 % band.
        high: The upper end.
    """

    labels: int
    error: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Budget:
    r"""A learning curve and its forecast.

    Attributes:
        classes: Whether the error is a share of wrong rows, else the unexplained share of the variance.
        labels: The number of labels that there are.
        sizes: The labels of each measured subset, with shape (R,).
        errors: The error of each, with shape (R,).
        draws: The draws of a, b and c, with shape (S, 3).
        noise: Draws of the deviation of one fit from the curve, with shape (S,).
    """

    classes: bool
    labels: int
    sizes: Index
    errors: Values
    draws: Values = field(repr=False)
    noise: Values = field(repr=False)

    def at(self, labels: int) -> Forecast:
        """Returns the error of a fit with some number of labels."""

        a, b, c = self.draws.T
        found = np.maximum(a + b * labels**-c + self.noise, 0)
        low, middle, high = np.quantile(found, [(1 - COVERAGE) / 2, 0.5, (1 + COVERAGE) / 2])

        return Forecast(labels, float(middle), float(low), float(high))

    def sentence(self, more: int = 20) -> str:
        """Says what more labels should bring."""

        now, then = self.at(self.labels), self.at(self.labels + more)

        if self.classes:
            name, before, after = "error", f"{now.error:.1%}", f"{then.error:.1%}"
            low, high = f"{then.low:.1%}", f"{then.high:.1%}"
        else:
            name, before, after = "R2", f"{1 - now.error:.3f}", f"{1 - then.error:.3f}"
            low, high = f"{1 - then.high:.3f}", f"{1 - then.low:.3f}"

        return f"{more:,} more labels should move the {name} from {before} to {after} (90 % band {low} to {high})"

    def measured(self) -> list[tuple[int, float, int]]:
        """Returns the mean size of the subsets of each share, their mean error, and their number."""

        _, parts = np.unique(np.round(self.sizes / self.labels, 1), return_inverse=True)

        return [
            (
                round(float(self.sizes[parts == part].mean())),
                float(self.errors[parts == part].mean()),
                int((parts == part).sum()),
            )
            for part in range(parts.max() + 1)
        ]

    def to_json(self, more: Sequence[int] = (20,)) -> dict[str, Any]:
        """Returns the curve and the forecasts for more labels as plain JSON values."""

        return {
            "metric": "error" if self.classes else "1 - R2",
            "labels": self.labels,
            "measured": [{"labels": size, "error": error, "fits": fits} for size, error, fits in self.measured()],
            "forecasts": [asdict(self.at(self.labels + count)) for count in (0, *more)],
            "sentences": [self.sentence(count) for count in more],
        }


def subsets(y: NDArray[Any], seed: int) -> list[tuple[Index, Index]]:
    r"""Returns training and test positions among labeled rows. Each class keeps a label in every training part.

    Arguments:
        y: Their codes or values, with shape (L,).
        seed: The seed of the draws.
    """

    random = np.random.default_rng(seed)
    found = []

    for share, count in SHARES:
        order = random.permutation(len(y))
        order = order[np.argsort(y[order], kind="stable")]
        # Neighbors in the order, which are of a class or near in value, are spread evenly over [0, 1).
        place = np.empty(len(y))
        place[order] = (np.arange(len(y)) * (np.sqrt(5) - 1) / 2 + random.random()) % 1

        for part in range(count):
            train = (place + part / count) % 1 < share

            if y.dtype.kind != "f":
                train[[np.flatnonzero(y == code)[0] for code in np.setdiff1d(y, y[train])]] = True

            if train.any() and not train.all():
                found.append((np.flatnonzero(train), np.flatnonzero(~train)))

    return found


def budget(sizes: Index, losses: Values, classes: bool, seed: int = 0) -> Budget:
    r"""Fits a learning curve.

    Arguments:
        sizes: The labels that each of R fits learned from, with shape (R,).
        losses: The loss of each label by each fit, with shape (R, L); NaN where the fit learned from it. For classes 1
            if it is wrong, else 0; for numbers the squared error over the variance of the numbers.
        classes: Whether labels are classes.
        seed: The seed of the draws.
    """

    random, labels = np.random.default_rng(seed), losses.shape[1]
    held = np.concatenate([~np.isnan(losses), np.ones((len(losses), 2))], axis=1)
    filled = np.concatenate([np.nan_to_num(losses), np.zeros((len(losses), 1)), np.ones((len(losses), 1))], axis=1)
    weights = np.r_[np.ones(labels), 0.5, 0.5]
    errors = filled @ weights / (held @ weights)
    spread = held * (filled - errors[:, None]) ** 2
    variances = (spread @ weights) / (held @ weights) ** 2 + (MISFIT * np.log2(labels / sizes)) ** 2

    (offset, slope, exponent), chances = (part.T for part in curves(sizes, errors, variances))
    residuals = errors - chances @ (offset[:, None] + slope[:, None] * sizes ** -exponent[:, None])
    # How far a fit lies from the curve beyond what its few test labels explain.
    between = np.sqrt(max(0.0, float((residuals**2 - variances).mean())))
    draws = np.empty((DRAWS, 3))

    for number in range(DRAWS):
        drawn = random.gamma(weights)
        fits = random.integers(0, len(sizes), len(sizes))
        found = filled @ drawn / (held @ drawn)
        candidates, chances = curves(sizes[fits], found[fits], variances[fits])
        draws[number] = candidates[random.choice(len(candidates), p=chances)]

    measured = np.nanmean(losses, axis=1)

    return Budget(classes, labels, sizes, measured, draws, between * random.standard_normal(DRAWS))


def curves(sizes: Index, errors: Values, variances: Values) -> tuple[Values, Values]:
    r"""Returns the best curve for each exponent, with shape (E, 3), and the chance of each exponent, with shape (E,).

    Arguments:
        sizes: The labels of each fit, with shape (R,).
        errors: The errors, with shape (R,).
        variances: Their variances, with shape (R,).
    """

    power = sizes ** -EXPONENTS[:, None]  # (E, R)
    weights = 1 / variances
    total, mean = weights.sum(), (weights * errors).sum() / weights.sum()
    center = (power @ weights) / total
    inside = power - center[:, None]
    slope = np.maximum((inside * errors) @ weights / ((inside**2) @ weights).clip(1e-300), 0)
    offset = mean - slope * center
    # Through the origin where the offset would be negative.
    steep = (power * errors) @ weights / ((power**2) @ weights)
    slope, offset = np.where(offset < 0, steep, slope), np.maximum(offset, 0)
    misfit = ((errors - offset[:, None] - slope[:, None] * power) ** 2) @ weights
    score = misfit + ((np.log(EXPONENTS) - USUAL) / SPREAD) ** 2
    chances = np.exp((score.min() - score) / 2)

    return np.stack([offset, slope, EXPONENTS], axis=1), chances / chances.sum()
