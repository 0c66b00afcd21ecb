r"""The rows that the models of a data set are measured on."""

from __future__ import annotations

__all__ = ["Exam"]

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import _num_samples

from semivae.evaluation.judge import Judge
from semivae.evaluation.network import Network
from semivae.evaluation.numbers import Numbers
from semivae.schema import Schema

Values = NDArray[np.float64]

# Rows are drawn where there are more: for plain methods on latents, and to compare samples with.
TRAIN, SAMPLES = 10_000, 2_000


@dataclass(frozen=True)
class Exam:
    r"""The rows that all models of a data set are measured on. Parts that no model changes are computed once.

    Attributes:
        schema: The variables of the rows, of any model that was fitted on them.
        train: The training rows.
        y: All their labels, also those that no model saw, with shape (N,).
        given: Marks the labels that the models saw, with shape (N,).
        test: The held-out rows.
        test_y: Their labels.
        numeric: Whether labels are numbers.
        seed: The seed of all draws.
    """

    schema: Schema
    train: Any
    y: NDArray[Any]
    given: NDArray[np.bool_]
    test: Any
    test_y: NDArray[Any]
    numeric: bool = False
    seed: int = 0

    @cached_property
    def numbers(self) -> Numbers:
        """The map from rows to plain numbers."""

        return Numbers.of(self.schema, self.train)

    @cached_property
    def learned(self) -> Values:
        """All training rows as numbers."""

        return self.numbers(self.train)

    @cached_property
    def held_out(self) -> Values:
        """All held-out rows as numbers."""

        return self.numbers(self.test)

    @cached_property
    def judge(self) -> Judge | None:
        """The judge, if labels are classes."""

        return None if self.numeric else Judge.fit(self.numbers, self.learned, self.y, self.held_out, self.test_y)

    @cached_property
    def network(self) -> Network | None:
        """The network whose features and probabilities samples are judged by, if labels are classes."""

        return None if self.numeric else Network.fit(self.learned, self.y, self.held_out, self.test_y)

    @cached_property
    def some(self) -> NDArray[np.int64]:
        """The positions of training rows for plain methods."""

        return self.drawn(_num_samples(self.train), TRAIN)

    @cached_property
    def shown(self) -> NDArray[np.int64]:
        """The positions of held-out rows that samples are compared with."""

        return self.drawn(_num_samples(self.test), SAMPLES)

    def drawn(self, rows: int, most: int) -> NDArray[np.int64]:
        """Returns the positions of some rows, all where they are few."""

        return np.random.default_rng(self.seed).permutation(rows)[:most]

    def features(self, x: Values) -> Values:
        """Returns the features that samples are compared by: those of the judge, or plain numbers."""

        return np.nan_to_num(x) if self.judge is None else self.judge.features(x)
