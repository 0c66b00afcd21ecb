r"""The designs that a search may take: those within the constraints that pass the gate."""

from __future__ import annotations

__all__ = ["Pool"]

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import _num_samples

from semivae.latent.gate import Gate
from semivae.latent.goals import Constraint
from semivae.latent.space import Space, distinct, keys

Values = NDArray[np.float64]

# Encoded rows that the gate judges, and candidates that it judges for one design, in parts.
ROWS, TRIED, PART = 300, 120, 20
# Encoded rows among them that have the best predictions, where there are some.
PROMISING = 100


class Pool:
    r"""Finds the encoded reference rows that a search may start from.

    Arguments:
        space: The latent space beside reference rows.
        constraints: Constraints on decoded rows.
        gate: The trust gate; :py:`None` lets every design pass.
        mark: Whether designs that fail the gate are kept and only marked.
        first: The number of designs that a search starts from.
        seed: The seed of their choice.
        expected: Maps rows to the gains that are expected of them, with shape (N,); half of the first designs are then
            the most promising rows.

    Attributes:
        anchors: Latents of reference rows that a search may take, with shape (A, D).
        refused: The number of designs refused since the last call of :meth:`take_refused`, by check.
    """

    def __init__(
        self,
        space: Space,
        constraints: Sequence[Constraint],
        gate: Gate | None,
        mark: bool,
        first: int,
        seed: int,
        expected: Callable[[Any], Values] | None = None,
    ) -> None:
        self.space, self.constraints, self.gate, self.mark = space, tuple(constraints), gate, mark
        self.refused: Counter[str] = Counter()
        order = np.random.default_rng(seed).permutation(len(space.latents))
        z = space.latents[order]
        violation = self.violation(z)
        z = z[violation == 0] if (violation == 0).any() else z[np.argsort(violation, kind="stable")][:ROWS]
        gains = None if expected is None else np.nan_to_num(expected(space.decode(z)), nan=-np.inf)
        best = [] if gains is None else np.argsort(-gains, kind="stable")[:PROMISING]
        z = z[np.unique(np.concatenate([best, np.arange(min(ROWS, len(z)))]).astype(int))]
        passed = np.ones(len(z), bool) if gate is None else gate.judge(z).passed
        z = z[passed] if passed.any() else z
        # Strings and classes of several latents may be the same.
        self.anchors = z[distinct(space.decode(z))]
        self.starts = self.anchors[starts_of(self.anchors, space, expected, first, seed)]

    def start(self, index: int) -> Values:
        """Returns the latent of one of the first designs, with shape (D,)."""

        return self.starts[index % len(self.starts)]

    def violation(self, z: Values) -> Values:
        """Returns by how much latents, once decoded, miss the constraints in all, with shape (N,)."""

        return self.violation_of(self.space.decode(z)) if self.constraints else np.zeros(len(z))

    def violation_of(self, rows: Any) -> Values:
        """Returns by how much rows miss the constraints in all, with shape (N,)."""

        return np.sum([np.zeros(_num_samples(rows)), *(one.violation(rows) for one in self.constraints)], axis=0)

    def admit(self, z: Values, values: Values, taken: Collection[Any] = ()) -> Values:
        r"""Returns the candidate with the highest value that the constraints and the gate allow, with shape (D,).

        If none of those that are looked at can be taken, it is the encoded row with the most similar latent.

        Arguments:
            z: The latents of candidates, with shape (N, D).
            values: Their values, with shape (N,).
            taken: The :func:`keys` of rows that were taken before. To evaluate them again would tell nothing.
        """

        # The least violation of a constraint comes first where every candidate has one.
        order = np.lexsort([-values, self.violation(z)])
        gate = None if self.mark else self.gate

        if gate is not None:
            # The distance of a latent costs little, and the best values often lie far out.
            near = gate.near(z[order])
            self.refused["latent"] += int(near.argmax()) if near.any() else len(near)
            order = order[near]

        for start in range(0, min(len(order), TRIED), PART):
            for one, reason, key in self.looked_at(z[order[start : start + PART]], gate):
                if reason:
                    self.refused[reason] += 1
                elif key not in taken:
                    return one

        distances = np.linalg.norm((self.anchors - z[values.argmax()]) / self.space.scale, axis=1)
        new = np.array([key not in taken for key in keys(self.space.decode(self.anchors))])

        return self.anchors[np.where(new | ~new.any(), distances, np.inf).argmin()]

    def looked_at(self, z: Values, gate: Gate | None) -> Iterator[tuple[Values, str, Any]]:
        """Yields each latent, the check of a gate that its row fails, empty where it passes, and the key of the row."""

        if gate is None:
            return zip(z, [""] * len(z), keys(self.space.decode(z)), strict=True)

        verdicts = gate.judge(z)

        return zip(z, verdicts.reasons, keys(verdicts.decoded), strict=True)

    def verdicts(self, z: Values, rows: Any) -> tuple[list[str], Values]:
        """Returns the check that each design fails, empty where it passes, and its lowest p-value in the gate."""

        if self.gate is None:
            return [""] * len(z), np.full(len(z), np.nan)

        verdicts = self.gate.judge(z, rows)

        return verdicts.reasons, verdicts.lowest

    def take_refused(self) -> Counter[str]:
        """Returns the numbers of refused designs, and starts to count anew."""

        refused, self.refused = +self.refused, Counter()

        return refused


def starts_of(
    anchors: Values, space: Space, expected: Callable[[Any], Values] | None, first: int, seed: int
) -> NDArray[np.int64]:
    """Returns the order in which anchors are evaluated first: promising ones and ones apart from each other in turn."""

    from sklearn.cluster import kmeans_plusplus

    apart = kmeans_plusplus(anchors, min(first, len(anchors)), random_state=seed)[1]

    if expected is not None:
        best = np.argsort(-expected(space.decode(anchors)), kind="stable")[: len(apart)]
        apart = np.stack([best, apart], axis=1).ravel()

    order = [*dict.fromkeys([*apart.tolist(), *range(len(anchors))])]

    return np.array(order)
