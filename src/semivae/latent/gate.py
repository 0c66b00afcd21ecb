r"""The trust gate: whether a decoded row looks like the rows that the latent space was learned from.

Each check measures how strange a design is, and compares it with held-out rows:

.. math:: p_c(x) = \frac{1 + \#\{n : s_c(x_n) \ge s_c(x)\}}{1 + N}

A design passes if its lowest p-value is at least the 5 % quantile of the lowest p-values of held-out rows. So about
95 % of real rows pass, however many checks there are.

References:
    | Distribution-Free Predictive Inference for Regression (Lei et al., 2018)
    | https://arxiv.org/abs/1604.04173
"""

from __future__ import annotations

__all__ = ["CHECKS", "Gate", "Verdicts"]

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.errors import DataError
from semivae.latent.space import Space, rows_at

Values = NDArray[np.float64]

# The share of real rows that pass; with few held-out rows fewer may, so it lies above 90 %.
SHARE = 0.95
HELD_OUT, MOST_HELD_OUT, NEIGHBORS = 0.3, 1_000, 5

# The checks, and the reason that each gives.
CHECKS = {
    "density": "the density of the decoded row is lower than that of decoded real rows",
    "latent": "the latent is far from the latents of real rows",
    "neighbor": "the decoded row is far from every training row",
    "round_trip": "the decoded row is encoded to another latent",
    "agreement": "the prediction of the decoded row differs from that of real rows near its latent",
}


@dataclass(frozen=True, eq=False)
class Verdicts:
    r"""The verdicts on designs.

    Attributes:
        p_values: The p-value of each design in each check, with shape (N,).
        limit: The lowest p-value that passes.
        decoded: The decoded rows.
    """

    p_values: dict[str, Values]
    limit: float
    decoded: Any

    @property
    def lowest(self) -> Values:
        """The lowest p-value of each design, with shape (N,)."""

        return np.min([*self.p_values.values()], axis=0)

    @property
    def passed(self) -> NDArray[np.bool_]:
        """Marks the designs that pass, with shape (N,)."""

        return self.lowest >= self.limit

    @property
    def reasons(self) -> list[str]:
        """The name of the check that each design fails most clearly; empty where it passes."""

        names = list(self.p_values)
        worst = np.argmin([*self.p_values.values()], axis=0)

        return ["" if passed else names[check] for passed, check in zip(self.passed, worst, strict=True)]


class Gate:
    r"""Fits the gate to the reference rows of a space: 70 % of them are neighbors, the others set the limits.

    Arguments:
        space: The latent space beside reference rows.
        predict: Maps rows to beliefs with shape (N,) or (N, K); :py:`None` leaves the check of agreement out.
        held_out: Rows that the space was not learned from, which set the limits instead.
        seed: The seed of the split.

    Raises:
        DataError: If there are fewer than 20 reference rows.
    """

    def __init__(
        self, space: Space, predict: Callable[[Any], Values] | None = None, held_out: Any = None, seed: int = 0
    ) -> None:
        from sklearn.neighbors import NearestNeighbors

        if len(space.latents) < 20:
            raise DataError(
                f"{len(space.latents)} reference rows",
                "the gate needs at least 20 to tell usual rows from strange ones",
                "give more rows, or gate=None",
            )

        self.space, self.predict = space, predict
        known, limits = self.split(held_out, seed)
        z = space.latents[known]
        rows = rows_at(space.rows, known)
        self.beliefs = None if predict is None else table(predict(rows))
        self.near_rows = NearestNeighbors(n_neighbors=1).fit(space.numbers(rows))
        self.near_latents = NearestNeighbors(n_neighbors=min(NEIGHBORS, len(z))).fit(z / space.scale)
        held_out = rows_at(space.rows, limits) if held_out is None else space.aligned(held_out)
        z = space.encode(held_out)
        usual = self.strangeness(z, space.decode(z), held_out)
        self.usual = {name: np.sort(values) for name, values in usual.items()}
        lowest = np.sort(np.min([self.p_value(name, values, 0) for name, values in usual.items()], axis=0))
        self.limit = float(lowest[int((1 - SHARE) * len(lowest))])

    def split(self, held_out: Any, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Returns the positions of the reference rows that are neighbors, and of those that set the limits."""

        order = np.random.default_rng(seed).permutation(len(self.space.latents))
        count = 0 if held_out is not None else min(int(HELD_OUT * len(order)), MOST_HELD_OUT)

        return np.sort(order[count:]), np.sort(order[:count])

    def strangeness(self, z: Values, decoded: Any, rows: Any) -> dict[str, Values]:
        r"""Returns how strange designs are in each check, higher is stranger, each with shape (N,).

        Arguments:
            z: Their latents, with shape (N, D).
            decoded: The decoded latents.
            rows: The rows themselves, which are the decoded latents too unless they are real.
        """

        found = {}
        # The decoded row, for real rows too: their pixels and cells are sharper than decoded ones, which are means, and
        # a likelihood of levels has most of its mass where a real background is exactly 0.
        density = self.space.density(decoded)

        if density is not None:
            found["density"] = -density

        distances, near = self.near_latents.kneighbors(z / self.space.scale)
        found["latent"] = distances.mean(axis=1)
        found["neighbor"] = self.near_rows.kneighbors(self.space.numbers(rows))[0][:, 0]
        back = self.space.encode(decoded)
        found["round_trip"] = np.linalg.norm((back - z) / self.space.scale, axis=1)

        if self.predict is not None and self.beliefs is not None:
            expected = self.beliefs[near].mean(axis=1)
            found["agreement"] = np.abs(table(self.predict(rows)) - expected).max(axis=1)

        # Rounded, for the round trip of a linear space is 0 up to the last bits.
        return {name: np.round(np.nan_to_num(values, nan=np.inf), 9) for name, values in found.items()}

    def near(self, z: Values) -> NDArray[np.bool_]:
        """Marks the latents that pass the check of their own distance, with shape (N,), before any is decoded."""

        distances = np.round(self.near_latents.kneighbors(z / self.space.scale)[0].mean(axis=1), 9)

        return np.asarray(self.p_value("latent", distances) >= self.limit)

    def p_value(self, check: str, values: Values, own: int = 1) -> Values:
        """Returns the p-values of strangeness; a held-out row counts itself, so that own is 0 for it."""

        usual = self.usual[check]
        at_least = len(usual) - np.searchsorted(usual, values, side="left")

        return (own + at_least) / (1 + len(usual))

    def judge(self, z: Values, rows: Any = None) -> Verdicts:
        r"""Judges designs, or real rows.

        Arguments:
            z: Their latents, with shape (N, D).
            rows: The rows; decoded if not given.
        """

        decoded = self.space.decode(z)
        values = self.strangeness(z, decoded, decoded if rows is None else rows)

        return Verdicts({name: self.p_value(name, found) for name, found in values.items()}, self.limit, decoded)


def table(beliefs: Any) -> Values:
    """Returns beliefs with shape (N, K)."""

    beliefs = np.asarray(beliefs, dtype=np.float64)

    return beliefs.reshape(len(beliefs), -1)
