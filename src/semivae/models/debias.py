r"""DB-VAE: a VAE with a predictor that gives more weight to rows that are rare in the latent space.

Generative process:

.. math::
    z & \sim \mathcal{N}(0, I) \\
    x & \sim p_\theta(x \mid z) \\
    y & \sim p_\theta(y \mid z)

Inference: :math:`q(z \mid x)`. The predictor reads the posterior mean :math:`\mu(x)`.

Objective, where only labeled rows have the last term:

.. math:: \mathbb{E}_{q(z \mid x)}[\log p(x \mid z)] - \mathrm{KL}(q(z \mid x) \parallel p(z))
    + \alpha \, w(x) \log p(y \mid z = \mu(x))

Training: with :math:`Q_i` the histogram of unit :math:`i` of the latent means, and :math:`\alpha'` the setting
`smoothing`,

.. math:: w(x) \propto \prod_i \frac{1}{Q_i(\mu_i(x)) + \alpha'}

with a mean of one over the labeled rows of a step. On average, these weights equal resampling with these frequencies.
No gradient flows through the weights, and predictions do not use them. The histograms count all rows of a step, labeled
or not, in ten bins from -3 to 3; values beyond go to the outer bins. A unit without information, with all means near
zero, makes no row rare. More `smoothing` makes the weights more equal; with a large value, this is `predictor`.

Differs from the paper: that resamples whole rows, and its target is a unit of the encoder. Here the weights are on the
prediction alone, so densities, outlier scores and samples follow the data, and the predictor reads the latent. Rare
rows also stay rare in the latent; with a weighted bound they would move to its middle.

When to choose it: some kinds of rows are rare, you do not know which, and you want better predictions for them, at some
cost for the others. The gain is largest with few epochs: a long fit memorizes all rows, whatever their weights. The
model finds kinds at the edge of some units of the latent. A kind in the middle of every unit, as a rare digit may be,
gets no extra weight. With many latents, few rows have nearly all the weight: increase `smoothing`.

References:
    | Uncovering and Mitigating Algorithmic Bias through Learned Latent Structure (Amini et al., 2019)
    | https://doi.org/10.1145/3306618.3314243
"""

from __future__ import annotations

__all__ = ["Debias", "rarity"]

from dataclasses import replace

import torch
from torch import Tensor

from semivae.batch import Batch
from semivae.conditional import Conditional, Net
from semivae.families import Family, Gaussian, choose_target
from semivae.models.base import models
from semivae.models.latent import HeadModel
from semivae.models.terms import Terms
from semivae.priors import StandardNormal
from semivae.ranks import ALONE, Ranks, share
from semivae.schema import Schema

# The number of bins of a histogram, as in the paper's code, and their range, from -REACH to REACH.
BINS, REACH = 10, 3.0


@models.register("debias")
class Debias(HeadModel):
    r"""Creates a VAE with a predictor that gives more weight to rare rows.

    Arguments:
        encoder: The posterior :math:`q(z \mid x)`.
        decoder: The likelihood :math:`p(x \mid z)`.
        head: The predictor :math:`p(y \mid z)`.
        prior: The prior :math:`p(z)`.
        smoothing: The constant :math:`\alpha'` added to every frequency.
    """

    targets = ("category", "real")

    def __init__(
        self,
        encoder: Conditional,
        decoder: Conditional,
        head: Conditional,
        prior: StandardNormal,
        smoothing: float,
    ) -> None:
        super().__init__(encoder, decoder, head, prior)

        self.smoothing = smoothing

    @classmethod
    def build(cls, schema: Schema, family: Family, net: Net, latents: int, smoothing: float) -> Debias:
        r"""Builds the model with its default networks.

        Arguments:
            schema: The variables.
            family: The likelihood family of :math:`x`.
            net: Builds the networks.
            latents: The size of the latent.
            smoothing: The constant added to every frequency.
        """

        return cls(
            encoder=net(schema.x, to=Gaussian(latents), regularized=True),
            decoder=net(latents, to=family),
            head=net(latents, to=choose_target(schema.target), regularized=True),
            prior=StandardNormal(latents),
            smoothing=smoothing,
        )

    def forward(self, batch: Batch, progress: Tensor | float = 1.0) -> tuple[Terms | None, Terms | None]:
        """Computes the terms of both halves; all rows of the step, labeled or not, tell how rare a labeled row is."""

        if batch.labeled is None or batch.unlabeled is None:
            known = None if batch.labeled is None else self.labeled(*batch.labeled, batch.ranks)

            return known, None if batch.unlabeled is None else self.unlabeled(batch.unlabeled, progress)

        x, y = batch.labeled
        q = self.encoder(x)
        terms, log_py = self.terms(x, q), self.head(q.mean).log_prob(y)
        others = self.encoder(batch.unlabeled)
        weights = self.weights(q.mean, others.mean, batch.ranks)

        return replace(terms, prediction=weights * log_py), self.terms(batch.unlabeled, others)

    def labeled(self, x: Tensor, y: Tensor, ranks: Ranks = ALONE) -> Terms:
        """Computes the terms of rows of shape (B, *) with label points of shape (B, C), by how rare they are here."""

        q = self.encoder(x)
        terms, log_py = self.terms(x, q), self.head(q.mean).log_prob(y)

        return replace(terms, prediction=self.weights(q.mean, q.mean[:0], ranks) * log_py)

    def weights(self, means: Tensor, others: Tensor, ranks: Ranks) -> Tensor:
        r"""Weighs labeled rows by how rare they are among the rows of all processes, with shape (B,).

        Arguments:
            means: The latent means of the labeled rows, with shape (B, D).
            others: The latent means of the unlabeled rows, with shape (U, D).
            ranks: The processes that share the step.
        """

        known = ranks.gathered(means)
        weights = rarity(known, torch.cat([known, ranks.gathered(others)]), self.smoothing)

        return weights[share(len(weights), ranks)]


@torch.no_grad()
def rarity(means: Tensor, everyone: Tensor, smoothing: float) -> Tensor:
    r"""Returns weights of rows by their rarity, with shape (B,) and a mean of one.

    Arguments:
        means: The latent means of the rows, with shape (B, D).
        everyone: The latent means of all rows in the histograms, including these rows, with shape (N, D).
        smoothing: The constant added to every frequency.
    """

    bins = torch.arange(BINS, device=means.device)
    shares = (binned(everyone)[..., None] == bins).to(means.dtype).mean(0)  # (D, bins)
    frequency = shares.gather(1, binned(means).T)  # (D, B)

    # A product over many units could overflow, so logarithms are summed.
    weights = -(frequency + smoothing).log().sum(0)
    weights = (weights - weights.amax()).exp()

    return weights / weights.mean()


def binned(means: Tensor) -> Tensor:
    """Returns the bin number of each latent mean, with the same shape."""

    return ((means / REACH + 1) / 2 * BINS).floor().clamp(0, BINS - 1).long()
