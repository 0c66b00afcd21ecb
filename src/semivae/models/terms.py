r"""The terms of a variational bound, and functions that compute them."""

from __future__ import annotations

__all__ = ["Terms", "divergence", "kl", "log_weight"]

from dataclasses import dataclass, field

from torch import Tensor
from torch.distributions import Distribution, Independent, kl_divergence


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
    """

    likelihood: Tensor
    kl: dict[str, Tensor] = field(default_factory=dict)
    prior: Tensor | float = 0.0
    prediction: Tensor | None = None
    relaxed: bool = False
    units: dict[str, Tensor] = field(default_factory=dict)

    @property
    def bound(self) -> Tensor:
        """Evidence lower bound of each row, or its relaxation, with shape (B,)."""

        return self.likelihood + self.prior - sum(self.kl.values())


def log_weight(q: Distribution, prior: Distribution, noise: Tensor) -> tuple[Tensor, Tensor]:
    r"""Returns :math:`z = \mu + \sigma \epsilon` and :math:`\log p(z) - \log q(z)`, for noise of shape (D,) or ()."""

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
