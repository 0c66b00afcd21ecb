r"""The negative evidence lower bound plus the weighted cross-entropy of the known labels.

.. math:: \mathcal{J} = - \rho \, \overline{L(x, y)} - (1 - \rho) \, \overline{U(x)}
    - \alpha \, \overline{\log q(y \mid x)}

Each bar is a mean over rows, so no term depends on the batch size. :math:`\rho` is the weight of the labeled rows.
Few labels weighted by their count would leave the bound free to assign other meanings to the classes.

Free bits give every unit :math:`j` of a latent :math:`\lambda` nats at no cost, so that no unit collapses early. The
divergence of the latent in a bar becomes, with the mean over the rows of the batch inside,

.. math:: \sum_j \max\big(\lambda, \overline{\mathrm{KL}_j}\big)

A latent whose divergence does not split into units (with a mixture prior) counts as one unit.

References:
    | Semi-supervised Learning with Deep Generative Models (Kingma et al., 2014)
    | https://arxiv.org/abs/1406.5298

    | beta-VAE (Higgins et al., 2017)
    | https://openreview.net/forum?id=Sy2fzU9gl

    | Improving Variational Inference with Inverse Autoregressive Flow (Kingma et al., 2016)
    | https://arxiv.org/abs/1606.04934
"""

from __future__ import annotations

__all__ = ["ELBO"]

from dataclasses import dataclass

import torch
from torch import Tensor

from semivae.models.terms import Terms
from semivae.ranks import ALONE, Ranks


@dataclass(frozen=True)
class ELBO:
    r"""Creates the objective.

    Arguments:
        alpha: Weight of :math:`\log q(y \mid x)` on the labeled rows.
        beta: Weight of the divergence of the latents.
        warmup: Share of the training over which `beta` rises linearly from zero.
        share: The weight :math:`\rho` of the labeled bound; the unlabeled bound has weight :math:`1 - \rho`.
        free_bits: The divergence :math:`\lambda` per latent unit, in nats, that costs nothing.
    """

    alpha: float = 1.0
    beta: float = 1.0
    warmup: float = 0.0
    share: float = 0.5
    free_bits: float = 0.0

    def __call__(
        self, labeled: Terms | None, unlabeled: Terms | None, progress: Tensor, ranks: Ranks = ALONE
    ) -> tuple[Tensor, dict[str, Tensor]]:
        r"""Computes the loss.

        Arguments:
            labeled: The terms of the labeled half.
            unlabeled: The terms of the unlabeled half.
            progress: The share of the training that is done, in [0, 1].
            ranks: The processes that share the batch, over which free bits are averaged.

        Returns:
            The loss, with shape (), and the means of the terms, detached, each with shape ().
        """

        halves = {"labeled": labeled, "unlabeled": unlabeled}
        present = {name: terms for name, terms in halves.items() if terms is not None}
        weights = (
            {"labeled": self.share, "unlabeled": 1 - self.share} if len(present) == 2 else dict.fromkeys(present, 1.0)
        )

        beta = self.beta * (progress / self.warmup).clamp(max=1.0) if self.warmup else self.beta

        loss = torch.zeros((), device=progress.device)
        logs: dict[str, Tensor] = {}

        for name, terms in present.items():
            loss = loss + weights[name] * self.bound(terms, beta, ranks).mean()
            logs |= {f"{name}_{term}": value for term, value in means(terms).items()}

        if labeled is not None and labeled.prediction is not None:
            loss = loss - self.alpha * labeled.prediction.mean()

        return loss, {"loss": loss.detach()} | logs

    def bound(self, terms: Terms, beta: Tensor | float, ranks: Ranks) -> Tensor:
        """Returns the negative bound of each row with weighted divergences of the latents, with shape (B,)."""

        divergence = sum(
            value if name == "y" else beta * self.charged(value, terms.units.get(name), ranks)
            for name, value in terms.kl.items()
        )

        return divergence - terms.likelihood - terms.prior

    def charged(self, value: Tensor, units: Tensor | None, ranks: Ranks) -> Tensor:
        r"""Returns the divergence of a latent as the loss counts it, with shape (B,), or () with free bits.

        Arguments:
            value: The divergence of each row, with shape (B,).
            units: The divergence of each unit, with shape (B, D), if it splits.
            ranks: The processes that share the batch.
        """

        if not self.free_bits:
            return value

        # Over all processes, because the maximum of a mean is not the mean of the maxima.
        mean = ranks.averaged((value[:, None] if units is None else units).mean(0))

        return mean.clamp_min(self.free_bits).sum()


def means(terms: Terms) -> dict[str, Tensor]:
    """Returns the mean of each term over the rows, detached, each with shape ()."""

    values = {"relaxed" if terms.relaxed else "bound": terms.bound, "likelihood": terms.likelihood}
    values |= {f"kl_{name}": value for name, value in terms.kl.items()}
    values |= {} if terms.prediction is None else {"prediction": terms.prediction}

    return {name: value.detach().mean() for name, value in values.items()}
