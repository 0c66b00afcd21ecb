r"""A Gaussian process that predicts gains at latents, and the logarithm of the improvement to expect of them."""

from __future__ import annotations

__all__ = ["Surrogate", "log_improvement"]

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

# The arithmetic grows with the cube of the evaluations; the best and the latest of them matter.
MOST = 400


class Surrogate:
    r"""Fits a Gaussian process with a Matérn kernel to gains.

    The length scales start at a multiple of :math:`\sqrt{D}`, as distances grow so. Each dimension has its own once
    there are evaluations enough to tell.

    Arguments:
        u: Latents in the unit box, with shape (N, D).
        gains: Their gains, with shape (N,).

    References:
        | Vanilla Bayesian Optimization Performs Great in High Dimensions (Hvarfner et al., 2024)
        | https://arxiv.org/abs/2402.02229
    """

    def __init__(self, u: Values, gains: Values) -> None:
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

        kept = np.sort(np.unique(np.concatenate([np.argsort(-gains)[: MOST // 2], np.arange(len(u))[-MOST // 2 :]])))
        self.u, gains = u[kept], gains[kept]
        self.center, self.scale = float(gains.mean()), float(gains.std()) or 1.0
        self.values = (gains - self.center) / self.scale
        size = u.shape[1]
        start = 0.3 * np.sqrt(size)
        scales: Any = np.full(size, start) if len(u) >= 2 * size else start
        limits = (0.1 * start, 10 * start)
        kernel = ConstantKernel(1.0, (0.05, 20.0)) * Matern(scales, limits, nu=2.5) + WhiteKernel(1e-3, (1e-6, 0.3))
        self.process = GaussianProcessRegressor(kernel)
        self.refit()
        # The kernel stays as it is when designs are pretended.
        fixed: Any = None
        self.process = GaussianProcessRegressor(self.process.kernel_, optimizer=fixed)
        self.refit()

    def refit(self) -> None:
        """Fits the process to its values."""

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a scale at its limit is a finding about the data, not a fault

            self.process.fit(self.u, self.values)

    @property
    def length_scales(self) -> Values:
        """The length scale of each dimension, with shape (D,)."""

        kernel: Any = self.process.kernel_

        return np.broadcast_to(kernel.k1.k2.length_scale, self.u.shape[1:])

    def predict(self, u: Values) -> tuple[Values, Values]:
        """Returns mean and standard deviation of the gain at latents in the unit box, each with shape (N,)."""

        found: Any = self.process.predict(u, return_std=True)
        mean, deviation = found

        return mean * self.scale + self.center, np.maximum(deviation * self.scale, 1e-9)

    def pretend(self, u: Values) -> None:
        r"""Takes designs as evaluated, with the gains that are expected of them, so that a batch spreads out.

        References:
            | Kriging Is Well-Suited to Parallelize Optimization (Ginsbourger et al., 2010)
            | https://doi.org/10.1007/978-3-642-10701-6_6
        """

        if len(u):
            values = self.process.predict(u)
            self.u, self.values = np.concatenate([self.u, u]), np.concatenate([self.values, np.asarray(values)])
            self.refit()


def log_improvement(mean: Values, deviation: Values, best: float) -> Values:
    r"""Returns the logarithm of the expected improvement over the best gain, with shape (N,).

    .. math:: \log \sigma + \log h\Big(\frac{\mu - f^*}{\sigma}\Big), \qquad h(u) = \phi(u) + u \, \Phi(u)

    The logarithm tells designs apart where the improvement itself is 0 in floating point.

    References:
        | Unexpected Improvements to Expected Improvement for Bayesian Optimization (Ament et al., 2023)
        | https://arxiv.org/abs/2310.20708
    """

    from scipy.special import erfcx, ndtr

    u = (mean - best) / deviation
    near = np.maximum(u, -1.0)
    far = np.clip(u, -1e6, -1.0)
    density = -0.5 * np.square(far) - 0.5 * np.log(2 * np.pi)
    # h(u) = phi(u) (1 - |u| Q(|u|) / phi(u)), where the ratio of Mills is a scaled complementary error function.
    ratio = -far * np.sqrt(np.pi / 2) * erfcx(-far / np.sqrt(2))
    tail = np.where(far > -1e3, np.log1p(-np.minimum(ratio, 1 - 1e-12)), -2 * np.log(-far))
    body = np.log(np.exp(-0.5 * np.square(near)) / np.sqrt(2 * np.pi) + near * ndtr(near))

    return np.log(deviation) + np.where(u > -1, body, density + tail)
