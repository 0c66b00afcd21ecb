r"""The values of a real column by themselves: whether they are whole, which recur, and how heavy their tails are."""

from __future__ import annotations

__all__ = ["Marginal"]

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from semivae.data.columns.scaling import LARGEST
from semivae.variables import Variable

# Of more values, so many are drawn at random: all that is judged here are shares.
MOST = 2**13

# A value is a spike if this share of cells holds it, and so many cells.
SHARE, CELLS = 0.05, 10

# Tails are heavy above this excess kurtosis: a normal distribution has 0, a Laplace distribution 3. Fewer values than
# this do not show it.
HEAVY, FEWEST = 3.0, 100

# The normal quantiles that knots are laid at.
SCORES = np.linspace(-3.2, 3.2, 64)

# Closer spikes and knots, in standard deviations, are alike in single precision.
CLOSEST = 1e-5


class Marginal:
    """Some values of a column, drawn uniformly, however many blocks they come in."""

    def __init__(self) -> None:
        self.whole = True
        self.values: list[NDArray[np.float64]] = []
        self.keys: list[NDArray[np.float64]] = []
        self.held = 0
        self.random = np.random.default_rng(0)

    def add(self, values: NDArray[np.float64]) -> None:
        """Takes in the values of a block, with shape (N,). NaN and values that count as infinite are left out."""

        observed = values[np.abs(values) <= LARGEST]
        self.whole = self.whole and bool((observed == np.rint(observed)).all())
        self.values.append(observed)
        self.keys.append(self.random.random(len(observed)))
        self.held += len(observed)

        # The smallest of random keys are a draw, and stay one when more values come.
        if self.held > MOST:
            drawn, keys = np.concatenate(self.values), np.concatenate(self.keys)
            kept = np.argpartition(keys, MOST)[:MOST]
            self.values, self.keys, self.held = [drawn[kept]], [keys[kept]], MOST

    def facts(self, variable: Variable) -> dict[str, Any]:
        r"""Returns the attributes of a variable that follow from the values.

        Arguments:
            variable: The variable, with its range, center and scale.
        """

        if not self.held:
            return {}

        facts: dict[str, Any] = {"whole": self.whole}

        # A column of one value, up to rounding, is no mixture.
        if variable.center == variable.low:
            return facts

        values, counts = np.unique(np.concatenate(self.values), return_counts=True)
        often = counts >= max(SHARE * self.held, CELLS)
        often[1:] &= ~often[:-1] | (np.diff(values) > CLOSEST * variable.scale)
        rest, cells = values[~often], counts[~often]

        if often.any():
            facts["spikes"] = tuple(values[often].tolist())

        if often.any() and len(rest):
            # Ends are known exactly where they are no spikes, as the draw need not hold them.
            ends = [end for end in (variable.low, variable.high) if end not in facts["spikes"]]
            known = np.array([*rest, *ends], dtype=float)
            facts["beside"] = float(known.min()), float(known.max())

        if len(rest) > 2 and cells.sum() >= FEWEST and excess_kurtosis(rest, cells) > HEAVY:
            facts |= laid(rest, cells, variable.scale)

        return facts


def excess_kurtosis(values: NDArray[np.float64], counts: NDArray[np.int64]) -> float:
    """Returns the excess kurtosis of values that occur so many times each, with shape (n,)."""

    deviations = values - np.average(values, weights=counts)
    deviations /= np.abs(deviations).max()  # powers of huge values overflow
    variance = np.average(deviations**2, weights=counts)

    return float(np.average(deviations**4, weights=counts)) / variance**2 - 3 if variance > 0 else -math.inf


def laid(values: NDArray[np.float64], counts: NDArray[np.int64], scale: float) -> dict[str, Any]:
    """Returns knots among distinct values, rising, with their counts; the score of each is that of its middle rank."""

    ranks = (counts.cumsum() - counts / 2) / counts.sum()
    scores = ndtri(ranks)
    places = np.unique([0, *np.searchsorted(scores, SCORES).clip(max=len(values) - 1), len(values) - 1])
    kept = [0]

    for place in places[1:]:
        # Single precision is relative, and the center lies among the knots.
        if values[place] - values[kept[-1]] > CLOSEST * max(scale, values[place] - values[0]):
            kept.append(int(place))

    return {"knots": tuple(values[kept].tolist()), "scores": tuple(scores[kept].round(6).tolist())} if len(kept) > 2 else {}
