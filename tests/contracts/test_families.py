"""What every family keeps: the log-density of its formula, and axes that broadcast."""

import inspect
import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from tests.contracts.by_formula import (
    Brute,
    bernoulli,
    categorical,
    categoricals,
    dirichlet,
    gaussian_fixed,
    gaussian_learned,
    gaussian_shared,
    logistic,
    mixed,
    multinomial,
    negative_binomial,
    negative_binomial_columns,
    ordinals,
    poisson,
    reals,
    tokens,
    zero_inflated,
)

from semivae import families
from semivae.errors import SettingError
from semivae.families import (
    Bernoulli,
    Categorical,
    Categoricals,
    Dirichlet,
    Family,
    Gaussian,
    Logistic,
    Mixed,
    Multinomial,
    NegativeBinomial,
    NegativeBinomials,
    Ordinals,
    Point,
    Poisson,
    Reals,
    Tokens,
)
from semivae.variables import Variable

B, K = 4, 3

COLUMNS = (
    Variable("a", "real"),
    Variable("b", "category", classes=("x", "y", "z")),
    Variable("c", "real"),
    Variable("d", "category", classes=(False, True)),
)

# Ends that no draw comes near, so that the mean is that of the whole distribution.
SPIKED = (Variable("a", "real", spikes=(-1.0, 2.0)), Variable("c", "real"), Variable("e", "real", spikes=(0.5,)))


@dataclass
class Case:
    """A family, a value of it, and its log-density at one row of features, written from the formula."""

    family: Family
    x: torch.Tensor
    brute: Brute | None


STRINGS = Tokens(3, 4).eval()
PIXELS = torch.rand(B, 1, 2, 3, generator=torch.Generator().manual_seed(0)).double()
QUARTERS = (PIXELS * 5).floor() / 4
BAGS = torch.tensor([[0, 9, 1], [3, 7, 0], [1, 0, 0], [40, 8, 2]]).double()
# Sums that do not vary, so that the mean is that of a row with the usual sum.
BAG = ([0.25, 0.25, 0.5], math.log(20), 1e-9)
CELLS = torch.tensor([[0.3, 0, -1, 1], [1, 2, 0, 0], [-2, 1, 0.5, 1], [0, 0, 0, 0]]).double()

CASES = {
    "gaussian shared": Case(Gaussian((1, 2, 3), "shared"), PIXELS, gaussian_shared),
    "gaussian single": Case(Gaussian((1, 2, 3), "single"), PIXELS, gaussian_shared),
    "gaussian learned": Case(Gaussian((1, 2, 3), "learned"), PIXELS, gaussian_learned),
    "gaussian fixed": Case(Gaussian((1, 2, 3), 0.3), PIXELS, gaussian_fixed),
    "bernoulli": Case(Bernoulli((1, 2, 3)), PIXELS, bernoulli),
    "logistic fixed": Case(Logistic((1, 2, 3), 5, 0.3), QUARTERS, logistic(0.3)),
    "logistic single": Case(Logistic((1, 2, 3), 5, "single", 0.1), QUARTERS, logistic(0.1 + math.pi / 16 / 3**0.5)),
    "logistic shared": Case(Logistic((1, 2, 3), 5, "shared", 0.4), QUARTERS, logistic(0.4 + math.pi / 16 / 3**0.5)),
    "categorical": Case(Categorical(4), torch.eye(4).double(), categorical),
    "categoricals": Case(Categoricals([3, 2]), torch.tensor([[0, 1], [1, 0], [2, 1], [0, 0]]).double(), categoricals),
    "dirichlet": Case(Dirichlet(4), PIXELS.flatten(1)[:, :4].log_softmax(-1), dirichlet),
    "mixed": Case(Mixed(COLUMNS), CELLS, mixed),
    "ordinals": Case(Ordinals([4, 2]), torch.tensor([[0, 1], [1, 0], [2, 1], [3, 0]]).double(), ordinals),
    "dispersed": Case(
        NegativeBinomials([0.5, 2.0], [1.0, 0.3], [1e9, 1e9], [True, True]),
        torch.tensor([[0, 9], [3, 7], [1, 2], [40, 8]]).double(),
        negative_binomial_columns,
    ),
    "poisson": Case(
        Poisson([0.5, 2.0], [1.0, 0.3], [1e9, 1e9]), torch.tensor([[0, 9], [3, 7], [1, 2], [40, 8]]).double(), poisson
    ),
    "negative binomial": Case(NegativeBinomial(*BAG), BAGS, negative_binomial),
    "zero-inflated": Case(NegativeBinomial(*BAG, inflated=True), BAGS, zero_inflated),
    "multinomial": Case(Multinomial(*BAG), BAGS, multinomial),
    "reals": Case(
        Reals(SPIKED),
        torch.tensor([[0.3, 0.0, 0.5], [-1.0, 2.0, 0.1], [2.0, 1.0, 0.5], [-0.9, 0.5, -1.0]]).double(),
        reals,
    ),
    "tokens": Case(STRINGS, torch.tensor([[1, 2, 3], [4, 0, 0], [0, 0, 0], [2, 2, 0]]).double(), tokens(STRINGS)),
    "point": Case(Point(4), torch.eye(4).double(), None),
}

every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
every_density = pytest.mark.parametrize(
    "case", [c for c in CASES.values() if c.brute], ids=[n for n, c in CASES.items() if c.brute]
)


def features(family: Family, *leading: int) -> torch.Tensor:
    return torch.randn(*leading, family.size, generator=torch.Generator().manual_seed(2)).double()


def test_every_family_has_a_case():
    public = {part for _, part in inspect.getmembers(families, inspect.isclass) if issubclass(part, Family)} - {Family}

    assert public == {type(case.family) for case in CASES.values()}


@every_density
def test_density_is_the_formula(case):
    f = features(case.family, B)
    expected = [case.brute(x, row) for x, row in zip(case.x.numpy(), f.numpy(), strict=True)]

    np.testing.assert_allclose(case.family.double()(f).log_prob(case.x).detach(), expected, rtol=1e-6)


@every_case
def test_shapes(case):
    p = case.family(features(case.family, B))

    assert p.mean.shape == case.x.shape
    assert p.sample().shape == case.x.shape if case.brute else p.rsample().shape == case.x.shape
    assert not case.brute or p.sample(torch.Size([7])).shape == (7, *case.x.shape)
    assert case.family.values == case.x[0].numel()


@every_density
def test_class_axis_broadcasts_as_tiles(case):
    f = features(case.family, K, B)
    broadcast = case.family(f).log_prob(case.x)
    tiled = torch.stack([case.family(part).log_prob(case.x) for part in f])

    assert broadcast.shape == (K, B)
    torch.testing.assert_close(broadcast, tiled)


@every_density
def test_density_of_many_values_under_one_row(case):
    p = case.family(features(case.family))

    assert p.log_prob(case.x).shape == (B,)


@every_case
def test_half_precision_is_never_summed(case):
    p = case.family.float()(features(case.family, B).bfloat16())

    assert p.mean.dtype == torch.float32
    assert not case.brute or p.log_prob(case.x.float()).dtype == torch.float32


@every_density
def test_samples_have_the_mean_of_the_family(case):
    torch.manual_seed(0)
    p = case.family(features(case.family))
    draws = p.sample(torch.Size([2000 if isinstance(case.family, Tokens) else 20_000])).double()

    if isinstance(case.family, Tokens):  # the mean starts with the most probable token
        counts = draws[:, 0].long().bincount()
        assert counts[int(p.mean[0])] > counts.max() - 100
    elif isinstance(case.family, Mixed | Categoricals | Ordinals):  # the mean of a category is the most probable class
        classes = [j for j in range(case.family.values) if case.family.values == 2 or COLUMNS[j].classes]
        real = [j for j in range(case.family.values) if j not in classes]
        torch.testing.assert_close(draws.mean(0)[real], p.mean[real], atol=0.05, rtol=0.0)
        for j in classes:
            assert draws[:, j].long().bincount().argmax() == p.mean[j]
    else:
        deviation = draws.std(0) / math.sqrt(len(draws))  # 0 where a rare level was never drawn
        assert ((draws.mean(0) - p.mean).abs() < 5 * deviation + 1e-5).all()


def test_fixed_scale_weighs_squared_distance():
    """-log p = |x - mu|^2 / 2c + const, with c the square of the scale; however small it is."""

    for scale in (0.001, 0.1, 2.0, 500.0):
        family = Gaussian(3, scale)
        loc = torch.tensor([[0.1, 0.2, 0.3]]).double()
        x = loc + torch.tensor([[0.0, 0, 0], [1e-3, 0, 2e-3], [0, -3e-3, 0]]).double()
        scores = -family(loc).log_prob(x)

        torch.testing.assert_close(scores - scores[0], (x - loc).square().sum(-1) / (2 * scale**2))
        torch.testing.assert_close(scores[0], torch.tensor(3 * math.log(scale * math.sqrt(2 * math.pi))).double())


@pytest.mark.parametrize("scale", [0, -1.0, "big", None])
def test_scale_that_cannot_work_is_named(scale):
    with pytest.raises(SettingError, match="scale="):
        Gaussian(1, scale)


def test_missing_cells_are_summed_out():
    """Leaving a cell out equals the integral over a real cell and the sum over a category."""

    p = Mixed(COLUMNS).double()(features(Mixed(COLUMNS)))
    row = CELLS[0]
    grid = torch.linspace(-12, 12, 4001).double()

    real = row.repeat(len(grid), 1)
    real[:, 0] = grid
    integral = torch.trapezoid(p.log_prob(real).exp(), grid).log()

    classes = row.repeat(3, 1)
    classes[:, 1] = torch.arange(3)
    total = p.log_prob(classes).logsumexp(0)

    without = row.repeat(2, 1)
    without[0, 0] = without[1, 1] = torch.nan
    torch.testing.assert_close(p.log_prob(without), torch.stack([integral, total]), rtol=1e-9, atol=1e-9)


def test_missing_cells_have_no_nan_gradient():
    family = Mixed(COLUMNS).double()
    f = features(family, B).requires_grad_()
    x = CELLS.clone()
    x[0, 0] = x[1, 1] = x[2] = torch.nan
    family(f).log_prob(x).sum().backward()

    assert f.grad.isfinite().all() and (f.grad[2] == 0).all() and f.grad[3].any()


def test_table_of_categories_alone():
    family = Mixed(COLUMNS[1::2])
    p = family(features(family, B))

    assert p.log_prob(CELLS[:, 1::2]).shape == (B,) and p.mean.shape == p.sample().shape == (B, 2)


def test_logits_are_not_put_through_softmax_twice():
    p = Categorical(3)(torch.tensor([[30.0, 0, 0]]))

    assert p.log_prob(torch.tensor([[1.0, 0, 0]])).item() == pytest.approx(0, abs=1e-6)
    assert p.log_prob(torch.tensor([[0.0, 1, 0]])).item() == pytest.approx(-30, abs=1e-4)
