"""The characteristic capturing VAE: bounds written out, a linear-Gaussian model, and exchanged blocks."""

import math

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.datasets import load_wine
from torch.distributions import Categorical, MultivariateNormal, Normal

from semivae import VAEClassifier
from semivae.conditional import Net
from semivae.engine import normal_noise
from semivae.errors import DataError, SettingError
from semivae.families import choose_data
from semivae.models import CCVAE
from semivae.models.ccvae import DRAWS
from semivae.priors import LabelPrior
from semivae.schema import Schema
from semivae.variables import Variable

ROWS, COLUMNS, CLASSES, LATENTS, BLOCK = 7, 4, 3, 3, 2
NOISE, PROBS = 0.5, torch.tensor([0.5, 0.3, 0.2]).double()

SCHEMA = Schema(
    tuple(Variable(name, "real") for name in "abcd"), Variable("label", "category", classes=tuple(range(CLASSES)))
)


@pytest.fixture
def model() -> CCVAE:
    """A model with a linear decoder; classes differ in the mean and width of the block."""

    torch.manual_seed(2)
    model = CCVAE.build(SCHEMA, choose_data(SCHEMA, scale=NOISE), Net((8,)), LATENTS, LabelPrior(PROBS)).double()
    model.decoder.body = Net(())(LATENTS, to=choose_data(SCHEMA)).body.double()
    model.block_prior.features.data += 0.5 * torch.randn(CLASSES, 2 * BLOCK).double()
    model.classifier.body.first.weights[0].data *= 2

    return model


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(ROWS, COLUMNS, generator=torch.Generator().manual_seed(0)).double()


def one_hot(c: int) -> torch.Tensor:
    return torch.eye(CLASSES).double()[c].expand(ROWS, CLASSES)


def posterior(model: CCVAE, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    q = model.encoder(x)

    return q.base_dist.loc, q.base_dist.scale


def log_q_of_class(model: CCVAE, block: torch.Tensor) -> torch.Tensor:
    """log q(y | z_c) of every class, with shape (*, C)."""

    weight, bias = model.classifier.body.first.weights[0], model.classifier.body.first.bias

    return (block @ weight.T + bias).log_softmax(-1)


def log_p_of_block(model: CCVAE, block: torch.Tensor) -> torch.Tensor:
    """log p(z_c | y) of every class, with shape (*, C)."""

    table = model.block_prior.features

    return Normal(table[:, :BLOCK], table[:, BLOCK:].exp()).log_prob(block[..., None, :]).sum(-1)


def in_common(model: CCVAE, x: torch.Tensor, z: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """log p(x | z), log q(z_c | x) and the divergence of the rest of the latent."""

    loc, scale = posterior(model, x)
    likelihood = Normal(model.decoder(z).mean, NOISE).log_prob(x).sum(-1)
    rest, width = loc[:, BLOCK:], scale[:, BLOCK:]
    divergence = (0.5 * (rest**2 + width**2 - 1) - width.log()).sum(-1)

    return likelihood, Normal(loc, scale).log_prob(z)[:, :BLOCK].sum(-1), divergence


@pytest.mark.parametrize("c", range(CLASSES))
def test_labeled_bound_matches_its_formula(c, model, x):
    torch.manual_seed(3)
    terms = model.labeled(x, one_hot(c))
    found = gradients(model, terms.bound)

    torch.manual_seed(3)
    loc, scale = posterior(model, x)
    z = loc + scale * torch.randn(ROWS, LATENTS, dtype=torch.float64)
    many = loc + scale * torch.randn(DRAWS, ROWS, LATENTS, dtype=torch.float64)
    likelihood, log_q, rest = in_common(model, x, z)
    log_q_y = log_q_of_class(model, many[..., :BLOCK])[..., c].exp().mean(0).log()
    said = log_q_of_class(model, z[:, :BLOCK].detach())[:, c]
    weight = said.exp() / log_q_y.exp()
    bound = weight * (likelihood + log_p_of_block(model, z[:, :BLOCK])[:, c] - said - log_q) - rest
    bound = bound + log_q_y + PROBS[c].log()

    torch.testing.assert_close(terms.bound, bound)
    torch.testing.assert_close(terms.prediction, log_q_y)
    assert (weight - 1).abs().max() > 0.1, "weights too similar: the test could not fail"
    compare(found, gradients(model, bound))


def test_unlabeled_bound_is_the_sum_over_classes(model, x):
    torch.manual_seed(3)
    terms = model.unlabeled(x)
    found = gradients(model, terms.bound)

    torch.manual_seed(3)
    loc, scale = posterior(model, x)
    z = loc + scale * torch.randn(ROWS, LATENTS, dtype=torch.float64)
    likelihood, log_q, rest = in_common(model, x, z)
    bound = likelihood - log_q - rest

    for c in range(CLASSES):
        said = log_q_of_class(model, z[:, :BLOCK])[:, c]
        bound = bound + said.exp() * (log_p_of_block(model, z[:, :BLOCK])[:, c] + PROBS[c].log() - said)

    torch.testing.assert_close(terms.bound, bound)
    compare(found, gradients(model, bound))


def gradients(model: CCVAE, bound: torch.Tensor) -> dict[str, torch.Tensor]:
    return dict(
        zip(dict(model.named_parameters()), torch.autograd.grad(bound.sum(), [*model.parameters()]), strict=True)
    )


def compare(found: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> None:
    for name, value in expected.items():
        assert value.any(), name
        torch.testing.assert_close(found[name], value, msg=name)


# The evidence, a mixture of Gaussians


def evidence(model: CCVAE, x: torch.Tensor) -> torch.Tensor:
    """log p(x, y) of every class in closed form, with shape (C, B)."""

    loading, bias = model.decoder.body.first.weights[0].detach(), model.decoder.body.first.bias.detach()
    table = model.block_prior.features.detach()
    logs = []

    for c in range(CLASSES):
        mean = bias + loading[:, :BLOCK] @ table[c, :BLOCK]
        variance = torch.cat([table[c, BLOCK:].exp() ** 2, torch.ones(LATENTS - BLOCK).double()])
        covariance = loading * variance @ loading.T + NOISE**2 * torch.eye(COLUMNS).double()
        logs.append(MultivariateNormal(mean, covariance).log_prob(x) + PROBS[c].log())

    return torch.stack(logs)


def drawn(model: CCVAE, x: torch.Tensor, y: torch.Tensor | None, draws: int = 2000) -> tuple[torch.Tensor, float]:
    """Mean and standard error of the bound of a step, over rows and draws."""

    torch.manual_seed(0)
    many = x.repeat(draws, 1)

    with torch.no_grad():
        terms = model.unlabeled(many) if y is None else model.labeled(many, y.repeat(draws, 1))

    bounds = terms.bound.view(draws, -1).mean(1)

    return bounds.mean(), 4 * float(bounds.std()) / math.sqrt(draws)


def test_bounds_rise_to_the_evidence(model, x):
    exact = evidence(model, x).logsumexp(0).mean()
    bound, error = drawn(model, x, None)

    with torch.no_grad():
        few, many = (model.log_evidence(x, normal_noise(draws, LATENTS)).mean() for draws in (10, 2000))

    assert bound + error < exact and few < many
    assert float(many) == pytest.approx(float(exact), abs=0.05)


@pytest.mark.parametrize("c", range(CLASSES))
def test_labeled_bound_is_below_the_evidence_of_its_class(c, model, x):
    bound, error = drawn(model, x, one_hot(c))

    assert bound + error < evidence(model, x)[c].mean()


def test_bounds_are_the_evidence_at_the_exact_posterior(model, x):
    """If the block does not depend on the class, the posterior of the latent is one Gaussian."""

    loading, bias = (part.data for part in (model.decoder.body.first.weights[0], model.decoder.body.first.bias))
    loading.copy_(torch.linalg.qr(loading)[0])
    model.block_prior.features.data.zero_()
    model.classifier.body.first.weights[0].data.zero_()
    model.classifier.body.first.bias.data.copy_(PROBS.log())
    variance = 1 / (1 + 1 / NOISE**2)
    arrow = Net(())(SCHEMA.x, to=model.encoder.family).double()
    read = arrow.body.first.weights[0].data.zero_()
    read[:LATENTS, :COLUMNS] = variance / NOISE**2 * loading.T
    rest = torch.full((LATENTS,), 0.5 * math.log(variance)).double()
    arrow.body.first.bias.data.copy_(torch.cat([-read[:LATENTS, :COLUMNS] @ bias, rest]))
    model.encoder = arrow

    exact = evidence(model, x)
    found, error = drawn(model, x, None)
    assert float(found) == pytest.approx(float(exact.logsumexp(0).mean()), abs=error)

    found, error = drawn(model, x, one_hot(1))
    assert float(found) == pytest.approx(float(exact[1].mean()), abs=error)
    assert error < 0.1

    noise = normal_noise(1, LATENTS)
    torch.testing.assert_close(model.log_evidence(x, noise), exact.logsumexp(0))


# Classes and blocks


def test_draws_of_a_class_match_its_block(model):
    table = model.block_prior.features.detach()
    torch.manual_seed(0)

    for c in range(CLASSES):
        z, given = model.draw(2000, torch.eye(CLASSES).double()[c].expand(2000, CLASSES))
        centers = [*table[c, :BLOCK].tolist(), 0.0]
        widths = [*table[c, BLOCK:].exp().tolist(), 1.0]
        assert given is None, "the decoder takes no label"

        for d in range(LATENTS):
            assert stats.kstest(z[:, d].detach(), "norm", (centers[d], widths[d])).pvalue > 1e-3


def test_draws_without_a_class_cover_all_classes(model):
    model.block_prior.features.data[:, 0] += 100 * torch.arange(CLASSES)
    torch.manual_seed(0)
    classes = (model.draw(5000)[0][:, 0] / 100).round().long()

    torch.testing.assert_close(classes.bincount(minlength=CLASSES) / 5000, PROBS.float(), rtol=0, atol=0.03)


def test_prediction_reads_only_the_block(model, x):
    loc, _ = posterior(model, x)
    expected = Categorical(logits=log_q_of_class(model, loc[:, :BLOCK])).probs

    torch.testing.assert_close(model.predict(x).probs, expected)


def test_exchange_changes_only_the_block(model):
    z, other = torch.randn(2, ROWS, LATENTS).double()
    one, two = model.swap(z, other)

    assert torch.equal(one[:, :BLOCK], other[:, :BLOCK]) and torch.equal(one[:, BLOCK:], z[:, BLOCK:])
    assert torch.equal(two[:, :BLOCK], z[:, :BLOCK]) and torch.equal(two[:, BLOCK:], other[:, BLOCK:])
    assert all(map(torch.equal, model.swap(one, two), (z, other)))


# The estimator


X, Y = load_wine(return_X_y=True)
FIT = {"hidden": (32,), "batch_size": 32, "random_state": 0}


@pytest.fixture(scope="module")
def classifier() -> VAEClassifier:
    hidden = np.where(np.random.default_rng(0).random(len(Y)) < 0.3, Y, -1)

    return VAEClassifier(model="ccvae", latents=4, epochs=60, **FIT).fit(X, hidden)


def test_exchange_moves_the_class(classifier):
    """Each row of a pair is then classified as the class of the other."""

    one, two = X[Y == 0][:40], X[Y == 1][:40]
    first, second = classifier.swap(one, two)

    assert classifier.score(X, Y) > 0.9
    assert first.shape == one.shape and np.mean(classifier.predict(first) == 1) > 0.8
    assert np.mean(classifier.predict(second) == 0) > 0.8


def test_impossible_exchange_is_refused(classifier):
    with pytest.raises(DataError, match="40 rows and 39"):
        classifier.swap(X[:40], X[:39])

    with pytest.raises(SettingError, match="model='ccvae'"):
        VAEClassifier(epochs=1, **FIT).fit(X, Y).swap(X, X)


def test_single_latent_is_the_block():
    classifier = VAEClassifier(model="ccvae", latents=1, epochs=2, **FIT).fit(X, Y)

    assert np.isfinite(classifier.score_samples(X)).all() and len(classifier.sample(3, y=1, random_state=0)) == 3
