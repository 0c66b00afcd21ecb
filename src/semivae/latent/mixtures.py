r"""Gaussian mixtures of latents: their density, and the number of groups that they fall into."""

from __future__ import annotations

__all__ = ["LatentDensity", "mixture"]

import warnings
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

# Components that are tried for the density of latents.
MOST = 6


def mixture(z: Values, counts: range, seed: int = 0) -> Any:
    r"""Returns the Gaussian mixture with the lowest Bayesian information criterion.

    .. math:: \mathrm{BIC} = k \log N - 2 \log p(z)

    with the number :math:`k` of free values of the mixture.

    Arguments:
        z: The latents, with shape (N, D).
        counts: The numbers of components that are tried.
        seed: The seed of the starts.

    References:
        | Estimating the Dimension of a Model (Schwarz, 1978)
        | https://doi.org/10.1214/aos/1176344136
    """

    from sklearn.mixture import GaussianMixture

    counts = range(counts.start, max(min(counts.stop, len(z) // 2 + 1), counts.start + 1))
    # In many dimensions full covariances have more free values than the rows can set.
    form: Any = "full" if len(z) > 10 * z.shape[1] ** 2 else "diag"
    starts: Any = 2

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a mixture that did not converge has a bad criterion
        found = [GaussianMixture(k, covariance_type=form, n_init=starts, random_state=seed).fit(z) for k in counts]

    return min(found, key=lambda one: float(one.bic(z)))


@dataclass(frozen=True, eq=False)
class LatentDensity:
    r"""The density of latents where the encoded rows are, as a prior of designs.

    It stands for :math:`p(z)` in any latent space: a PCA has no prior, and where a model has one, its encoded rows may
    not fill it.

    Attributes:
        found: The Gaussian mixture of the encoded rows.
        usual: The median log-density of the encoded rows, in nats.
    """

    found: Any
    usual: float

    @classmethod
    def of(cls, z: Values, seed: int = 0) -> Self:
        """Returns the density of latents with shape (N, D)."""

        found = mixture(z, range(1, MOST + 1), seed)

        return cls(found, float(np.median(found.score_samples(z))))

    def __call__(self, z: Values) -> Values:
        """Returns the log-density of latents, in nats, with shape (N,)."""

        return self.found.score_samples(z)

    def shortfall(self, z: Values) -> Values:
        r"""Returns how far latents lie below the usual density, in nats per dimension, with shape (N,).

        It is 0 where the density is at least the median of the rows: a design needs to be usual, not the mode.
        """

        return np.minimum(self(z) - self.usual, 0.0) / z.shape[1]
