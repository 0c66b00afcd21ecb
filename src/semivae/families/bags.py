r"""Families of a whole row of counts given its sum, such as the counts of a cell or the words of a document.

With the sum :math:`l = \sum_j x_j` of a row and shares :math:`\rho` of its columns, a softmax of the features:

.. math::
    x_j & \sim \mathrm{NB}(l \rho_j, \theta_j)

    x & \sim \mathrm{Multinomial}(l, \rho)

The negative binomial has mean :math:`l \rho_j` and variance :math:`l \rho_j + (l \rho_j)^2 / \theta_j`, with one
learned :math:`\theta_j` for each column. With zero inflation, a count is 0 with a probability :math:`\pi_j` of its own
as well. The sum counts as known, as the size of a library does: scores are log-probabilities of a row given its sum.
The multinomial is exactly the probability of a row among all with the same sum; the negative binomial takes the sum for
a number known beforehand. New rows draw their sum from the log-normal distribution of the sums of the fit.

Where rows come in batches, such as donors, each shifts the logarithms of the shares, :math:`\rho \propto
\exp(f(z) + b)`, with effects :math:`b` whose mean over batches is 0. What a batch does to all cells alike is so known
without z. Means and new rows are those of no batch.

References:
    | Deep generative modeling for single-cell transcriptomics (Lopez et al., 2018)
    | https://doi.org/10.1038/s41592-018-0229-2
"""

from __future__ import annotations

__all__ = ["Multinomial", "NegativeBinomial"]

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from semivae.families.bag import Expression, Words
from semivae.families.base import Family, widen

# A share is never taken to be smaller, so that a column without a count in the fit has a logarithm.
SMALLEST_SHARE = 1e-8

# Effects of batches learn so many times as fast as other weights, so that the latent need not learn them first.
FASTER = 10.0


class Shares(Family):
    r"""Abstract family of a row of counts, with the shares of its columns and its usual sum.

    Arguments:
        shares: The shares of the columns in all counts of the fit, around which those of a row are learned.
        mean: The mean of the logarithms of sums.
        deviation: Their standard deviation.
        batches: The number B of batches.
    """

    base: Tensor
    usual: Tensor

    def __init__(self, shares: Sequence[float], mean: float, deviation: float, batches: int = 0) -> None:
        super().__init__((len(shares),))

        # Facts of the variable, which a saved model has anyway.
        self.register_buffer("base", torch.tensor(shares).clamp(min=SMALLEST_SHARE).log(), persistent=False)
        self.register_buffer("usual", torch.tensor([mean, deviation]), persistent=False)

        if batches:
            self.shifts = nn.Parameter(torch.zeros(batches, len(shares)))

    @property
    def effects(self) -> Tensor:
        """The effects of batches on the logarithms of shares, with shape (B, P): a mean batch has none."""

        if not hasattr(self, "shifts"):
            return self.base.new_zeros(0, self.values)

        return FASTER * (self.shifts - self.shifts.mean(0))

    @property
    def size(self) -> int:
        """How many features parameterize one value."""

        return self.values

    @property
    def sums(self) -> tuple[Tensor, Tensor]:
        """Mean and deviation of the logarithms of sums."""

        return self.usual[0], self.usual[1]

    def log_share(self, features: Tensor) -> Tensor:
        """Returns the logarithms of the shares that features of shape (*, P) stand for."""

        return (features + self.base).log_softmax(-1)


class Multinomial(Shares):
    """Family of multinomial rows of counts, such as the words of a text; the arguments are as for its base."""

    def forward(self, features: Tensor) -> Words:
        """Returns the distribution that features of shape (*, size) stand for."""

        return Words(self.log_share(widen(features)), self.sums, self.effects)


class NegativeBinomial(Shares):
    r"""Creates a family of negative binomial rows of counts, such as those of a cell.

    Arguments:
        shares: The shares of the columns in all counts of the fit, around which those of a row are learned.
        mean: The mean of the logarithms of sums.
        deviation: Their standard deviation.
        batches: The number of batches.
        inflated: Whether a count is 0 with a probability of its own, too.
    """

    def __init__(
        self, shares: Sequence[float], mean: float, deviation: float, batches: int = 0, inflated: bool = False
    ) -> None:
        super().__init__(shares, mean, deviation, batches)

        self.inflated = inflated
        self.log_theta = nn.Parameter(torch.zeros(len(shares)))

    @property
    def size(self) -> int:
        """How many features parameterize one value."""

        return self.values * (2 if self.inflated else 1)

    def forward(self, features: Tensor) -> Expression:
        """Returns the distribution that features of shape (*, size) stand for."""

        features = widen(features)
        shares, gate = features.chunk(2, dim=-1) if self.inflated else (features, None)

        return Expression(self.log_share(shares), self.sums, self.effects, self.log_theta.clamp(-7.0, 9.0), gate)
