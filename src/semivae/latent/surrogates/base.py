r"""A Gaussian process that predicts gains at latents, whichever library does the arithmetic."""

from __future__ import annotations

__all__ = ["Surrogate"]

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

# The arithmetic grows with the cube of the evaluations; the best and the latest of them matter.
MOST = 400


class Surrogate(ABC):
    r"""Fits a Gaussian process to gains.

    Arguments:
        u: Latents in the unit box, with shape (N, D).
        gains: Their gains, with shape (N,).

    Attributes:
        name: The name of the library that does the arithmetic.
        values: The standardized gains of the latents u.
    """

    name: ClassVar[str]

    def __init__(self, u: Values, gains: Values) -> None:
        kept = np.sort(np.unique(np.concatenate([np.argsort(-gains)[: MOST // 2], np.arange(len(u))[-MOST // 2 :]])))
        self.u, gains = u[kept], gains[kept]
        self.center, self.scale = float(gains.mean()), float(gains.std()) or 1.0
        self.values = (gains - self.center) / self.scale
        self.fit()

    @property
    @abstractmethod
    def length_scales(self) -> Values:
        """The length scale of each dimension, with shape (D,)."""

    @abstractmethod
    def fit(self) -> None:
        """Fits the kernel to `u` and `values`."""

    @abstractmethod
    def condition(self) -> None:
        """Takes `u` and `values` after a change, with the kernel as it is."""

    @abstractmethod
    def standardized(self, u: Values) -> tuple[Values, Values]:
        """Returns mean and standard deviation of the standardized gain at latents, each with shape (N,)."""

    def predict(self, u: Values) -> tuple[Values, Values]:
        """Returns mean and standard deviation of the gain at latents in the unit box, each with shape (N,)."""

        mean, deviation = self.standardized(u)

        return mean * self.scale + self.center, np.maximum(deviation * self.scale, 1e-9)

    def pretend(self, u: Values) -> None:
        r"""Takes designs as evaluated, with the gains that are expected of them, so that a batch spreads out.

        References:
            | Kriging Is Well-Suited to Parallelize Optimization (Ginsbourger et al., 2010)
            | https://doi.org/10.1007/978-3-642-10701-6_6
        """

        if len(u):
            values, _ = self.standardized(u)
            self.u, self.values = np.concatenate([self.u, u]), np.concatenate([self.values, values])
            self.condition()
