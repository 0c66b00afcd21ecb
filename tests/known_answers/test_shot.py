"""The SHOT-VAE: its terms written out, and its bounds in known cases."""

import math

import pytest
import torch
from torch.distributions import MultivariateNormal, Normal

from semivae.conditional import Net
from semivae.engine import normal_noise
from semivae.families import Categorical, choose_data
from semivae.models import SHOT
from semivae.models.shot import SMOOTHING
from semivae.objectives import ELBO
from semivae.priors import LabelPrior
from semivae.schema import Schema
from semivae.variables import Variable

ROWS, COLUMNS, CLASSES, LATENTS = 6, 4, 3, 2
NOISE, PROBS = 0.5, torch.tensor([0.5, 0.3, 0.2]).double()

SCHEMA = Schema(
    tuple(Variable(name, "real") for name in "abcd"), Variable("label", "category", classes=tuple(range(CLASSES)))
)


@pytest.fixture
def model() -> SHOT:
    """A model with a linear decoder."""

    torch.manual_seed(0)
    family = choose_data(SCHEMA, scale=NOISE)
    model = SHOT.build(SCHEMA, family, Net((8,)), LATENTS, LabelPrior(PROBS)).double()
    model.decoder.body = Net(())(LATENTS, CLASSES, to=family).body.double()

    return model


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(ROWS, COLUMNS, generator=torch.Generator().manual_seed(0)).double()


def one_hot(c: int) -> torch.Tensor:
    return torch.eye(CLASSES).double()[c].expand(ROWS, CLASSES)


def written_out(model: SHOT, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """log p(x | z, y) of every class at the draw of a seed, the divergence of both latents, and log q(y | x)."""

    q = model.encoder(x).base_dist
    torch.manual_seed(3)
    z = q.loc + q.scale * torch.randn(ROWS, LATENTS, dtype=torch.float64)
    likelihood = [Normal(model.decoder(z, one_hot(c)).mean, NOISE).log_prob(x).sum(-1) for c in range(CLASSES)]
    log_q = model.classifier(x).logits.log_softmax(-1)
    divergence = (0.5 * (q.loc**2 + q.scale**2 - 1) - q.scale.log()).sum(-1)

    return torch.stack(likelihood, -1), divergence + (log_q.exp() * (log_q - PROBS.log())).sum(-1), log_q


@pytest.mark.parametrize("c", range(CLASSES))
def test_labeled_terms_match_their_formula(c, model, x):
    torch.manual_seed(3)
    terms = model.labeled(x, one_hot(c))
    likelihood, divergence, log_q = written_out(model, x)
    share = torch.full((CLASSES,), SMOOTHING / (CLASSES - 1)).double()
    share[c] = 1 - SMOOTHING
    far = (share * (share.log() - log_q)).sum(-1)

    torch.testing.assert_close(terms.bound, likelihood[:, c] - divergence)
    torch.testing.assert_close(terms.prediction, -far)
    assert terms.relaxed, "an approximate bound is not reported as a bound"

    loss, logs = ELBO(alpha=7.0)(terms, None, torch.ones(()))
    torch.testing.assert_close(loss, (divergence - likelihood[:, c] + 7 * far).mean())
    assert "labeled_relaxed" in logs and "labeled_bound" not in logs


def test_unlabeled_bound_is_the_sum_over_classes(model, x):
    torch.manual_seed(3)
    terms = model.unlabeled(x)
    likelihood, divergence, log_q = written_out(model, x)
    expected = (log_q.exp() * likelihood).sum(-1) - divergence

    torch.testing.assert_close(terms.bound, expected)
    assert not terms.relaxed

    weights = [*model.parameters()]
    found, wanted = (torch.autograd.grad(bound.sum(), weights) for bound in (terms.bound, expected))
    for (name, _), one, other in zip(model.named_parameters(), wanted, found, strict=True):
        assert one.any(), name
        torch.testing.assert_close(other, one, msg=name)


def evidence(model: SHOT, x: torch.Tensor) -> torch.Tensor:
    """log p(x | y) of every class in closed form, with shape (C, B)."""

    loading, shift = (weight.detach() for weight in model.decoder.body.first.weights)
    covariance = loading @ loading.T + NOISE**2 * torch.eye(COLUMNS).double()
    means = model.decoder.body.first.bias.detach() + shift.T

    return torch.stack([MultivariateNormal(mean, covariance).log_prob(x) for mean in means])


def mean_bound(model: SHOT, x: torch.Tensor, y: torch.Tensor | None = None, draws: int = 2000) -> tuple[float, float]:
    """Mean and four standard errors of the bound of a step, over rows and draws."""

    torch.manual_seed(0)
    many = x.repeat(draws, 1)

    with torch.no_grad():
        terms = model.unlabeled(many) if y is None else model.labeled(many, y.repeat(draws, 1))

    bounds = terms.bound.view(draws, -1).mean(1)

    return float(bounds.mean()), 4 * float(bounds.std()) / math.sqrt(draws)


def test_bounds_rise_to_the_evidence(model, x):
    exact = float((evidence(model, x) + PROBS.log()[:, None]).logsumexp(0).mean())
    bound, error = mean_bound(model, x)

    with torch.no_grad():
        few, many = (float(model.log_evidence(x, normal_noise(draws, LATENTS)).mean()) for draws in (10, 2000))

    assert bound + error < exact and few < many
    assert many == pytest.approx(exact, abs=0.1)


@pytest.mark.parametrize("c", range(CLASSES))
def test_bounds_at_the_exact_posterior(c, model, x):
    """If x does not depend on the class, the posteriors are known and both bounds equal the evidence."""

    loading, shift = (weight.data for weight in model.decoder.body.first.weights)
    loading.copy_(torch.linalg.qr(loading)[0])
    shift.zero_()
    variance = 1 / (1 + 1 / NOISE**2)
    arrow = Net(())(SCHEMA.x, to=model.encoder.family).double()
    read = arrow.body.first.weights[0].data.zero_()
    read[:LATENTS, :COLUMNS] = variance / NOISE**2 * loading.T
    wide = torch.full((LATENTS,), 0.5 * math.log(variance)).double()
    arrow.body.first.bias.data.copy_(torch.cat([-read[:LATENTS, :COLUMNS] @ model.decoder.body.first.bias.data, wide]))
    model.encoder = arrow
    exact = evidence(model, x)[c].mean()

    model.classifier = certain(PROBS.log())
    bound, error = mean_bound(model, x)
    assert bound == pytest.approx(float(exact), abs=error) and error < 0.1

    model.classifier = certain((0.001 + 0.997 * one_hot(c)[0]).log())
    bound, error = mean_bound(model, x, one_hot(c))
    assert bound == pytest.approx(float(exact + PROBS[c].log()), abs=error + 0.03), "log p(x, y), certain classifier"


def certain(logits: torch.Tensor) -> torch.nn.Module:
    """A classifier with the same prediction for every row."""

    arrow = Net(())(SCHEMA.x, to=Categorical(CLASSES))
    arrow.body.first.weights[0].data.zero_()
    arrow.body.first.bias.data = logits

    return arrow.double()


def test_latent_does_not_depend_on_the_class(model, x):
    q = model.encoder(x)

    torch.testing.assert_close(model.posterior(x), (q.mean, q.variance.sqrt()))
    assert not torch.allclose(model.decode(q.mean, one_hot(0)).mean, model.decode(q.mean, one_hot(1)).mean)
