r"""DB-VAE: a VAE and a predictor to which rows count more, the rarer they are in latent space.

Generative process:

.. math::
    z & \sim \mathcal{N}(0, I) \\
    x & \sim p_\theta(x \mid z) \\
    y & \sim p_\theta(y \mid z)

Inference: :math:`q(z \mid x)`. The predictor reads the posterior mean :math:`\mu(x)`.

Objective, where only labeled rows have the last term:

.. math:: \mathbb{E}_{q(z \mid x)}[\log p(x \mid z)] - \mathrm{KL}(q(z \mid x) \parallel p(z))
    + \alpha \, w(x) \log p(y \mid z = \mu(x))

Training, by resampling: with :math:`Q_i` the histogram of unit :math:`i` of the latent means, and :math:`\alpha'` the
setting `smoothing`,

.. math:: w(x) \propto \prod_i \frac{1}{Q_i(\mu_i(x)) + \alpha'}

with a mean of one over the labeled rows of a step: on average, to weigh rows so is to draw them so. No gradient flows
through the weights, and nothing is weighed in use. The histograms are of the rows of a step, labeled or not, in ten
bins of the latent from -3 to 3; what is beyond joins the outer ones. A unit that holds nothing, whose means are all
near zero, makes no row rare. The more smoothing, the more equal the weights: with a large one, this is `predictor`.

The paper draws whole rows again. Here the bound is of the rows as they are, so that densities, outlier scores and
samples stay those of the data; and what is rare stays rare in the latent, where it would else move into the middle.

When to choose it: some kinds of rows are rare, nobody can say which rows these are, and they are to be predicted
better, which may cost some of the accuracy on the others. They gain most where passes are few; a long fit has all rows
by heart, whatever they count. It finds kinds at the edge of some units of the latent; one that lies amid the others in
every unit, as a rare digit may, does not count more. With many latents few rows have nearly all of the weight: take a
larger `smoothing`.

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
from semivae.ranks import gathered, place, share
from semivae.variables import Schema

# The bins of a histogram, as in the paper's code, and the range of standard normal values that they divide.
BINS, REACH = 10, 3.0


@models.register("debias")
class Debias(HeadModel):
    r"""Creates a VAE with a predictor that learns most from rare rows.

    Arguments:
        encoder: The posterior :math:`q(z \mid x)`.
        decoder: The likelihood :math:`p(x \mid z)`.
        head: The predictor :math:`p(y \mid z)`.
        prior: The prior :math:`p(z)`.
        smoothing: What is added to every frequency, :math:`\alpha'`.
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
        r"""Wires the default graph.

        Arguments:
            schema: What each variable is.
            family: The family of :math:`x`.
            net: Builds the networks.
            latents: The size of the latent.
            smoothing: What is added to every frequency.
        """

        return cls(
            encoder=net(schema.x, to=Gaussian(latents), regularized=True),
            decoder=net(latents, to=family),
            head=net(latents, to=choose_target(schema.target), regularized=True),
            prior=StandardNormal(latents),
            smoothing=smoothing,
        )

    def forward(self, batch: Batch, progress: Tensor | float = 1.0) -> tuple[Terms | None, Terms | None]:
        """Returns the terms of both halves: the unlabeled rows say, too, what is rare."""

        if batch.labeled is None or batch.unlabeled is None:
            return super().forward(batch, progress)

        x, y = batch.labeled
        q = self.encoder(x)
        terms, log_py = self.terms(x, q), self.head(q.mean).log_prob(y)
        others = self.encoder(batch.unlabeled)
        weights = self.weights(q.mean, others.mean)

        return replace(terms, prediction=weights * log_py), self.terms(batch.unlabeled, others)

    def labeled(self, x: Tensor, y: Tensor) -> Terms:
        """Returns the terms of rows of shape (B, *) with label points of shape (B, C), rare as they are among these."""

        q = self.encoder(x)
        terms, log_py = self.terms(x, q), self.head(q.mean).log_prob(y)

        return replace(terms, prediction=self.weights(q.mean, q.mean[:0]) * log_py)

    def weights(self, means: Tensor, others: Tensor) -> Tensor:
        r"""Returns how much labeled rows count, by how rare they are in the step, with shape (B,).

        Arguments:
            means: Their latent means, with shape (B, D).
            others: The latent means of the unlabeled rows, with shape (U, D).
        """

        # Of the rows of a step, whichever processes they are in.
        known = gathered(means)
        weights = rarity(known, torch.cat([known, gathered(others)]), self.smoothing)

        return weights[share(len(weights), place())]


@torch.no_grad()
def rarity(means: Tensor, everyone: Tensor, smoothing: float) -> Tensor:
    r"""Returns how much rows count, with shape (B,) and a mean of one.

    Arguments:
        means: The latent means of the rows, with shape (B, D).
        everyone: The latent means of the rows that the histograms are of, among them these, with shape (N, D).
        smoothing: What is added to every frequency.
    """

    bins = torch.arange(BINS, device=means.device)
    shares = (binned(everyone)[..., None] == bins).to(means.dtype).mean(0)  # (D, bins)
    frequency = shares.gather(1, binned(means).T)  # (D, B)

    # A product of many units would leave the range of a number, if not for the logarithm.
    weights = -(frequency + smoothing).log().sum(0)
    weights = (weights - weights.amax()).exp()

    return weights / weights.mean()


def binned(means: Tensor) -> Tensor:
    """Returns the bin of each unit of latent means, with the same shape."""

    return ((means / REACH + 1) / 2 * BINS).floor().clamp(0, BINS - 1).long()
