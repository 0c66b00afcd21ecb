r"""A Gaussian process by BoTorch."""

from __future__ import annotations

__all__ = ["BotorchSurrogate"]

import warnings
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.latent.surrogates.base import Surrogate

Values = NDArray[np.float64]

# Steps of the fit of a kernel; more only lengthen scales of dimensions that change nothing.
STEPS = 50


class BotorchSurrogate(Surrogate):
    r"""Fits a Gaussian process with a Matérn kernel whose length scales have a prior that grows with the dimension.

    .. math:: \log \ell_d \sim \mathcal{N}\big(\sqrt{2} + \tfrac{1}{2} \log D, \; 3\big)

    The kernel is the most probable one given the gains. With few of them it stays near the prior, so that each
    dimension has a length scale of its own from the start.

    References:
        | Vanilla Bayesian Optimization Performs Great in High Dimensions (Hvarfner et al., 2024)
        | https://arxiv.org/abs/2402.02229
    """

    name = "botorch"

    def fit(self) -> None:
        """Fits the kernel to `u` and `values`."""

        import torch

        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            # The libraries call deprecated functions of PyTorch, and latents may lie a little outside of the box.
            warnings.simplefilter("ignore")

            from botorch.exceptions.errors import ModelFittingError  # type: ignore[import-not-found]
            from botorch.fit import fit_gpytorch_mll  # type: ignore[import-not-found]
            from botorch.models import SingleTaskGP  # type: ignore[import-not-found]
            from botorch.models.utils.gpytorch_modules import (  # type: ignore[import-not-found]
                get_covar_module_with_dim_scaled_prior,
            )
            from gpytorch.mlls import ExactMarginalLogLikelihood  # type: ignore[import-not-found]

            u, values = self.tensors()
            kernel = get_covar_module_with_dim_scaled_prior(u.shape[1], use_rbf_kernel=False)
            self.process: Any = SingleTaskGP(u, values[:, None], covar_module=kernel, outcome_transform=None)
            torch.manual_seed(0)  # a fit that fails is tried again from a random start

            # A fit that fails leaves the kernel at the mode of the prior, which is usable.
            with suppress(ModelFittingError):
                fit_gpytorch_mll(
                    ExactMarginalLogLikelihood(self.process.likelihood, self.process),
                    optimizer_kwargs={"options": {"maxiter": STEPS}},
                )

            self.process.eval()

    def condition(self) -> None:
        """Takes `u` and `values` after a change."""

        self.process.set_train_data(*self.tensors(), strict=False)

    def tensors(self) -> tuple[Any, Any]:
        """Returns `u` and `values` as tensors."""

        import torch

        return torch.from_numpy(np.ascontiguousarray(self.u)), torch.from_numpy(self.values)

    @property
    def length_scales(self) -> Values:
        """The length scale of each dimension, with shape (D,)."""

        return self.process.covar_module.lengthscale.detach().numpy().reshape(-1)

    def standardized(self, u: Values) -> tuple[Values, Values]:
        """Returns mean and standard deviation of the standardized gain at latents, each with shape (N,)."""

        import torch

        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")

            # Each latent by itself, as no covariance between them is asked for.
            found = self.process.posterior(torch.from_numpy(u[:, None].copy()))

            return found.mean.numpy().ravel(), found.variance.clamp_min(0).sqrt().numpy().ravel()
