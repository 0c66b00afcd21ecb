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


@dataclass(frozen=True, eq=False)
class Taught:
    r"""The simple learners.

    Attributes:
        members: They after their fit to all labels, by name.
        held: Their predictions of the labeled rows by fits that did not see these labels, each with shape (M, C), in
            the order of the folds; empty without folds.
    """

    members: Mapping[str, Learned]
    held: Mapping[str, Values]


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

    members, held = {}, {}

    for name in learners:
        learner = learners[name]

        if not learner.suits(target, form):
            continue

        x = seen(name, row, latent)
        known = x[labeled]
        members[name] = learner.learn(known, y, x, seed)
        parts = [learner.learn(known[train], y[train], x, seed).predict(known[test]) for train, test in folds]
        held |= {name: np.concatenate(parts)} if parts else {}

    return Taught(members, held)
