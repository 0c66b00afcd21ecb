"""Alpha: bounds against their formula, the evidence against an integral, and the posterior of the probabilities."""

from itertools import pairwise

import pytest
import torch
from torch import Tensor
from torch.distributions import Dirichlet, Distribution, Normal, kl_divergence

from semivae.conditional import Conditional, Net
from semivae.engine import normal_noise
from semivae.families import choose_data
from semivae.models import Alpha
from semivae.priors import DirichletPrior, LabelPrior, LogisticNormalPrior, simplexes
from semivae.schema import Schema
from semivae.variables import Variable

ROWS, CLASSES, LATENTS = 5, 3, 2
SCALE = 0.7

SCHEMA = Schema((Variable("a", "real"), Variable("b", "real")), Variable("label", "category", classes=(0, 1, 2)))
PRIOR = torch.tensor([0.5, 0.3, 0.2]).double()

every_simplex = pytest.mark.parametrize("name", list(simplexes))


def build(name: str, hidden: tuple[int, ...] = (7,)) -> Alpha:
    torch.manual_seed(0)
    family = choose_data(SCHEMA, scale=SCALE)

    return Alpha.build(SCHEMA, family, Net(hidden), LATENTS, LabelPrior(PRIOR), simplexes[name]).double()


@pytest.fixture
def x() -> Tensor:
    return torch.randn(ROWS, 2, generator=torch.Generator().manual_seed(3)).double()


def one_hot(c: int, rows: int = ROWS) -> Tensor:
    return torch.eye(CLASSES).double()[c].expand(rows, CLASSES)


# The bounds


def posterior(model: Alpha, x: Tensor, c: int | None) -> tuple[Distribution, Distribution]:
    """The posterior and the prior of the probabilities, as PyTorch's own distributions."""

    q, simplex = model.classifier(x), model.simplex
    known = torch.zeros(CLASSES).double() if c is None else one_hot(c)

    if isinstance(simplex, DirichletPrior):
        return Dirichlet(q.concentration + known), Dirichlet(simplex.concentration)

    assert isinstance(simplex, LogisticNormalPrior)
    moved = q.mean + (1 + simplex.shift.exp()).log() * known

    return Normal(moved, q.variance.sqrt()), Normal(simplex.loc, simplex.scale)


def brute_bound(model: Alpha, x: Tensor, c: int | None) -> Tensor:
    """The bound of a step, from the formula, with the noise of seed 0."""

    torch.manual_seed(0)
    q, p = posterior(model, x, c)
    first, second = (torch.randn(ROWS, size, dtype=torch.float64) for size in (CLASSES, LATENTS))

    if isinstance(q, Dirichlet):
        gamma = torch.special.ndtr(first)
        alpha = quantile(gamma, q.concentration)
        alpha = alpha / alpha.sum(-1, keepdim=True)
        divergence = kl_divergence(q, p)
    else:
        alpha = (q.mean + first * q.stddev).softmax(-1)
        divergence = kl_divergence(q, p).sum(-1)

    encoded = model.encoder(x, alpha)
    of_z = Normal(encoded.mean, encoded.variance.sqrt())
    z = of_z.mean + second * of_z.stddev
    bound = Normal(model.decoder(z, alpha).mean, SCALE).log_prob(x).sum(-1) - divergence
    bound = bound - kl_divergence(of_z, Normal(0.0, 1.0)).sum(-1)

    return bound if c is None else bound + alpha[:, c].log()


def quantile(u: Tensor, shape: Tensor) -> Tensor:
    """The gamma variable with a given distribution function, by bisection."""

    low, high = torch.zeros_like(u), torch.full_like(u, 50.0)

    for _ in range(60):
        middle = (low + high) / 2
        below = torch.special.gammainc(shape, middle) < u
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)

    return high


@every_simplex
def test_bounds_match_their_formula(name, x):
    model = build(name)

    for c in (None, *range(CLASSES)):
        torch.manual_seed(0)
        terms = model.unlabeled(x) if c is None else model.labeled(x, one_hot(c))

        torch.testing.assert_close(terms.bound, brute_bound(model, x, c), rtol=1e-6, atol=1e-6)
        assert set(terms.kl) == {"alpha", "z"}, "a missing label has no divergence term"


@every_simplex
def test_prediction_is_the_mean_of_the_probabilities(name, x):
    model = build(name)
    q = model.classifier(x)
    torch.manual_seed(0)
    drawn = torch.stack([q.rsample() for _ in range(1000)]).softmax(-1).mean(0)

    torch.testing.assert_close(model.predict(x).probs, drawn, atol=0.05, rtol=0.0)
    torch.testing.assert_close(model.labeled(x, one_hot(1)).prediction, model.predict(x).probs[:, 1].log())


def test_prediction_of_dirichlet_has_a_closed_form(x):
    model = build("dirichlet")
    beta = model.classifier(x).concentration

    torch.testing.assert_close(model.predict(x).probs, beta / beta.sum(-1, keepdim=True))


@every_simplex
def test_posterior_is_the_mixture_over_all_draws(name, x):
    model = build(name)
    q = model.classifier(x)
    parts = [model.encoder(x, q.at(draw).softmax(-1)) for draw in model.draws]
    mean = torch.stack([part.mean for part in parts]).mean(0)
    square = torch.stack([part.variance + part.mean**2 for part in parts]).mean(0)

    torch.testing.assert_close(model.posterior(x), (mean, (square - mean**2).sqrt()))
    assert torch.stack([part.mean for part in parts]).std(0).max() > 0.01, "draws too similar: the test could not fail"


# The prior


def prior_draws(name: str, model: Alpha, count: int = 50_000) -> Tensor:
    """Class probabilities, by PyTorch's own distributions."""

    torch.manual_seed(1)
    simplex = model.simplex

    if name == "dirichlet":
        return Dirichlet(simplex.concentration).sample((count,))

    return Normal(simplex.loc, simplex.scale).sample((count,)).softmax(-1)


@every_simplex
def test_prior_mean_matches_the_labels(name):
    model = build(name)

    torch.testing.assert_close(prior_draws(name, model).mean(0), PRIOR, atol=0.01, rtol=0.0)
    torch.manual_seed(0)
    torch.testing.assert_close(model.draw(40_000)[1].mean(0), PRIOR, atol=0.01, rtol=0.0)


@every_simplex
def test_prior_is_concentrated_near_the_corners(name):
    """More than half of the draws make one class almost certain."""

    assert (prior_draws(name, build(name)).amax(-1) > 0.8).double().mean() > 0.5


# The evidence


@pytest.fixture(params=list(simplexes))
def linear_model(request: pytest.FixtureRequest) -> Alpha:
    """A linear model with the exact posterior of z; the posterior of the class probabilities is their prior."""

    model = build(request.param, ())
    by_z, by_alpha = model.decoder.body.first.weights
    by_z.data = torch.tensor([[0.9, 0.0], [0.0, -0.5]]).double()
    by_alpha.data = torch.tensor([[1.0, -0.6, 0.0], [0.0, 0.6, -1.0]]).double()
    bias = model.decoder.body.first.bias.data
    gain = by_z.data.diag() / (by_z.data.diag() ** 2 + SCALE**2)
    log_scale = 0.5 * (SCALE**2 / (by_z.data.diag() ** 2 + SCALE**2)).log()

    set_first(model.encoder, [gain.diag(), -gain.diag() @ by_alpha.data], torch.cat([-gain * bias, log_scale]))
    start = model.simplex.state_dict()
    features = (
        start["concentration"].log() if "concentration" in start else torch.cat([start["loc"], start["scale"].log()])
    )
    set_first(model.classifier, [torch.zeros(CLASSES, 2).double()], features)

    return model


def set_first(arrow: Conditional, matrices: list[Tensor], bias: Tensor) -> None:
    """Sets the only layer of a conditional; outputs beyond the matrices (the scales) are constant."""

    for weight, matrix in zip(arrow.body.first.weights, matrices, strict=True):
        weight.data = torch.cat([matrix, torch.zeros(len(weight) - len(matrix), weight.shape[1]).double()])

    arrow.body.first.bias.data = bias.clone()


def densities(model: Alpha, x: Tensor, alpha: Tensor) -> Tensor:
    """The log-density of rows given probabilities, with the latent integrated out, with shape (draws, B)."""

    by_z, by_alpha = (weight.detach() for weight in model.decoder.body.first.weights)
    mean = alpha @ by_alpha.T + model.decoder.body.first.bias.detach()

    return Normal(mean[:, None], (by_z.diag() ** 2 + SCALE**2).sqrt()).log_prob(x).sum(-1)


def name_of(model: Alpha) -> str:
    return next(name for name in simplexes if isinstance(model.simplex, simplexes[name]))


def exact_evidence(model: Alpha, x: Tensor, c: int | None = None) -> Tensor:
    """The log-density of rows (jointly with a class, if given), as an integral over the class probabilities."""

    alpha = prior_draws(name_of(model), model)
    weight = torch.zeros(len(alpha), 1).double() if c is None else alpha[:, c, None].log()

    return (densities(model, x, alpha) + weight).logsumexp(0) - torch.tensor(float(len(alpha))).log()


def test_evidence_is_the_integral(linear_model, x):
    with torch.no_grad():
        found = linear_model.log_evidence(x, normal_noise(1000, CLASSES + LATENTS))

    torch.testing.assert_close(found, exact_evidence(linear_model, x), atol=0.1, rtol=0.0)


def test_bounds_rise_to_the_evidence(linear_model, x):
    """The bounds of a step <= IWAE(1) <= IWAE(4) <= ... of the same draws <= the evidence, each on average."""

    linear_model.classifier.body.first.weights[0].data += 0.3
    noise = normal_noise(256, CLASSES + LATENTS)

    with torch.no_grad():
        rising = [
            torch.stack([linear_model.log_evidence(x, part) for part in noise.split(draws)]).mean(0)
            for draws in (1, 4, 32)
        ]
        torch.manual_seed(0)
        bound = linear_model.unlabeled(x.repeat(2000, 1)).bound.view(-1, ROWS).mean(0)

    exact = exact_evidence(linear_model, x)

    assert all((more > fewer).all() for fewer, more in pairwise(rising))
    assert (bound < rising[1]).all() and (bound < exact - 0.02).all()
    assert (rising[-1] < exact + 0.1).all()


def test_labeled_bound_is_below_the_joint_evidence(linear_model, x):
    torch.manual_seed(0)

    for c in range(CLASSES):
        with torch.no_grad():
            bound = linear_model.labeled(x.repeat(1000, 1), one_hot(c, 1000 * ROWS)).bound.view(-1, ROWS).mean(0)

        gap = exact_evidence(linear_model, x, c) - bound

        # For the Dirichlet the posterior given a label is exact here, so the bound is close to the evidence.
        assert (gap > -0.05).all() and gap.mean() > 0.005


def test_rows_are_drawn_from_the_generative_process(linear_model):
    """Their mean is the decoder at the mean of p(alpha); given a class, it is the decoder at this class."""

    by_alpha = linear_model.decoder.body.first.weights[1].detach()
    bias = linear_model.decoder.body.first.bias.detach()
    torch.manual_seed(0)
    rows = linear_model.generate(40_000).sample()
    torch.testing.assert_close(rows.mean(0), by_alpha @ PRIOR + bias, atol=0.03, rtol=0.0)

    for c in range(CLASSES):
        rows = linear_model.generate(40_000, one_hot(c, 40_000)).sample()
        torch.testing.assert_close(rows.mean(0), by_alpha[:, c] + bias, atol=0.03, rtol=0.0)
