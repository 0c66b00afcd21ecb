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
            average = {term: value.mean() for term, value in terms.named.items()}
            loss = loss + weights[name] * self.charged(terms, average, beta, ranks)

            if "prediction" in average:
                loss = loss - self.alpha * average["prediction"]

            average = {term: value.detach() for term, value in average.items()}
            logs |= {f"{name}_{term}": value for term, value in reported(terms, average).items()}

        return loss, {"loss": loss.detach()} | logs

    def charged(self, terms: Terms, average: dict[str, Tensor], beta: Tensor | float, ranks: Ranks) -> Tensor:
        r"""Returns the negative bound with weighted divergences of the latents, with shape ().

        Arguments:
            terms: The terms of each row.
            average: Their means over the rows, by name.
            beta: The weight of the divergences.
            ranks: The processes that share the batch.
        """

        value = -average["likelihood"] - average.get("prior", 0.0)

        for name in terms.kl:
            kl = average[f"kl_{name}"]
            value = value + (kl if name == "y" else beta * (self.costly(terms, name, ranks) if self.free_bits else kl))

        return value

    def costly(self, terms: Terms, name: str, ranks: Ranks) -> Tensor:
        r"""Returns the divergence of a latent, of which each unit has free bits, with shape ().

        Arguments:
            terms: The terms of each row.
            name: The name of the latent.
            ranks: The processes that share the batch.
        """

        units = terms.units.get(name, terms.kl[name][:, None])

        # Over all processes, because the maximum of a mean is not the mean of the maxima.
        return ranks.averaged(units.mean(0)).clamp_min(self.free_bits).sum()


def reported(terms: Terms, average: dict[str, Tensor]) -> dict[str, Tensor]:
    """Returns the logged values of a half, each with shape (), from the means of its terms: these and the bound."""

    kl = sum(average[f"kl_{name}"] for name in terms.kl)
    bound = {"relaxed" if terms.relaxed else "bound": average["likelihood"] + average.get("prior", 0.0) - kl}

    return bound | {term: value for term, value in average.items() if term != "prior"}
