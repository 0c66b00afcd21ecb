r"""Categorical families: one of :math:`C` classes as a one-hot label point, and a row of classes as their codes.

.. math:: \log p(y) = \sum_c y_c \log \pi_c
"""

from __future__ import annotations

__all__ = ["Categorical", "Categoricals", "Codes", "Unchecked"]

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, OneHotCategorical
from torch.distributions.kl import register_kl

from semivae.families.base import Family, widen


class Categorical(Family):
    r"""Creates a categorical family.

    Arguments:
        classes: The number of classes.
    """

    def __init__(self, classes: int) -> None:
        super().__init__((classes,))

    @property
    def size(self) -> int:
        """How many features parameterize one value."""

        return self.values

    def forward(self, features: Tensor) -> OneHotCategorical:
        """Returns the distribution that logits of shape (*, C) stand for."""

        return Unchecked(logits=widen(features))


class Unchecked(OneHotCategorical):
    """Creates a one-hot distribution whose logits may be NaN, so that the engine names the term that diverged.

    PyTorch's own does not pass `validate_args` on, and so checks its logits at every step.

    Arguments:
        logits: The logits, with shape (*, C).
    """

    def __init__(self, logits: Tensor) -> None:
        self._categorical = torch.distributions.Categorical(logits=logits, validate_args=False)

        super(OneHotCategorical, self).__init__(logits.shape[:-1], logits.shape[-1:], validate_args=False)

    def log_prob(self, value: Tensor) -> Tensor:
        """Returns the log-probability of label points, with shape (*), from label points of shape (*, C)."""

        return (value * self.logits).sum(-1)


@register_kl(Unchecked, Unchecked)
def divergence(q: Unchecked, p: Unchecked) -> Tensor:
    """Returns the divergence of classes; PyTorch's looks for probabilities of zero, which takes most of its time."""

    return (q.probs * (q.logits - p.logits)).sum(-1)


class Codes(Distribution):
    r"""Creates a distribution of codes of classes, one for each of n columns, independent of each other.

    Arguments:
        logits: The logits of the classes of all columns, side by side, with shape (*, size).
        columns: The columns.
    """

    arg_constraints: ClassVar = {}  # type: ignore[assignment]

    def __init__(self, logits: Tensor, columns: Categoricals) -> None:
        self.logits = logits
        self.columns = columns

        super().__init__(torch.Size([*logits.shape[:-1], columns.values]), validate_args=False)

    def log_prob(self, value: Tensor) -> Tensor:
        """Returns the log-probability of each code, both with shape (*, n)."""

        places, totals = torch.broadcast_tensors(value.long() + self.columns.first, self.totals)

        return self.logits.expand(*places.shape[:-1], -1).gather(-1, places) - totals

    @property
    def totals(self) -> Tensor:
        r"""The logarithm of :math:`\sum_c e^{s_c}` over the classes of each column, with shape (*, n)."""

        # Without this shift the exponentials may overflow; a constant, it does not change the gradient.
        highest = self.columns.highest(self.logits.detach())
        shares = (self.logits - self.columns.repeated(highest)).exp()

        return highest + torch.zeros_like(highest).index_add(-1, self.columns.column, shares).log()

    def sample(self, sample_shape: torch.Size = torch.Size()) -> Tensor:  # noqa: B008
        """Returns codes, with shape (*, n)."""

        with torch.no_grad():
            logits = self.logits.expand(*sample_shape, *self.logits.shape)

            # With Gumbel noise, the largest of the logits is a draw of their softmax.
            return self.columns.best(logits - torch.empty_like(logits).exponential_().log())

    @property
    def mean(self) -> Tensor:
        """The code of the most probable class of each column, with shape (*, n)."""

        return self.columns.best(self.logits.detach())

    @property
    def points(self) -> list[Distribution]:
        """The distribution of each column over one-hot points."""

        return [Unchecked(logits=logits) for logits in self.logits.split(self.columns.classes, dim=-1)]


class Categoricals(Family):
    r"""Creates a family of codes of classes, one for each of n columns.

    The classes of all columns stand side by side. No step goes through the columns one by one, nor are they padded to
    the same number of classes: a single column with many would fill the memory.

    Arguments:
        classes: The number of classes of each column.
    """

    column: Tensor
    code: Tensor
    first: Tensor

    def __init__(self, classes: Sequence[int]) -> None:
        super().__init__((len(classes),))

        self.classes = list(classes)

        # Of each class, its column and its code there; of each column, the place of its first class. These are facts
        # of the variables, which a saved model has anyway.
        pairs = [(column, code) for column, count in enumerate(classes) for code in range(count)]
        first = [place for place, (_, code) in enumerate(pairs) if not code]

        self.register_buffer("column", torch.tensor([column for column, _ in pairs]), persistent=False)
        self.register_buffer("code", torch.tensor([float(code) for _, code in pairs]), persistent=False)
        self.register_buffer("first", torch.tensor(first), persistent=False)

    @property
    def size(self) -> int:
        """How many features parameterize one value."""

        return sum(self.classes)

    def forward(self, features: Tensor) -> Independent:
        """Returns the distribution that the logits of all columns stand for, with shape (*, size)."""

        return Independent(Codes(widen(features), self), 1, validate_args=False)

    def parts(self, p: Distribution) -> list[Distribution]:
        """Returns the distribution of each column over one-hot points."""

        return p.base_dist.points  # type: ignore[attr-defined]

    def highest(self, values: Tensor) -> Tensor:
        """Returns the largest value of each column, with shape (*, n), from values of all classes, (*, size)."""

        lowest = values.new_full((*values.shape[:-1], self.values), -torch.inf)

        return lowest.scatter_reduce(-1, self.column.expand_as(values), values, "amax")

    def best(self, values: Tensor) -> Tensor:
        """Returns the code of the first class with the largest value of each column, with shape (*, n)."""

        is_best = values == self.repeated(self.highest(values))

        return -self.highest(torch.where(is_best, -self.code.to(values), -torch.inf))

    def repeated(self, values: Tensor) -> Tensor:
        """Repeats the value of each column, with shape (*, n), for all its classes, with shape (*, size)."""

        return values.index_select(-1, self.column)
