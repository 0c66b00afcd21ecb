r"""The abstract prior of the latent, and the registry of priors that a setting can name."""

from __future__ import annotations

__all__ = ["COMPONENTS", "MakePrior", "Prior", "priors"]

import abc
from collections.abc import Callable
from typing import Any

from torch import Tensor, nn
from torch.distributions import Distribution

from semivae.registry import Registry

# Default number of components of a mixture without classes, and of pseudo-inputs of a VampPrior.
COMPONENTS = 50


class Prior(nn.Module, abc.ABC):
    """Abstract prior of a latent."""

    @abc.abstractmethod
    def forward(self, y: Tensor | None = None, encoder: Any = None) -> Distribution:
        r"""Returns :math:`p(z)` or :math:`p(z \mid y)`, over values of shape (D,).

        Arguments:
            y: Label points, with shape (*, C), or classes as whole numbers, with shape (*, 1); for priors with classes.
            encoder: Maps vectors (the inputs after the trunks) to :math:`q(z \mid \cdot)`, as
                :meth:`semivae.conditional.Conditional.laid_out` does; for priors that use the encoder.
        """


# Makes a prior from the size of the latent, the width of a row as the encoder reads it, and the number of classes that
# encoder and prior condition on (0 for none).
MakePrior = Callable[[int, int, int], Prior]

priors: Registry[Callable[..., Prior]] = Registry("prior")
