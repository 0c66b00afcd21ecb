r"""Rate and distortion: the bits that a latent costs, and the squared error of rows decoded from it.

Beside it stands a Gaussian with the covariance of the rows, whose least distortion is known (reverse water-filling):
each principal component is coded with as many bits as brings its error down to one level :math:`\theta`,

.. math:: R = \sum_i \max\Big(0, \tfrac{1}{2} \log_2 \frac{\lambda_i}{\theta}\Big), \qquad
    D = \sum_i \min(\theta, \lambda_i)

with the eigenvalues :math:`\lambda_i`. No code of the components does better for Gaussian rows; a VAE can, where
rows are not Gaussian.

References:
    | Elements of Information Theory (Cover and Thomas, 2006), chapter 10.3
    | https://doi.org/10.1002/047174882X

    | Fixing a Broken ELBO (Alemi et al., 2018), for rate and distortion of a VAE
    | https://arxiv.org/abs/1711.00464
"""

from __future__ import annotations

__all__ = ["Coded", "gaussian_curve", "rate_distortion"]

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from semivae.latent.numbers import Plain

Values = NDArray[np.float64]

# Draws of the latent of each row.
DRAWS = 4
# Levels of the curve, from the largest eigenvalue to a millionth of it.
LEVELS = 200


class Codes(Protocol):
    """A fitted estimator that tells the bits of its latent."""

    def rate(self, X: Any) -> Values:
        """Returns the bits of each row, with shape (N,)."""
        ...

    def encode(self, X: Any) -> tuple[Values, Values]:
        """Returns mean and standard deviation of latents, each with shape (N, D)."""
        ...

    def inverse_transform(self, X: Any, y: Any = None) -> Any:
        """Returns the rows of latents."""
        ...


@dataclass(frozen=True, eq=False)
class Coded:
    r"""The rate and the distortion of rows.

    Attributes:
        rate: The mean bits of a row.
        distortion: The mean over rows of the summed squared error, of numbers in standard deviations.
        gaussian: The least distortion of a Gaussian at this rate.
        curve: Rate and distortion of the Gaussian, rising in rate, with shape (L, 2).
    """

    rate: float
    distortion: float
    gaussian: float
    curve: Values


def gaussian_curve(x: Values, levels: int = LEVELS) -> Values:
    r"""Returns rate in bits and least distortion of a Gaussian with the covariance of rows, with shape (L, 2).

    Arguments:
        x: The rows, with shape (N, F).
        levels: The number of levels L of the error.
    """

    spectrum = np.linalg.eigvalsh(np.atleast_2d(np.cov(x.T, bias=True))).clip(0)
    largest = spectrum.max()
    theta = np.geomspace(largest, 1e-6 * largest, levels)[:, None] if largest > 0 else np.ones((levels, 1))
    rate = 0.5 * np.log2(np.maximum(spectrum, theta) / theta).sum(axis=1)

    return np.column_stack([rate, np.minimum(spectrum, theta).sum(axis=1)])


def rate_distortion(estimator: Codes, X: Any, y: Any = None, seed: int = 0) -> Coded:
    r"""Measures the rate and distortion of an estimator.

    Rows are decoded from draws of their posterior: its mean would cost more bits than the rate counts.

    Arguments:
        estimator: The fitted estimator.
        X: The rows, best those that it was not fitted to.
        y: The labels that rows are decoded with, for models that generate by label.
        seed: The seed of the draws.
    """

    numbers = Plain.of(X)
    x, (mean, deviation) = numbers(X), estimator.encode(X)
    random, errors = np.random.default_rng(seed), []

    for _ in range(DRAWS):
        decoded = estimator.inverse_transform(mean + deviation * random.standard_normal(mean.shape), y)
        errors.append(np.square(numbers(decoded) - x).sum(axis=1).mean())

    rate, curve = float(estimator.rate(X).mean()), gaussian_curve(x)

    return Coded(rate, float(np.mean(errors)), float(np.interp(rate, *curve.T)), curve)
