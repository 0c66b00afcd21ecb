"""The interpolation penalty: written out, its zero, and the optimal mixed label."""

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.datasets import load_wine

from semivae import RecipeOptions, VAEClassifier
from semivae.batch import Batch, Labeled
from semivae.conditional import Net
from semivae.families import choose_data
from semivae.models import SHOT
from semivae.objectives import Consistency, Interpolation
from semivae.objectives.interpolation import LATENT
from semivae.priors import LabelPrior
from semivae.schema import Schema
from semivae.variables import Variable

ROWS, COLUMNS, CLASSES = 6, 4, 3

SCHEMA = Schema(
    tuple(Variable(name, "real") for name in "abcd"), Variable("label", "category", classes=tuple(range(CLASSES)))
)


@pytest.fixture
def model() -> SHOT:
    torch.manual_seed(0)

    prior = LabelPrior(torch.full((CLASSES,), 1 / CLASSES))

    return SHOT.build(SCHEMA, choose_data(SCHEMA), Net((8,)), 2, prior).double()


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(ROWS, COLUMNS, generator=torch.Generator().manual_seed(0)).double()


def one_hot(c: int) -> torch.Tensor:
    return torch.eye(CLASSES).double()[c].expand(ROWS, CLASSES)


def everything(weight: float = 1.0) -> Interpolation:
    return Interpolation(weight, True, torch.ones(COLUMNS))


def test_penalty_matches_its_formula(model, x):
    y = one_hot(1)[:4]
    model.eval()
    torch.manual_seed(5)
    found = everything()(model, Batch(Labeled(x[:4], y), x), torch.zeros(()))

    torch.manual_seed(5)
    values = []
    for rows, label in ((x[:4], y), (x, model.predict(x).probs)):
        other = torch.rand(len(rows)).argsort()
        share = torch.rand(len(rows), 3, dtype=torch.float64).sort(-1).values[:, 1]
        share = torch.where(share < 0.5, share, 1 - share)[:, None]

        def mix(part: torch.Tensor, share: torch.Tensor = share, other: torch.Tensor = other) -> torch.Tensor:
            return ((1 - share) * part + share * part[other]).detach()

        mean, deviation = model.posterior(rows)
        there, wide = model.posterior(mix(rows))
        target, believed = mix(label), model.predict(mix(rows)).probs
        far = (torch.xlogy(target, target) - target * believed.log()).sum(-1)
        values.append(far + LATENT * ((there - mix(mean)) ** 2 + (wide - mix(deviation)) ** 2).sum(-1))

    expected = torch.cat(values).mean()
    torch.testing.assert_close(found, expected)

    parts = [*model.encoder.parameters(), *model.classifier.parameters()]
    for one, other in zip(*(torch.autograd.grad(value, parts) for value in (found, expected)), strict=True):
        assert one.any()
        torch.testing.assert_close(one, other)


class Straight:
    """Predicts the row itself, a point of the simplex."""

    def read(self, x: torch.Tensor) -> torch.Tensor:
        return x

    def judge(self, x: torch.Tensor) -> torch.distributions.OneHotCategorical:
        return torch.distributions.OneHotCategorical(x)

    def posterior(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return 3 * x, x + 1


def test_linear_prediction_has_no_penalty():
    x = torch.rand(50, COLUMNS, generator=torch.Generator().manual_seed(0)).double()
    x = x / x.sum(-1, keepdim=True)

    assert everything()(Straight(), Batch(None, x), torch.zeros(())).abs() < 1e-12
    assert everything()(Straight(), Batch(Labeled(x, x.flip(0)), None), torch.zeros(())) > 0.01


def test_mixed_label_minimizes_the_mean_divergence():
    """The divergences are weighted like the labels."""

    one, other = torch.tensor([0.7, 0.2, 0.1]).double(), torch.tensor([0.1, 0.3, 0.6]).double()

    def far(label: torch.Tensor) -> torch.Tensor:
        return 0.3 * (one * (one / label).log()).sum(-1) + 0.7 * (other * (other / label).log()).sum(-1)

    others = torch.distributions.Dirichlet(torch.ones(3).double()).sample((5000,))

    assert (far(others) >= far(0.3 * one + 0.7 * other)).all()


def test_steps_follow_a_folded_beta_distribution():
    torch.manual_seed(0)
    steps = everything().steps(torch.zeros(5000, 1).double())

    def folded(step: np.ndarray) -> np.ndarray:
        return 2 * stats.beta(2, 2).cdf(step)

    assert stats.kstest(steps, folded).pvalue > 1e-3 and steps.max() <= 0.5


def test_categories_and_missing_cells_stay():
    """Nothing lies between two categories, or between a value and a missing cell."""

    seen = []

    class Watched(Straight):
        def judge(self, x: torch.Tensor) -> torch.distributions.OneHotCategorical:
            seen.append(x)

            return torch.distributions.OneHotCategorical(torch.ones(len(x), 2))

    x = torch.stack([torch.arange(20.0), torch.arange(20.0) % 3, torch.full((20,), torch.nan)], -1)
    torch.manual_seed(0)
    Interpolation(1.0, True, torch.tensor([1.0, 0.0, 1.0])).between(Watched(), Watched(), x)
    _, middle = seen

    assert torch.equal(middle[:, 1], x[:, 1]) and middle[:, 2].isnan().all()
    assert (middle[:, 0] != x[:, 0]).sum() > 10


# The estimator


def test_penalties_follow_the_settings(monkeypatch):
    """`adversarial` acts around the rows, `interpolation` between them; the model sets its default."""

    x, y = load_wine(return_X_y=True)
    called = {Consistency: 0, Interpolation: 0}

    for kind in called:

        def count(self, *inputs, kind=kind, forward=kind.forward):
            called[kind] += 1

            return forward(self, *inputs)

        monkeypatch.setattr(kind, "forward", count)

    def steps(model: str, **recipe: float) -> tuple[int, int]:
        called.update(dict.fromkeys(called, 0))
        estimator = VAEClassifier(model, hidden=(8,), epochs=1, batch_size=len(y), random_state=0)
        estimator.set_params(recipe=RecipeOptions(**recipe)).fit(x, y)

        return called[Consistency], called[Interpolation]

    assert steps(model="shot") == (1, 1)
    assert steps(model="shot", adversarial=0) == (0, 1)
    assert steps(model="shot", interpolation=0) == (1, 0)
    assert steps(model="m2") == (1, 0)
    assert steps(model="m2", interpolation=0.5) == (1, 1)
    assert steps(model="cvae") == (0, 0)
