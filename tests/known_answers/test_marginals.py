"""Every way to sum over a missing label, against the brute-force sum."""

from functools import partial
from statistics import NormalDist

import pytest
import torch

from semivae.conditional import Net
from semivae.families import Categorical, Point, choose_data
from semivae.marginal import (
    Marginalize,
    exact,
    gumbel,
    gumbel_st,
    logistic_normal,
    sampled,
    sparse,
    topk,
    topk_sampled,
)
from semivae.marginal.relaxed import relaxed
from semivae.models import M2
from semivae.objectives import ELBO
from semivae.priors import LabelPrior, StandardNormal
from semivae.schema import Schema
from semivae.variables import Variable

CLASSES, ROWS = 5, 4
PRIOR = torch.tensor([0.3, 0.3, 0.2, 0.1, 0.1]).double()
LOGITS = torch.tensor([[0.0, 1, -1, 0.5, 2], [3, 0, 0, 0, 0], [0, 0, 0, 0, 0], [-2, 2, 1, 1, -5]]).double()
# Values of the classes in a row, at the level of a likelihood, so that the noise is realistic.
WORTH = -500 + 20 * torch.randn(ROWS, CLASSES, generator=torch.Generator().manual_seed(1)).double()

UNBIASED = {
    "sampled": sampled,
    "topk_sampled 1": partial(topk_sampled, label_points=1),
    "topk_sampled 3": partial(topk_sampled, label_points=3),
    "topk_sampled all": partial(topk_sampled, label_points=9),
}
every_unbiased = pytest.mark.parametrize("marginalize", list(UNBIASED.values()), ids=list(UNBIASED))

# Limit in standard errors for each of the few hundred coordinates of a mean over draws.
FAR = 5.0


@pytest.fixture
def model() -> M2:
    """An M2 model whose latent is a point, so that the bound of each class is an exact number."""

    torch.manual_seed(0)
    schema = Schema((Variable("a", "real"), Variable("b", "real")))
    net = Net((6,))

    return M2(
        encoder=net(schema.x, CLASSES, to=Point(3)),
        decoder=net(3, CLASSES, to=choose_data(schema)),
        classifier=net(schema.x, to=Categorical(CLASSES)),
        prior=StandardNormal(3),
        label_prior=LabelPrior(PRIOR),
    ).double()


@pytest.fixture
def x() -> torch.Tensor:
    return 3 * torch.randn(ROWS, 2, generator=torch.Generator().manual_seed(0)).double()


def bounds(model: M2, x: torch.Tensor) -> torch.Tensor:
    """The bound of each row with each class, without the prior of the class, with shape (C, B)."""

    return torch.stack([model.joint(x, y.expand(len(x), CLASSES)).bound for y in torch.eye(CLASSES).double()])


def errors_off(draws: torch.Tensor, expected: torch.Tensor) -> torch.Tensor:
    """Errors of the mean over the first axis, in standard errors; without spread the mean must be exact."""

    spread = draws.std(0) / len(draws) ** 0.5

    return (draws.mean(0) - expected).abs() / (spread + 1e-9 * (1 + expected.abs()))


def worth_of(y: torch.Tensor, copies: int) -> torch.Tensor:
    """The values of label points or classes in copies of the rows, with shape (K, copies * B)."""

    worth = WORTH.repeat(copies, 1)

    if y.is_floating_point():
        return (y * worth).sum(-1)

    return worth.gather(1, y.squeeze(-1).T).T


def estimate(marginalize: Marginalize, copies: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Draws of the expectation, with shape (copies, B), and of its gradient by the logits, (copies, B, C)."""

    torch.manual_seed(0)
    logits = LOGITS.repeat(copies, 1).requires_grad_()
    support = marginalize(logits)
    values = support.expect(worth_of(support.y, copies))
    (gradient,) = torch.autograd.grad(values.sum(), logits)

    return values.detach().view(copies, ROWS), gradient.view(copies, ROWS, CLASSES)


TRUE = [part[0] for part in estimate(exact, 1)]


# Sums over few classes


@pytest.mark.parametrize("marginalize", [sparse, topk])
@pytest.mark.parametrize("points", [1, 2, 3, 5])
def test_few_classes_give_the_bound_of_their_posterior(marginalize, points, model, x):
    """The bound of any q(y | x) is its sum minus its divergence, so this is an exact bound, not an estimate."""

    model.marginalize = partial(marginalize, label_points=points)
    q = model.marginalize(model.classifier(x).logits).probs
    divergence = torch.where(q > 0, q * (q.clamp_min(1e-300).log() - PRIOR.log()), 0.0).sum(-1)
    brute = (q.T * bounds(model, x)).sum(0) - divergence

    assert ((q > 0).sum(-1) <= points).all()
    torch.testing.assert_close(model.unlabeled(x).bound, brute)

    best = (bounds(model, x) + PRIOR.log()[:, None]).logsumexp(0)
    assert (brute <= best + 1e-9).all()


@pytest.mark.parametrize(
    ("marginalize", "logits"),
    [
        (partial(topk, label_points=9), LOGITS),
        (partial(topk, label_points=2), LOGITS - 80 * (torch.arange(CLASSES) > 1)),
        (partial(topk_sampled, label_points=2), LOGITS - 80 * (torch.arange(CLASSES) > 1)),
        (partial(topk_sampled, label_points=9), LOGITS),
        (partial(sparse, label_points=1), 90 * torch.eye(CLASSES).double()[:ROWS]),
    ],
)
def test_few_classes_are_exact_if_they_hold_all_mass(marginalize, logits):
    support = marginalize(logits)

    torch.testing.assert_close(support.expect(worth_of(support.y, 1)), (logits.softmax(-1) * WORTH).sum(-1))
    torch.testing.assert_close(support.kl(PRIOR.log()), exact(logits).kl(PRIOR.log()))


def test_topk_is_biased():
    """This shows that the tests for unbiased estimates can fail."""

    values, gradient = estimate(partial(topk, label_points=2), 10)

    assert errors_off(values, TRUE[0]).max() > FAR
    assert errors_off(gradient, TRUE[1]).max() > FAR


# Draws


@every_unbiased
def test_draws_are_right_on_average(marginalize):
    values, gradient = estimate(marginalize, 20_000)

    assert errors_off(values, TRUE[0]).max() < FAR
    assert errors_off(gradient, TRUE[1]).max() < FAR


@every_unbiased
def test_gradient_of_every_weight_is_right_on_average(marginalize, model, x):
    weights = list(model.parameters())

    def gradient(copies: int) -> torch.Tensor:
        bound = model.unlabeled(x.repeat(copies, 1)).bound.sum() / copies

        return torch.cat([part.flatten() for part in torch.autograd.grad(bound, weights)])

    expected = gradient(1)
    model.marginalize = marginalize
    torch.manual_seed(0)
    off = errors_off(torch.stack([gradient(200) for _ in range(40)]), expected)

    # The spread of only 40 means is itself uncertain.
    assert off.max() < FAR + 1
    assert expected.count_nonzero() > 0.8 * len(expected)


def test_most_probable_classes_and_control_variates_reduce_noise():
    def spread(marginalize: Marginalize) -> float:
        return float(estimate(marginalize, 2000)[1].var(0).sum())

    without = spread(lambda logits: sampled(logits)._replace(baseline=None))
    drawn, few, more = (spread(UNBIASED[name]) for name in ("sampled", "topk_sampled 1", "topk_sampled 3"))

    assert without > 100 * drawn
    assert drawn > few > more > spread(UNBIASED["topk_sampled all"])


# Relaxations


@pytest.mark.parametrize("marginalize", [gumbel, gumbel_st])
def test_relaxation_tends_to_the_sum_of_a_linear_function(marginalize):
    values, _ = estimate(partial(marginalize, temperature=0.01), 20_000)
    near = (values.mean(0) - TRUE[0]).abs().max()

    warm, _ = estimate(partial(gumbel, temperature=1.0), 20_000)

    assert near < 0.5 and errors_off(values, TRUE[0]).max() < FAR
    assert (warm.mean(0) - TRUE[0]).abs().max() > 1.0


def test_straight_through_gives_one_class_and_keeps_the_gradient():
    torch.manual_seed(0)
    logits = LOGITS.clone().requires_grad_()
    y = gumbel_st(logits).y
    torch.manual_seed(0)
    soft = gumbel(logits).y

    assert torch.equal(y.detach(), torch.eye(CLASSES).double()[soft.argmax(-1)])
    torch.testing.assert_close(*(torch.autograd.grad((p * WORTH).sum(), logits)[0] for p in (y, soft)))


def test_logistic_normal_tends_to_the_normal_integral():
    """For two classes the result is a probit, not the logit of the posterior."""

    torch.manual_seed(0)
    logits = torch.tensor([[1.5, 0.0]]).double().expand(40_000, 2)
    share = logistic_normal(logits, temperature=0.01).y[0, :, :1]
    probit = torch.tensor([NormalDist().cdf(1.5 / 2**0.5)]).double()

    assert errors_off(share, probit).max() < FAR
    assert errors_off(share, logits.softmax(-1)[0, :1]).max() > FAR


@pytest.mark.parametrize(
    ("progress", "lowest", "temperature"), [(0.0, 0.5, 1.0), (0.25, 0.25, 0.5), (0.5, 0.1, 0.1), (0.9, 0.5, 0.5)]
)
def test_temperature_falls_to_its_minimum(progress, lowest, temperature):
    for done in (progress, torch.tensor(progress)):
        y = relaxed(LOGITS, torch.zeros_like(LOGITS), done, lowest).y[0]
        torch.testing.assert_close(y, (LOGITS / temperature).softmax(-1), atol=1e-4, rtol=1e-3)


def test_relaxed_value_is_not_logged_as_a_bound(model, x):
    for marginalize, name in ((gumbel, "unlabeled_relaxed"), (sampled, "unlabeled_bound")):
        model.marginalize = marginalize
        _, logs = ELBO()(None, model.unlabeled(x), torch.ones(()))

        assert {"unlabeled_relaxed", "unlabeled_bound"} & set(logs) == {name}
