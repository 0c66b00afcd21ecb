r"""The simple learners, taught by all labels and by the labels of each fold."""

from __future__ import annotations

__all__ = ["Taught", "taught"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from semivae.committee.committee import seen
from semivae.committee.learners import Learned, learners
from semivae.variables import RowForm

Index = NDArray[np.int64]
Values = NDArray[np.float64]

# The most rows without a label whose predictions are averaged.
MOST = 2_000


@dataclass(frozen=True, eq=False)
class Taught:
    r"""The simple learners.

    Attributes:
        members: They after their fit to all labels, by name.
        held: Their predictions of the labeled rows by fits that did not see these labels, each with shape (M, C), in
            the order of the folds; empty without folds.
        usual: The mean predictions of rows without a label by the same fits, each with shape (M, C); empty where
            :py:`held` is, where every row has a label, and for numbers.
    """

    members: Mapping[str, Learned]
    held: Mapping[str, Values]
    usual: Mapping[str, Values]


def taught(
    target: Literal["category", "real"],
    form: RowForm,
    row: Any,
    latent: Values,
    labeled: Index,
    y: NDArray[Any],
    folds: Sequence[tuple[Index, Index]],
    seed: int,
) -> Taught:
    r"""Teaches the simple learners.

    Arguments:
        target: The form of the target.
        form: The form of the rows.
        row: All rows as numbers, with shape (N, F), dense or sparse.
        latent: Their latents, with shape (N, D).
        labeled: The positions of the labeled rows, with shape (L,).
        y: Their codes or values, with shape (L,). Each class has a label in each training part.
        folds: Training and test positions among the labeled rows.
        seed: The seed of the learners.
    """

    members, held, usual = {}, {}, {}
    others = np.setdiff1d(np.arange(len(latent)), labeled)
    others = np.random.default_rng(seed).permutation(others)[:MOST]

    for name in learners:
        learner = learners[name]

        if not learner.suits(target, form):
            continue

        x = seen(name, row, latent)
        known = x[labeled]
        members[name] = learner.learn(known, y, x, seed)
        fits = [learner.learn(known[train], y[train], x, seed) for train, _ in folds]
        tests = [test for _, test in folds]
        parts = [fit.predict(known[test]) for fit, test in zip(fits, tests, strict=True)]

        if parts:
            held[name] = np.concatenate(parts)

        if parts and len(others) and target == "category":
            means = [fit.predict(x[others]).mean(axis=0) for fit in fits]
            usual[name] = np.repeat(means, list(map(len, tests)), axis=0)

    return Taught(members, held, usual)
