"""ADGM and SDGM: brute force over classes, evidence in closed form, and M2 for an uninformative auxiliary."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from scipy import special, stats
from torch import Tensor
from torch.distributions import Normal

from semivae.conditional import Conditional, Net
from semivae.engine import normal_noise
from semivae.families import choose_data
from semivae.models import ADGM, M2, SDGM
from semivae.priors import LabelPrior
from semivae.schema import Schema
from semivae.variables import Variable

ROWS, CLASSES, LATENTS = 6, 3, 2
SCALE = 0.7

SCHEMA = Schema((Variable("a", "real"), Variable("b", "real")), Variable("label", "category", classes=(0, 1, 2)))
PRIOR = torch.tensor([0.5, 0.3, 0.2]).double()

both = pytest.mark.parametrize("kind", [ADGM, SDGM])


def build(kind: Any, hidden: tuple[int, ...] = (7,)) -> Any:
    torch.manual_seed(0)

    return kind.build(SCHEMA, choose_data(SCHEMA, scale=SCALE), Net(hidden), LATENTS, LabelPrior(PRIOR)).double()


@pytest.fixture
def x() -> Tensor:
    return torch.randn(ROWS, 2, generator=torch.Generator().manual_seed(3)).double()


def one_hot(c: int) -> Tensor:
    return torch.eye(CLASSES).double()[c].expand(ROWS, CLASSES)


def normal(p: Any) -> Normal:
    """The same distribution as PyTorch's own `Normal`."""

    return Normal(p.mean, p.variance.sqrt())


def brute_terms(model: Any, x: Tensor, c: int, first: Tensor, second: Tensor) -> dict[str, Tensor]:
    """The terms of a class at given noise, from the formula."""

    y = one_hot(c)
    q_a = normal(model.auxiliary(x))
    a = q_a.loc + first * q_a.scale
    q_z = normal(model.encoder(x, a, y))
    z = q_z.loc + second * q_z.scale

    if isinstance(model, ADGM):
        mean, p_a = model.decoder(z, y).mean, normal(model.auxiliary_decoder(x, z, y))
    else:
        mean, p_a = model.decoder(a, z, y).mean, normal(model.auxiliary_decoder(z, y))

    return {
        "likelihood": Normal(mean, SCALE).log_prob(x).sum(-1),
        "a": (q_a.log_prob(a) - p_a.log_prob(a)).sum(-1),
        "z": (0.5 * (q_z.loc.square() + q_z.scale.square() - 1) - q_z.scale.log()).sum(-1),
        "weight": (p_a.log_prob(a) - q_a.log_prob(a) + Normal(0, 1).log_prob(z) - q_z.log_prob(z)).sum(-1),
        "log_q": model.classifier(x, a).logits.log_softmax(-1)[:, c],
    }


def seeded(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


# The bounds


@both
def test_unlabeled_bound_is_the_sum_over_classes(kind, x):
    model = build(kind)
    torch.manual_seed(0)
    terms = model.unlabeled(x)
    torch.manual_seed(0)
    first, second = seeded(ROWS, LATENTS), seeded(CLASSES, ROWS, LATENTS)
    parts = [brute_terms(model, x, c, first, second[c]) for c in range(CLASSES)]
    log_q = torch.stack([part["log_q"] for part in parts])

    def total(term: str) -> Tensor:
        return sum(log_q[c].exp() * parts[c][term] for c in range(CLASSES))

    divergence = (log_q.exp() * (log_q - PRIOR.log()[:, None])).sum(0)

    torch.testing.assert_close(terms.likelihood, total("likelihood"))
    torch.testing.assert_close(terms.kl, {"a": total("a"), "z": total("z"), "y": divergence})
    torch.testing.assert_close(terms.bound, total("likelihood") - total("a") - total("z") - divergence)


@both
def test_labeled_bound_matches_its_formula(kind, x):
    model = build(kind)

    for c in range(CLASSES):
        torch.manual_seed(0)
        terms = model.labeled(x, one_hot(c))
        torch.manual_seed(0)
        part = brute_terms(model, x, c, seeded(ROWS, LATENTS), seeded(ROWS, LATENTS))

        torch.testing.assert_close(terms.bound, part["likelihood"] - part["a"] - part["z"] + PRIOR.log()[c])
        torch.testing.assert_close(terms.prediction, part["log_q"])


@both
def test_gradient_matches_the_sum_over_classes(kind, x):
    model = build(kind)
    torch.manual_seed(0)
    found = torch.autograd.grad(model.unlabeled(x).bound.sum(), list(model.parameters()))
    torch.manual_seed(0)
    first, second = seeded(ROWS, LATENTS), seeded(CLASSES, ROWS, LATENTS)
    brute = 0

    for c in range(CLASSES):
        part = brute_terms(model, x, c, first, second[c])
        brute += part["log_q"].exp() * (part["likelihood"] - part["a"] - part["z"] - part["log_q"] + PRIOR.log()[c])

    expected = torch.autograd.grad(brute.sum(), list(model.parameters()))

    for (name, _), one, other in zip(model.named_parameters(), expected, found, strict=True):
        assert one.any(), name
        torch.testing.assert_close(other, one, msg=name)


@both
def test_uninformative_auxiliary_gives_m2(kind, x):
    model, m2 = build(kind), build(M2)

    for arrow in (model.auxiliary, model.auxiliary_decoder):
        arrow.body.rest[-1].weight.data.zero_()
        arrow.body.rest[-1].bias.data.zero_()

    deaf(model.classifier, m2.classifier, 1)
    deaf(model.encoder, m2.encoder, 1)
    deaf(model.decoder, m2.decoder, 0 if kind is SDGM else None)

    for bound in (lambda m: m.unlabeled(x), lambda m: m.labeled(x, one_hot(1))):
        torch.manual_seed(0)
        found = bound(model)
        torch.manual_seed(0)
        seeded(ROWS, LATENTS)
        expected = bound(m2)

        torch.testing.assert_close(found.bound, expected.bound)
        torch.testing.assert_close(found.kl, expected.kl | {"a": torch.zeros(ROWS).double()})

    noise = normal_noise(5, 2 * LATENTS)
    torch.testing.assert_close(model.log_evidence(x, noise), m2.log_evidence(x, noise[:, LATENTS:]))
    torch.testing.assert_close(model.predict(x).mean, m2.predict(x).mean)
    torch.testing.assert_close(model.posterior(x), m2.posterior(x))


def deaf(arrow: Conditional, other: Conditional, place: int | None) -> None:
    """Copies the weights of another conditional, with zeros for the input that the other does not have."""

    weights, kept = list(arrow.body.first.weights), iter(other.body.first.weights)

    for i, weight in enumerate(weights):
        weight.data = torch.zeros_like(weight) if i == place else next(kept).data

    arrow.body.first.bias.data = other.body.first.bias.data
    arrow.body.rest.load_state_dict(other.body.rest.state_dict())


# After training


@both
def test_prediction_and_posterior_are_the_mixture_over_all_draws(kind, x):
    model = build(kind).eval()
    probs, means, squares = [], [], []

    for draw in model.draws:
        q = model.auxiliary(x)
        a = q.mean + q.variance.sqrt() * draw
        given = model.classifier(x, a).probs
        z = [model.encoder(x, a, one_hot(c)) for c in range(CLASSES)]
        probs.append(given)
        means.append(sum(given[:, c, None] * z[c].mean for c in range(CLASSES)))
        squares.append(sum(given[:, c, None] * (z[c].variance + z[c].mean ** 2) for c in range(CLASSES)))

    prob, mean, square = (torch.stack(part).mean(0) for part in (probs, means, squares))

    torch.testing.assert_close(model.predict(x).probs, prob)
    torch.testing.assert_close(model.posterior(x), (mean, (square - mean**2).sqrt()))
    assert torch.stack(probs).std(0).max() > 0.01, "draws too similar: the test could not fail"


@both
def test_few_fixed_draws_approximate_many(kind, x):
    """The average over a few draws is close to the average over very many."""

    model = build(kind).eval()
    q = model.auxiliary(x)
    a = q.mean + q.variance.sqrt() * seeded(20_000, 1, LATENTS)

    assert (model.predict(x).probs - model.classifier(x, a).probs.mean(0)).abs().max() < 0.03
    torch.testing.assert_close(model.draws.mean(0), torch.zeros(LATENTS).double())


def moments(model: Any, c: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of the rows of a class of a linear model."""

    y = torch.eye(CLASSES).double()[c]
    base = model.decoder.body.first
    *latent, label = (weight.detach() for weight in base.weights)
    mean, noise = label @ y + base.bias, SCALE**2 * torch.eye(2).double()

    if isinstance(model, ADGM):
        return mean.detach().numpy(), (latent[0] @ latent[0].T + noise).detach().numpy()

    first = model.auxiliary_decoder.body.first
    by_z, by_y = (weight.detach()[:LATENTS] for weight in first.weights)
    assert not first.weights[0].data[LATENTS:].any() and not first.weights[1].data[LATENTS:].any()
    scale = first.bias[LATENTS:].exp().diag()
    loading = torch.cat([latent[0] @ by_z + latent[1], latent[0] @ scale], 1)
    mean = mean + latent[0] @ (by_y @ y + first.bias[:LATENTS])

    return mean.detach().numpy(), (loading @ loading.T + noise).detach().numpy()


@pytest.fixture(params=[ADGM, SDGM])
def linear_model(request: pytest.FixtureRequest) -> Any:
    """A model without hidden layers, whose evidence is a mixture of Gaussians."""

    model = build(request.param, ())

    # Standard deviations of 1 where the closed form needs them, and so that few draws find the evidence.
    for arrow in (model.auxiliary, model.encoder, model.auxiliary_decoder):
        for part in (*arrow.body.first.weights, arrow.body.first.bias):
            part.data *= 0.3
            part.data[LATENTS:] = 0.0

    model.auxiliary_decoder.body.first.bias.data[LATENTS:] = -0.2

    return model


def exact_evidence(model: Any, x: Tensor) -> Tensor:
    parts = [stats.multivariate_normal(*moments(model, c)).logpdf(x.numpy()) for c in range(CLASSES)]

    return torch.from_numpy(special.logsumexp(np.stack(parts) + PRIOR.log().numpy()[:, None], axis=0))


def test_evidence_matches_the_mixture(linear_model, x):
    with torch.no_grad():
        found = linear_model.log_evidence(x, normal_noise(2000, 2 * LATENTS))

    torch.testing.assert_close(found, exact_evidence(linear_model, x), atol=0.1, rtol=0.0)


def test_bounds_rise_to_the_evidence(linear_model, x):
    """The unlabeled bound <= IWAE(1) <= IWAE(4) <= ... of the same draws <= the evidence, each on average."""

    noise = normal_noise(256, 2 * LATENTS)

    with torch.no_grad():
        rising = [
            torch.stack([linear_model.log_evidence(x, part) for part in noise.split(draws)]).mean(0)
            for draws in (1, 4, 32)
        ]
        torch.manual_seed(0)
        bound = linear_model.unlabeled(x.repeat(4000, 1)).bound.view(-1, ROWS).mean(0)

    assert all((more > fewer).all() for fewer, more in pairwise(rising))
    assert (bound < rising[0]).all()
    assert (rising[-1] < exact_evidence(linear_model, x) + 0.02).all()


def test_rows_are_drawn_from_the_generative_process(linear_model):
    """Mean and covariance of the rows of a class, including the spread of the auxiliary latent."""

    torch.manual_seed(0)

    for c in range(CLASSES):
        y = torch.eye(CLASSES).double()[c].expand(40_000, CLASSES)
        rows = linear_model.generate(len(y), y).sample().numpy()
        mean, covariance = moments(linear_model, c)

        np.testing.assert_allclose(rows.mean(0), mean, atol=0.03)
        np.testing.assert_allclose(np.cov(rows.T), covariance, atol=0.04)


def test_evidence_does_not_need_the_classifier(linear_model, x):
    noise = normal_noise(2, 2 * LATENTS)
    before = linear_model.log_evidence(x, noise)
    linear_model.classifier.body.first.bias.data += torch.tensor([5.0, -3, 0])

    torch.testing.assert_close(linear_model.log_evidence(x, noise), before, rtol=0, atol=0)
