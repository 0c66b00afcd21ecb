r"""The terms of a variational bound, and functions that compute them."""

from __future__ import annotations

__all__ = ["Terms", "divergence", "halved", "kl", "log_weight", "noise"]

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, kl_divergence

from semivae.batch import Batch


@dataclass(frozen=True)
class Terms:
    r"""The terms of a variational bound, one value per row, before any weighting.

    Attributes:
        likelihood: :math:`\mathbb{E}_q[\log p(x \mid \cdot)]`, with shape (B,).
        kl: Divergences by latent name, each with shape (B,).
        prior: :math:`\log p(y)` of an observed label, with shape (B,) or ().
        prediction: :math:`\log q(y \mid x)` of an observed label, with shape (B,).
        relaxed: Whether a label was relaxed; the sum of the terms is then not a bound.
        units: The same divergences per unit of a latent, with shape (B, D), or (B, 1) if the latent does not factorize.
            They sum to the value in :py:`kl`. Models may leave them out.
        beliefs: The label posteriors of all rows of the batch, of both halves, if the model computes them together.
    """

    likelihood: Tensor
    kl: dict[str, Tensor] = field(default_factory=dict)
    prior: Tensor | float = 0.0
    prediction: Tensor | None = None
    relaxed: bool = False
    units: dict[str, Tensor] = field(default_factory=dict)
    beliefs: Sequence[Distribution] = ()

    @property
    def bound(self) -> Tensor:
        """Evidence lower bound of each row, or its relaxation, with shape (B,)."""

        return self.likelihood + self.prior - sum(self.kl.values())

    @property
    def named(self) -> dict[str, Tensor]:
        """The terms that the model has, by name, each with shape (B,) or ()."""

        values = {"likelihood": self.likelihood} | {f"kl_{name}": value for name, value in self.kl.items()}
        values |= {"prior": self.prior} if isinstance(self.prior, Tensor) else {}

        return values | ({} if self.prediction is None else {"prediction": self.prediction})


def halved(terms: Terms, batch: Batch) -> tuple[Terms | None, Terms | None]:
    """Splits the terms of all rows of a batch, without terms of labels, into its halves."""

    kl = {name: batch.split(value) for name, value in terms.kl.items()}
    units = {name: batch.split(value) for name, value in terms.units.items()}
    halves = [
        Terms(
            likelihood,
            {name: values[i] for name, values in kl.items()},
            units={name: values[i] for name, values in units.items()},
            beliefs=terms.beliefs,
        )
        for i, likelihood in enumerate(batch.split(terms.likelihood))
    ]

    return None if batch.labeled is None else halves[0], None if batch.unlabeled is None else halves[-1]


def noise(batch: Batch, size: int) -> Tensor:
    """Draws standard normal noise for all rows of a batch, half by half, with shape (B, size)."""

    return torch.cat([x.new_empty(len(x), size).normal_() for x in batch.halves])


def log_weight(q: Distribution, prior: Distribution, noise: Tensor) -> tuple[Tensor, Tensor]:
    r"""Returns z, which is :math:`\mu + \sigma \epsilon`, and :math:`\log p(z) - \log q(z)`.

    Arguments:
        q: The posterior.
        prior: The prior.
        noise: The noise :math:`\epsilon`, with shape (D,), (B, D) or ().
    """

    z = q.mean + q.variance.sqrt() * noise

    return z, prior.log_prob(z) - q.log_prob(z)


def kl(q: Distribution, p: Distribution, z: Tensor) -> Tensor:
    r"""Returns the divergence of q from p, in closed form if it exists, else its estimate at the sample :math:`z`."""

    try:
        return kl_divergence(q, p)
    except NotImplementedError:
        return q.log_prob(z) - p.log_prob(z)


def divergence(q: Distribution, p: Distribution, z: Tensor) -> Tensor:
    """Returns the divergence of each unit of a latent, with shape (*, D), or (*, 1) if it does not factorize."""

    if isinstance(q, Independent) and isinstance(p, Independent):
        return kl(q.base_dist, p.base_dist, z)

    return kl(q, p, z)[..., None]
