"""Models whose evidence is known in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from tests.understood import codec_for

from semivae.conditional import Conditional, Net
from semivae.families import Gaussian, choose_data
from semivae.models import M1M2, M2, VAE, M2Real
from semivae.priors import LabelPrior
from semivae.schema import Schema
from semivae.variables import Variable

LATENTS = 2
SHIFT = 0.8  # distance between the classes of the linear M2, in standard deviations
PROBS = (0.5, 0.3, 0.2)


@dataclass
class Linear:
    """A linear-Gaussian model, test rows, and its closed form."""

    model: VAE | M2 | M2Real | M1M2
    x: torch.Tensor
    pca: PCA

    @property
    def loading(self) -> np.ndarray:
        """The matrix of the decoder, with shape (P, D)."""

        return self.pca.components_.T * np.sqrt(self.pca.explained_variance_ - self.pca.noise_variance_)

    @property
    def covariance(self) -> np.ndarray:
        """The covariance of x without its latent, with shape (P, P)."""

        return self.loading @ self.loading.T + self.pca.noise_variance_ * np.eye(len(self.loading))


def rows_and_pca() -> tuple[Schema, torch.Tensor, PCA]:
    """The iris rows in the units of a model, and their principal components."""

    codec = codec_for(load_iris().data)
    x = codec.encode(load_iris().data)

    return codec.schema(), torch.from_numpy(x), PCA(LATENTS).fit(x)


def set_linear(arrow: Conditional, matrices: list[np.ndarray], bias: np.ndarray) -> None:
    """Sets the only layer of a conditional."""

    for weight, matrix in zip(arrow.body.first.weights, matrices, strict=True):
        weight.data = torch.from_numpy(np.ascontiguousarray(matrix))

    arrow.body.first.bias.data = torch.from_numpy(bias)


def posterior(linear: Linear) -> tuple[np.ndarray, np.ndarray]:
    """The matrix and the logarithm of the deviation of the exact posterior of the latent."""

    variance = linear.pca.explained_variance_

    return linear.loading.T / variance[:, None], 0.5 * np.log(linear.pca.noise_variance_ / variance)


@pytest.fixture
def linear_vae() -> Linear:
    """A VAE with the weights of probabilistic PCA and its exact posterior."""

    schema, x, pca = rows_and_pca()
    family = choose_data(schema, scale=float(np.sqrt(pca.noise_variance_)))
    linear = Linear(VAE.build(schema, family, Net(()), LATENTS).double(), x, pca)
    matrix, log_deviation = posterior(linear)

    set_linear(linear.model.decoder, [linear.loading], pca.mean_)
    set_linear(
        linear.model.encoder,
        [np.vstack([matrix, np.zeros_like(matrix)])],
        np.concatenate([-matrix @ pca.mean_, log_deviation]),
    )

    return linear


@pytest.fixture
def linear_m2() -> Linear:
    """An M2 model: a mixture of three such Gaussians, shifted by class, with its exact posterior."""

    schema, x, pca = rows_and_pca()
    schema = Schema(schema.x, Variable("label", "category", classes=(0, 1, 2)))
    family = choose_data(schema, scale=float(np.sqrt(pca.noise_variance_)))
    model = M2.build(schema, family, Net(()), LATENTS, LabelPrior(torch.tensor(PROBS).double())).double()
    linear = Linear(model, x, pca)
    matrix, log_deviation = posterior(linear)
    shift = class_shift(len(pca.mean_))

    set_linear(model.decoder, [linear.loading, shift], pca.mean_)
    set_linear(
        model.encoder,
        [np.vstack([part, np.zeros_like(part)]) for part in (matrix, -matrix @ shift)],
        np.concatenate([-matrix @ pca.mean_, log_deviation]),
    )

    return linear


def class_shift(columns: int) -> np.ndarray:
    """The shift of x by each class, with shape (P, C)."""

    return SHIFT * np.random.default_rng(0).standard_normal((columns, len(PROBS)))


@pytest.fixture
def linear_m2_real() -> Linear:
    """An M2 model with a continuous label that shifts the rows of such a Gaussian, with its exact posteriors."""

    schema, x, pca = rows_and_pca()
    family = choose_data(schema, scale=float(np.sqrt(pca.noise_variance_)))
    schema = Schema(schema.x, Variable("label", "real"))
    linear = Linear(M2Real.build(schema, family, Net(()), LATENTS).double(), x, pca)
    matrix, log_deviation = posterior(linear)
    shift = class_shift(len(pca.mean_))[:, :1]

    set_linear(linear.model.decoder, [linear.loading, shift], pca.mean_)
    set_linear(
        linear.model.encoder,
        [np.vstack([part, np.zeros_like(part)]) for part in (matrix, -matrix @ shift)],
        np.concatenate([-matrix @ pca.mean_, log_deviation]),
    )

    # q(y | x): the posterior of a linear regression with one coefficient.
    variance = 1 / (1 + shift.T @ np.linalg.solve(linear.covariance, shift))
    slope = variance * np.linalg.solve(linear.covariance, shift).T
    bias = np.concatenate([-slope @ pca.mean_, 0.5 * np.log(variance[0])])
    set_linear(linear.model.predictor, [np.vstack([slope, np.zeros_like(slope)])], bias)

    return linear


@pytest.fixture
def linear_m1m2() -> Linear:
    """A stack whose features are the principal components; a second latent explains half of their variance."""

    schema, x, pca = rows_and_pca()
    family = choose_data(schema, scale=float(np.sqrt(pca.noise_variance_)))
    names = tuple(Variable(name, "real") for name in "ab")
    top = M2.build(
        Schema(names, Variable("label", "category", classes=(0, 1, 2))),
        Gaussian(LATENTS, scale=float(np.sqrt(0.5))),
        Net(()),
        LATENTS,
        LabelPrior(torch.tensor(PROBS).double()),
    )
    linear = Linear(M1M2(VAE.build(schema, family, Net(()), LATENTS), top).double(), x, pca)
    features = linear.model.features
    matrix, log_deviation = posterior(linear)

    set_linear(features.decoder, [linear.loading], pca.mean_)
    set_linear(
        features.encoder,
        [np.vstack([matrix, np.zeros_like(matrix)])],
        np.concatenate([-matrix @ pca.mean_, log_deviation]),
    )

    # The features are N(0, I) for every class, so the evidence equals the evidence of the components.
    half, nothing = np.sqrt(0.5) * np.eye(LATENTS), np.zeros((LATENTS, len(PROBS)))
    spread = np.full(LATENTS, 0.5 * np.log(0.5))
    set_linear(top.decoder, [half, nothing], np.zeros(LATENTS))
    set_linear(
        top.encoder,
        [np.vstack([half, np.zeros_like(half)]), np.vstack([nothing, nothing])],
        np.concatenate([np.zeros(LATENTS), spread]),
    )

    return linear
