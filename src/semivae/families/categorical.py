r"""Categorical families: one of :math:`C` classes as a one-hot label point, and a row of classes as their codes.

.. math:: \log p(y) = \sum_c y_c \log \pi_c
"""

from __future__ import annotations

__all__ = ["Categorical", "Categoricals", "Codes"]

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


@register_kl(Unchecked, Unchecked)
def divergence(q: Unchecked, p: Unchecked) -> Tensor:
    """Returns the divergence of classes; PyTorch's looks for probabilities of zero, which takes most of its time."""

    return (q.probs * (q.logits - p.logits)).sum(-1)


class Codes(Distribution):
    r"""Creates a distribution of codes of classes, one for each of n columns, independent of each other.

    Arguments:
        columns: The distribution of each column, with shape (*).
    """

    arg_constraints: ClassVar = {}  # type: ignore[assignment]

    def __init__(self, columns: Sequence[torch.distributions.Categorical]) -> None:
        self.columns = columns

        super().__init__(torch.Size([*columns[0].batch_shape, len(columns)]), validate_args=False)

    def log_prob(self, value: Tensor) -> Tensor:
        """Returns the log-probability of each code, both with shape (*, n)."""

        return torch.stack([p.log_prob(value[..., i]) for i, p in enumerate(self.columns)], dim=-1)

    def sample(self, sample_shape: torch.Size = torch.Size()) -> Tensor:  # noqa: B008
        """Returns codes, with shape (*, n)."""

        return torch.stack([p.sample(sample_shape).to(p.logits) for p in self.columns], dim=-1)

    @property
    def mean(self) -> Tensor:
        """The code of the most probable class of each column, with shape (*, n)."""

        return torch.stack([p.logits.argmax(-1).to(p.logits) for p in self.columns], dim=-1)

    @property
    def points(self) -> list[Distribution]:
        """The distribution of each column over one-hot points."""

        return [Unchecked(logits=p.logits) for p in self.columns]


class Categoricals(Family):
    r"""Creates a family of codes of classes, one for each of n columns.

    Arguments:
        classes: The number of classes of each column.
    """

    def __init__(self, classes: Sequence[int]) -> None:
        super().__init__((len(classes),))

        self.classes = list(classes)

    @property
    def size(self) -> int:
        """How many features parameterize one value."""

        return sum(self.classes)

    def forward(self, features: Tensor) -> Independent:
        """Returns the distribution that the logits of all columns stand for, with shape (*, size)."""

        logits = widen(features).split(self.classes, dim=-1)
        columns = [torch.distributions.Categorical(logits=column, validate_args=False) for column in logits]

        return Independent(Codes(columns), 1, validate_args=False)

    def parts(self, p: Distribution) -> list[Distribution]:
        """Returns the distribution of each column over one-hot points."""

        return p.base_dist.points  # type: ignore[attr-defined]
