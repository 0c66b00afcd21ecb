r"""A Gaussian process by scikit-learn."""

from __future__ import annotations

__all__ = ["ScikitSurrogate"]

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.latent.surrogates.base import Surrogate

Values = NDArray[np.float64]


class ScikitSurrogate(Surrogate):
    r"""Fits a Gaussian process with a Matérn kernel by maximum likelihood.

    The length scales start at a multiple of :math:`\sqrt{D}`, as distances grow so. Each dimension has its own once
    there are evaluations enough to tell.
    """

    name = "scikit-learn"

    def fit(self) -> None:
        """Fits the kernel to `u` and `values`."""

        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

        size = self.u.shape[1]
        start = 0.3 * np.sqrt(size)
        scales: Any = np.full(size, start) if len(self.u) >= 2 * size else start
        limits = (0.1 * start, 10 * start)
        kernel = ConstantKernel(1.0, (0.05, 20.0)) * Matern(scales, limits, nu=2.5) + WhiteKernel(1e-3, (1e-6, 0.3))
        self.process = GaussianProcessRegressor(kernel)
        self.condition()
        # The kernel stays as it is when designs are pretended.
        fixed: Any = None
        self.process = GaussianProcessRegressor(self.process.kernel_, optimizer=fixed)
        self.condition()

    def condition(self) -> None:
        """Takes `u` and `values` after a change."""

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a scale at its limit is a finding about the data, not a fault

            self.process.fit(self.u, self.values)

    @property
    def length_scales(self) -> Values:
        """The length scale of each dimension, with shape (D,)."""

        kernel: Any = self.process.kernel_

        return np.broadcast_to(kernel.k1.k2.length_scale, self.u.shape[1:])

    def standardized(self, u: Values) -> tuple[Values, Values]:
        """Returns mean and standard deviation of the standardized gain at latents, each with shape (N,)."""

        found: Any = self.process.predict(u, return_std=True)
        mean, deviation = found

        return mean, deviation
