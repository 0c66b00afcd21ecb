r"""The values of a real column by themselves: whether they are whole, which recur, and how heavy their tails are."""

from __future__ import annotations

__all__ = ["Marginal"]

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from semivae.data.columns.scaling import LARGEST
from semivae.pieces import straight
from semivae.variables import Variable

Values = NDArray[np.float64]

# Of more values, so many are drawn at random: all that is judged here are shares.
MOST = 2**13

# A value is a spike if this share of cells holds it, so many cells, and so many times more than the median value: a few
# rounded numbers recur as well, so that a value inside the range needs a larger share than one at its ends, where
# values are cut off. Spikes are looked for twice: among all cells, and among those that are at none.
SHARE, SHARE_AT_END, CELLS, TIMES, ROUNDS = 0.2, 0.05, 20, 2.0, 2

# Tails are heavy above this excess kurtosis: a normal distribution has 0, a Laplace distribution 3. Fewer values than
# this do not show it.
HEAVY, FEWEST = 3.0, 100

# Light tails of so many distinct values are bent, too, if normal quantiles explain less of their variance than this: a
# uniform distribution has 0.95, one with separate peaks less.
DISTINCT, NORMAL = 100, 0.92

# The normal quantiles that knots are laid at, and the distance of a spike beyond the last one.
SCORES, APART = np.linspace(-3.2, 3.2, 64), 0.5

# Closer spikes and knots, in standard deviations, are alike in single precision.
CLOSEST = 1e-5


class Marginal:
    """Some values of a column, drawn uniformly, however many blocks they come in."""

    def __init__(self) -> None:
        self.whole = True
        self.values: list[Values] = []
        self.keys: list[Values] = []
        self.held = 0
        self.random = np.random.default_rng(0)

    def add(self, values: Values) -> None:
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

        facts: dict[str, Any] = {"whole": self.whole and self.held > 0}

        # A column of one value, up to rounding, is no mixture.
        if not self.held or variable.center == variable.low:
            return facts

        values, counts = np.unique(np.concatenate(self.values), return_counts=True)
        often = recurring(values, counts, CLOSEST * variable.scale)
        spikes, rest, cells = values[often], values[~often], counts[~often]

        if len(spikes):
            facts["spikes"] = tuple(spikes.tolist())

        if len(spikes) and len(rest):
            # Ends are known exactly where they are no spikes, as the draw need not hold them.
            ends = [end for end in (variable.low, variable.high) if end not in facts["spikes"]]
            known = np.array([*rest, *ends], dtype=float)
            facts["beside"] = float(known.min()), float(known.max())

        if cells.sum() >= FEWEST and uneven(rest, cells):
            facts |= laid(values, counts, often, variable.scale)

        return facts


def recurring(values: Values, counts: NDArray[np.int64], closest: float) -> NDArray[np.bool_]:
    r"""Marks the spikes among distinct values, with shape (n,).

    Arguments:
        values: The values, rising.
        counts: The number of cells with each.
        closest: The distance to the next lower spike that a spike must have.
    """

    often = np.zeros(len(values), dtype=bool)

    for _ in range(ROUNDS):
        rest = counts[~often]

        if not len(rest):
            break

        share = np.full(len(values), SHARE)
        share[np.flatnonzero(~often)[[0, -1]]] = SHARE_AT_END
        found = ~often & (counts >= np.maximum(share * rest.sum(), max(CELLS, TIMES * np.median(rest))))
        found[1:] &= ~(found | often)[:-1] | (np.diff(values) > closest)
        often |= found

    return often


def uneven(values: Values, counts: NDArray[np.int64]) -> bool:
    """Whether distinct values with these counts have heavy tails, or several peaks apart from each other."""

    deviations = values - np.average(values, weights=counts)
    largest = np.abs(deviations).max()

    if not largest > 0:
        return False

    deviations /= largest  # powers of huge values overflow
    variance = np.average(deviations**2, weights=counts)
    excess = float(np.average(deviations**4, weights=counts) / variance**2) - 3

    if excess > 0 or len(values) < DISTINCT:
        return excess > HEAVY

    scores = quantiles(counts)
    explained = np.average(deviations * scores, weights=counts) ** 2 / np.average(scores**2, weights=counts)

    return explained < NORMAL * variance


def quantiles(counts: NDArray[np.int64]) -> Values:
    """Returns the standard normal quantile of the middle rank of each distinct value, with shape (n,)."""

    return ndtri((counts.cumsum() - counts / 2) / counts.sum())


def laid(values: Values, counts: NDArray[np.int64], often: NDArray[np.bool_], scale: float) -> dict[str, Any]:
    r"""Returns knots and their scores, by which all values have mean 0 and standard deviation 1.

    A score is at first the standard normal quantile of the middle rank of its knot among the values beside spikes.

    Arguments:
        values: Distinct values, rising.
        counts: The number of cells with each.
        often: Marks the spikes among them.
        scale: The standard deviation of the column.
    """

    rest, cells = values[~often], counts[~often]
    scores = quantiles(cells)
    places = np.unique([0, *np.searchsorted(scores, SCORES).clip(max=len(rest) - 1), len(rest) - 1])
    kept = [0]

    for place in places[1:]:
        # Single precision is relative, and the center lies among the knots.
        if rest[place] - rest[kept[-1]] > CLOSEST * max(scale, rest[place] - rest[0]):
            kept.append(int(place))

    # Spikes beyond the other values would lie far away if the last piece went on to them.
    knots, scores = rest[kept], scores[kept]
    below, above = (values[often & beyond] for beyond in (values < knots[0], values > knots[-1]))
    steps = APART * np.arange(1, 1 + max(len(below), len(above)))
    knots = np.concatenate([below, knots, above])
    scores = np.concatenate([scores[0] - steps[: len(below)][::-1], scores, scores[-1] + steps[: len(above)]])

    if len(knots) < 3:
        return {}

    every = straight(values, knots, scores)[0]
    center = np.average(every, weights=counts)
    deviation = np.sqrt(np.average((every - center) ** 2, weights=counts))

    return {"knots": tuple(knots.tolist()), "scores": tuple(((scores - center) / deviation).round(6).tolist())}
