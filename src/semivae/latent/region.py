r"""Where a search looks: a box around the encoded rows, and in it a trust region that follows the evaluations.

The region is a box around the best design. It doubles after three rounds that improve, halves after some that do not,
and starts anew once it is small.

References:
    | Scalable Global Optimization via Local Bayesian Optimization (Eriksson et al., 2019)
    | https://arxiv.org/abs/1910.01739
"""

from __future__ import annotations

__all__ = ["Box", "side_of"]

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

START, LONGEST, SHORTEST = 0.8, 1.6, 2.0**-6
SUCCESSES, LEAST_FAILURES = 3, 4
CANDIDATES = 1_000
# Encoded rows among the candidates, which a jump out of the region can take.
ANCHORS = 200


@dataclass(frozen=True, eq=False)
class Box:
    r"""The box of the latents of rows.

    Attributes:
        low: Its lower end, with shape (D,).
        high: Its upper end, with shape (D,).
    """

    low: Values
    high: Values

    @classmethod
    def of(cls, z: Values) -> Self:
        """Returns the box that holds all but the outermost latents of rows, and a tenth more on each side."""

        low, high = np.quantile(z, [0.002, 0.998], axis=0)
        more = 0.1 * np.where(high > low, high - low, 1.0)

        return cls(low - more, high + more)

    def unit(self, z: Values) -> Values:
        """Returns latents in units of the box, with shape (N, D)."""

        return (z - self.low) / (self.high - self.low)

    def latents(self, u: Values) -> Values:
        """Returns the latents of points in units of the box, with shape (N, D)."""

        return self.low + u * (self.high - self.low)

    def candidates(
        self, center: Values, side: float | None, scales: Values, anchors: Values, random: np.random.Generator
    ) -> Values:
        r"""Draws points in units of the box, with shape (N, D), half of them in a few dimensions of the center.

        Arguments:
            center: The best design in units of the box, with shape (D,).
            side: The side of the trust region; :py:`None` draws from the whole box.
            scales: The length scale of each dimension, which stretch the region, with shape (D,).
            anchors: Encoded rows in units of the box, with shape (A, D).
            random: The generator.
        """

        size = len(center)
        stretched = scales / np.exp(np.log(scales).mean())
        half = np.full(size, 0.5) if side is None else np.clip(0.5 * side * stretched, 1e-3, 0.5)
        low, high = (0 * half, 0 * half + 1) if side is None else (center - half, center + half)
        points = np.clip(low + random.random((CANDIDATES, size)) * (high - low), 0.0, 1.0)
        # In many dimensions a change of all of them at once rarely improves anything.
        some = random.random((CANDIDATES // 2, size)) < min(1.0, 20 / size)
        some[np.arange(len(some)), random.integers(size, size=len(some))] = True
        points[: len(some)] = np.where(some, points[: len(some)], center)
        near = np.clip(center + 0.1 * half * random.standard_normal((CANDIDATES // 5, size)), 0.0, 1.0)
        taken = random.permutation(len(anchors))[:ANCHORS]

        return np.concatenate([points, near, np.clip(anchors[taken], 0.0, 1.0)])


def side_of(best: Sequence[float], size: int) -> float:
    r"""Returns the side of the trust region after some rounds.

    Arguments:
        best: The best gain after each round.
        size: The size of the latent.
    """

    side, good, bad = START, 0, 0

    for before, after in pairwise(best):
        improved = after > before + 1e-3 * abs(before)
        good, bad = (good + 1, 0) if improved else (0, bad + 1)

        if good == SUCCESSES:
            side, good = min(2 * side, LONGEST), 0
        elif bad == max(LEAST_FAILURES, size // 2):
            side, bad = side / 2, 0

        if side < SHORTEST:
            side = START

    return side
