r"""Bernoulli family, for values in :math:`[0, 1]` such as pixels.

.. math:: \log p(x) = x \log \pi + (1 - x) \log (1 - \pi)

For grey levels this is the usual cross-entropy, not a normalized density; the levels are used as they are, never
re-binarized, so that a score is the same at each call.
"""

from __future__ import annotations

__all__ = ["Bernoulli"]

from torch import Tensor, distributions
from torch.distributions import Independent

from semivae.families.base import Family, widen


class Bernoulli(Family):
    r"""Creates a Bernoulli family.

    Arguments:
        shape: The shape of one value, or its size.
    """

    def __init__(self, shape: int | tuple[int, ...]) -> None:
        super().__init__((shape,) if isinstance(shape, int) else shape)

    @property
    def size(self) -> int:
        """How many features parameterize one value."""

        return self.values

    def forward(self, features: Tensor) -> Independent:
        """Returns the distribution that logits of shape (*, size) stand for."""

        logits = widen(features).unflatten(-1, self.shape)

        return Independent(
            distributions.Bernoulli(logits=logits, validate_args=False),
            len(self.shape),
            validate_args=False,
        )
