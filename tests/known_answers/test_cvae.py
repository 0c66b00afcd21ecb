"""The conditional VAE: its bound written out, and a linear-Gaussian model with known evidence and classes."""

import math

import numpy as np
import pytest
import torch
from scipy import special, stats
from sklearn.datasets import load_wine
from torch.distributions import MultivariateNormal, Normal

from semivae import VAEClassifier
from semivae.conditional import Net
from semivae.engine import normal_noise
from semivae.errors import SettingError
from semivae.families import choose_data
from semivae.models import CVAE
from semivae.priors import LabelPrior
from semivae.schema import Schema
from semivae.variables import Variable

ROWS, COLUMNS, CLASSES, LATENTS = 7, 4, 3, 2
NOISE, SPREAD, PROBS = 0.5, 0.7, (0.5, 0.3, 0.2)

SCHEMA = Schema(
    tuple(Variable(name, "real") for name in "abcd"), Variable("label", "category", classes=tuple(range(CLASSES)))
)


def made(hidden: tuple[int, ...]) -> CVAE:
    torch.manual_seed(0)
    prior = LabelPrior(torch.tensor(PROBS).double())

    return CVAE.build(SCHEMA, choose_data(SCHEMA, scale=NOISE), Net(hidden), LATENTS, prior).double()


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(ROWS, COLUMNS, generator=torch.Generator().manual_seed(0)).double()


def one_hot(c: int) -> torch.Tensor:
    return torch.eye(CLASSES).double()[c].expand(ROWS, CLASSES)


def brute(model: CVAE, x: torch.Tensor, y: torch.Tensor, seed: int) -> torch.Tensor:
    """The bound of each row written out, at the draw of a seed."""

    loc, scale = (model.encoder(x, y).base_dist.loc, model.encoder(x, y).base_dist.scale)
    center, width = model.prior(y).base_dist.loc, model.prior(y).base_dist.scale
    torch.manual_seed(seed)
    z = loc + scale * torch.randn(ROWS, LATENTS, dtype=torch.float64)
    likelihood = Normal(model.decoder(z, y).mean, NOISE).log_prob(x).sum(-1)
    divergence = (width / scale).log() + (scale**2 + (loc - center) ** 2) / (2 * width**2) - 0.5

    return likelihood - divergence.sum(-1)


@pytest.mark.parametrize("c", range(CLASSES))
def test_bound_matches_its_formula(c, x, monkeypatch):
    model, y = made((8,)), one_hot(c)
    expected = brute(model, x, y, seed=3)
    torch.manual_seed(3)
    terms = model.labeled(x, y)

    torch.testing.assert_close(terms.bound, expected)
    assert terms.prediction is None and terms.prior == 0, "a bound on p(x | y), without p(y)"

    found = torch.autograd.grad(terms.bound.sum(), [*model.parameters()])
    wanted = torch.autograd.grad(expected.sum(), [*model.parameters()])
    for (name, _), one, other in zip(model.named_parameters(), wanted, found, strict=True):
        torch.testing.assert_close(other, one, msg=name)


# A linear-Gaussian model with its exact posterior


@pytest.fixture
def linear() -> CVAE:
    """Each class shifts its latents by `CENTERS`, and x by `shift`."""

    model = made(())
    random = np.random.default_rng(0)
    loading = np.linalg.qr(random.normal(size=(COLUMNS, LATENTS)))[0] * [1.5, 0.8]
    shift, centers, bias = random.normal(size=(COLUMNS, CLASSES)), random.normal(size=(LATENTS, CLASSES)), np.ones(4)
    variance = 1 / (np.diag(loading.T @ loading) / NOISE**2 + 1 / SPREAD**2)
    read = variance[:, None] * loading.T / NOISE**2
    of_class = variance[:, None] * centers / SPREAD**2 - read @ shift

    put(model.decoder, [loading, shift], bias)
    spreads = np.full_like(centers, math.log(SPREAD))
    model.prior.features.data = torch.from_numpy(np.vstack([centers, spreads]).T)
    put(
        model.encoder,
        [np.vstack([read, 0 * read]), np.vstack([of_class, 0 * of_class])],
        np.r_[-read @ bias, 0.5 * np.log(variance)],
    )

    return model


def put(arrow: torch.nn.Module, matrices: list[np.ndarray], bias: np.ndarray) -> None:
    for weight, matrix in zip(arrow.body.first.weights, matrices, strict=True):
        weight.data = torch.from_numpy(np.ascontiguousarray(matrix))

    arrow.body.first.bias.data = torch.from_numpy(bias)


def evidence(model: CVAE, x: torch.Tensor) -> torch.Tensor:
    """log p(x | y) of every class in closed form, with shape (C, B)."""

    loading, shift = (weight.data for weight in model.decoder.body.first.weights)
    centers = model.prior.features.data[:, :LATENTS].T
    means = (loading @ centers + shift).T + 1
    covariance = SPREAD**2 * loading @ loading.T + NOISE**2 * torch.eye(COLUMNS).double()

    return torch.stack([MultivariateNormal(mean, covariance).log_prob(x) for mean in means])


def test_evidence_matches_the_mixture(linear, x):
    expected = special.logsumexp(evidence(linear, x).numpy() + np.log(PROBS)[:, None], axis=0)
    found = linear.log_evidence(x, normal_noise(3, LATENTS)).detach()

    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_prediction_matches_bayes_theorem(linear, x):
    expected = (evidence(linear, x) + torch.tensor(PROBS).double().log()[:, None]).softmax(0).T

    torch.testing.assert_close(linear.predict(x).probs, expected, rtol=1e-6, atol=1e-8)
    assert expected.amax(-1).min() < 0.999, "too certain: a wrong prior would not show"


def test_latent_is_a_mixture_over_the_classes(linear, x):
    probs = linear.predict(x).probs
    parts = [linear.encoder(x, one_hot(c)) for c in range(CLASSES)]
    mean = sum(probs[:, [c]] * part.mean for c, part in enumerate(parts))
    square = sum(probs[:, [c]] * (part.variance + part.mean**2) for c, part in enumerate(parts))

    torch.testing.assert_close(linear.posterior(x)[0], mean)
    torch.testing.assert_close(linear.posterior(x)[1], (square - mean**2).sqrt())


@pytest.mark.parametrize("spoiled", [False, True])
def test_bounds_rise_to_the_evidence(linear, x, spoiled):
    if spoiled:
        linear.encoder.body.first.bias.data += torch.tensor([0.2, -0.2, 0.3, 0.3]).double()

    with torch.no_grad():
        torch.manual_seed(0)
        bounds = torch.stack([linear.labeled(x, one_hot(1)).bound.mean() for _ in range(400)])
        noise = normal_noise(400, LATENTS)
        weights = torch.stack([linear.joint_log_weight(x, one_hot(1)[None, :1], draw)[0] for draw in noise])

    exact = evidence(linear, x)[1].mean()
    several = (weights.view(20, 20, ROWS).logsumexp(1) - math.log(20)).mean()
    error = 4 * bounds.std() / 20

    if spoiled:
        assert bounds.mean() + error < several < exact + 0.01
    else:
        torch.testing.assert_close(bounds.mean(), exact, rtol=0, atol=float(error))
        torch.testing.assert_close(several, exact, rtol=1e-6, atol=1e-6)


def test_draws_of_a_class_follow_its_prior(linear):
    """They do not follow a standard normal."""

    centers = linear.prior.features.data[:, :LATENTS]
    torch.manual_seed(0)

    for c in range(CLASSES):
        z, y = linear.draw(2000, torch.eye(CLASSES).double()[c].expand(2000, CLASSES))
        assert (y.argmax(-1) == c).all()

        for d in range(LATENTS):
            assert stats.kstest(z[:, d].detach(), "norm", (float(centers[c, d]), SPREAD)).pvalue > 1e-3

    drawn = linear.draw(2000)[1].mean(0)
    torch.testing.assert_close(drawn, torch.tensor(PROBS).double(), rtol=0, atol=0.05)


# The estimator


X, Y = load_wine(return_X_y=True)
FIT = {"model": "cvae", "hidden": (32,), "latents": 2, "batch_size": 32, "random_state": 0}


def test_rows_without_a_label_are_refused():
    with pytest.raises(SettingError, match=r"'m2', .*\n.*labeled rows only") as error:
        VAEClassifier(**FIT, epochs=1).fit(X, np.where(np.arange(len(Y)) % 2, Y, -1))

    assert "unlabeled rows" in error.value.given and "'cvae'" not in error.value.needed


def test_labeled_rows_are_learned():
    classifier = VAEClassifier(**FIT, epochs=60).fit(X[::2], Y[::2])

    assert classifier.score(X[1::2], Y[1::2]) > 0.9
    assert not {"penalty", "labeled_prediction"} & set(classifier.history_), "only the bound is trained"
