"""Several targets: their likelihood written out by hand, and equality with a single target."""

import math

import pytest
import torch
from torch.distributions import Categorical, Independent, Normal, kl_divergence

from semivae.batch import Batch, Labeled
from semivae.conditional import Net
from semivae.families import choose_data
from semivae.models import Predictor
from semivae.models.asked import draw_asked
from semivae.objectives import Consistency
from semivae.ranks import ALONE
from semivae.schema import Schema
from semivae.variables import Variable

ROWS = 6

X = (Variable("a", "real", missing=True), Variable("b", "category", classes=("x", "y")), Variable("c", "real"))
KIND = Variable("kind", "category", classes=(0, 1, 2))
PRICE = Variable("price", "real")
AGE = Variable("age", "real")
SOLD = Variable("sold", "category", classes=(False, True))


def several(*parts: Variable) -> Variable:
    return Variable("targets", "several", parts=parts)


def built(target: Variable) -> Predictor:
    """A predictor of a target; targets with equally many features get equal weights."""

    torch.manual_seed(0)
    schema = Schema(X, target)
    model = Predictor.build(schema, choose_data(schema), Net((8,)), 2).double()

    for name, parameter in model.named_parameters():
        if name.endswith("log_scale"):
            parameter.data.fill_(-0.3)

    return model


@pytest.fixture
def x() -> torch.Tensor:
    """Rows, one with a missing cell."""

    x = torch.randn(ROWS, 3, generator=torch.Generator().manual_seed(1)).double()
    x[:, 1] = torch.tensor([0.0, 1, 0, 1, 1, 0])
    x[3, 0] = torch.nan

    return x


@pytest.fixture
def y() -> torch.Tensor:
    """Points of kind, price, sold and age; rows have all, some or one of them."""

    y = torch.tensor([[0.0, 0.5, 1, -1], [2, -1, 0, 2], [1, 2, 1, 0], [0, 0, 0, 1], [1, 1, 1, 1], [2, 0, 0, -2]])
    y[1, 0] = y[2, 1] = y[3, 2] = y[4, :3] = y[5, 1:] = torch.nan

    return y.double()


def prediction(model: Predictor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    found = model.labeled(x, y).prediction
    assert found is not None

    return found


def test_prediction_is_the_likelihood_of_the_known_targets(x, y):
    model = built(several(KIND, PRICE, SOLD, AGE))
    features = model.head.body(model.encoder(x).mean)  # price, age, kind, sold
    expected = []

    for row, known in zip(features, y, strict=True):
        each = [
            Categorical(logits=row[2:5]).log_prob(known[0]) if not known[0].isnan() else None,
            Normal(row[0], math.exp(-0.3)).log_prob(known[1]) if not known[1].isnan() else None,
            Categorical(logits=row[5:7]).log_prob(known[2]) if not known[2].isnan() else None,
            Normal(row[1], math.exp(-0.3)).log_prob(known[3]) if not known[3].isnan() else None,
        ]
        expected.append(torch.stack([value for value in each if value is not None]).sum())

    torch.testing.assert_close(prediction(model, x, y), torch.stack(expected))


@pytest.mark.parametrize("target", [KIND, PRICE], ids=["class", "value"])
def test_single_target_matches_its_own_model(target, x, y):
    one, alone = built(several(target)), built(target)
    points = y[:, 1:2].nan_to_num() if target is PRICE else y[:, :1].nan_to_num()
    label = points if target is PRICE else torch.eye(3).double()[points[:, 0].long()]

    assert all(map(torch.equal, one.head.body.parameters(), alone.head.body.parameters()))
    torch.testing.assert_close(prediction(one, x, points), prediction(alone, x, label))
    torch.testing.assert_close(one.beliefs(x)[-1 if target is KIND else 0].mean, alone.predict(x).mean)


def test_row_without_targets_has_no_prediction_and_no_gradient(x):
    model = built(several(KIND, PRICE))
    nothing = prediction(model, x, torch.full((ROWS, 2), torch.nan).double())
    nothing.sum().backward()

    assert (nothing == 0).all()
    assert all((parameter.grad == 0).all() for parameter in model.head.parameters())


def test_missing_target_gives_its_output_no_gradient(x, y):
    model = built(several(KIND, PRICE))
    points = y[:, :2].clone()
    points[:, 1] = torch.nan
    prediction(model, x, points).nan_to_num().sum().backward()
    *_, last = [parameter for name, parameter in model.head.body.named_parameters() if name.endswith("weight")]

    assert (last.grad[0] == 0).all() and last.grad[1:].any(), "features: first price, then kinds"


def test_latents_are_drawn_given_the_known_targets():
    r"""With y = z_0 + noise, the posterior of z_0 is Gaussian; z_1, which only the other target reads, is unchanged.

    Rows give their latents back here.
    """

    schema = Schema(X, several(KIND, PRICE))
    model = Predictor.build(schema, choose_data(schema), Net(()), 2).double()
    (weight,), bias = model.head.body.first.weights, model.head.body.first.bias
    weight.data = torch.tensor([[1.0, 0], [0, 9], [0, 0], [0, -9]]).double()
    bias.data.zero_()
    model.head.family.gaussian.log_scale.data.fill_(math.log(0.5))
    torch.manual_seed(0)
    asked = torch.tensor([[torch.nan, 1.5]]).double().expand(5_000, 2)
    z = draw_asked(model.latent(), lambda z: Independent(Normal(z, 0.1), 1), model.head, asked)

    torch.testing.assert_close(z.mean(0), torch.tensor([1.2, 0.0]).double(), atol=0.05, rtol=0)
    torch.testing.assert_close(z.var(0), torch.tensor([0.2, 1.0]).double(), atol=0.08, rtol=0)


@pytest.mark.parametrize("radius", [0.0, 0.5])
def test_consistency_is_the_sum_over_the_targets(x, radius):
    model = built(several(KIND, PRICE, SOLD)).eval()
    prior = torch.cat([torch.full((3,), 1 / 3), torch.tensor([0.2, 0.8])]).log().double()
    penalty = Consistency(1.0, radius, torch.tensor([1.0, 0, 1]).double(), prior)
    nudged = []
    real = penalty.worst

    def worst(model, rows, here, probe):
        nudged.append(real(model, rows, here, probe))

        return nudged[-1]

    penalty.worst = worst  # type: ignore[method-assign]
    found = penalty(model, Batch(Labeled(x, torch.zeros(0)), None), torch.zeros(()))
    moved = x + radius * penalty.nearest(x, ALONE) * nudged[0]
    value, kind, sold = model.beliefs(x)

    expected = sum(kl_divergence(p, q).mean() for p, q in zip((value, kind, sold), model.beliefs(moved), strict=True))
    expected += 0.3 * (kind.entropy() + sold.entropy()).mean()
    expected += sum(
        (p.mean(0) * (p.mean(0).log() - q)).sum() for p, q in ((kind.mean, prior[:3]), (sold.mean, prior[3:]))
    )

    torch.testing.assert_close(found, expected)
