"""What every way to sum over a missing label keeps."""

import pytest
import torch
from torch.distributions import Categorical, kl_divergence

from semivae.marginal import Support, exact, marginals
from semivae.networks import Join

LOGITS = torch.tensor([[0.0, 1, -1, 3], [5, 5, 5, 5], [-200, 0, 0, 200]], dtype=torch.float64)
# More classes than any strategy that goes through a few goes through.
WIDE = torch.cat([LOGITS, LOGITS.flip(1) - 1], dim=1)

every_strategy = pytest.mark.parametrize("name", list(marginals))


def as_points(y: torch.Tensor, classes: int) -> torch.Tensor:
    """Label points, also of a support that holds classes."""

    return y if y.is_floating_point() else torch.eye(classes).double()[y.squeeze(-1)]


@every_strategy
@pytest.mark.parametrize("logits", [LOGITS, WIDE, WIDE[:1]], ids=["few", "many", "row"])
def test_support_has_its_shapes(name, logits):
    support = marginals[name](logits)
    (rows, classes), points = logits.shape, len(support.y)
    y = as_points(support.y, classes)

    assert support.weight.shape == (points, rows)
    assert y.shape[0] == points and y.shape[1] in (1, rows) and y.shape[2] == classes
    assert support.y.dim() == y.dim(), "classes take the place of points, axis by axis"
    torch.testing.assert_close(y.sum(-1), torch.ones(y.shape[:2]).double())
    assert (support.weight >= 0).all() and (y >= 0).all()


@every_strategy
def test_probabilities_are_a_distribution(name):
    support = marginals[name](WIDE)

    assert support.probs.shape == WIDE.shape and (support.probs >= 0).all()
    torch.testing.assert_close(support.probs.sum(-1), torch.ones(len(WIDE)).double())
    assert torch.equal(support.probs.argmax(-1), WIDE.argmax(-1))


@every_strategy
def test_expectation_of_a_constant_is_the_constant(name):
    """What is drawn or left out shifts no level: a likelihood of -500 nats stays one."""

    support = marginals[name](WIDE)
    level = torch.full(support.weight.shape, -500.0).double()

    torch.testing.assert_close(support.expect(level), level[0])


@pytest.mark.parametrize("name", ["sampled", "topk_sampled"])
def test_control_variate_of_a_row_does_not_see_its_draw(name):
    support = marginals[name](WIDE)
    values = torch.randn(support.weight.shape).double()
    base = support.baseline(values)

    assert base.any()

    for row in range(len(WIDE)):
        moved = values.clone()
        moved[-1, row] += 1
        assert support.baseline(moved)[row] == base[row]


@pytest.mark.parametrize("name", ["exact", "sparse", "topk"])
def test_weights_are_the_probabilities_of_their_classes(name):
    support = marginals[name](WIDE)
    classes = as_points(support.y, WIDE.shape[1]).argmax(-1).expand(support.weight.shape)  # (K, B)

    torch.testing.assert_close(support.weight, support.probs.gather(1, classes.T).T)
    torch.testing.assert_close(support.weight.sum(0), torch.ones(len(WIDE)).double())


@pytest.mark.parametrize("name", [name for name in marginals if name not in ("sparse", "topk")])
def test_the_others_stand_for_the_softmax(name):
    torch.testing.assert_close(marginals[name](WIDE).probs, WIDE.softmax(-1))


@every_strategy
def test_support_keeps_the_precision_of_the_logits(name):
    for dtype in (torch.float32, torch.float64):
        support = marginals[name](WIDE.to(dtype))

        assert support.y.dtype in (dtype, torch.int64)
        assert support.weight.dtype == support.probs.dtype == dtype


@every_strategy
def test_expectation_has_a_gradient(name):
    logits = WIDE.clone().requires_grad_()
    support = marginals[name](logits)
    y = as_points(support.y, WIDE.shape[1])
    (support.expect(y.square().sum(-1) * y[..., 3]) + support.kl(logits.new_zeros(8))).sum().backward()

    assert logits.grad.isfinite().all() and logits.grad.any()


@every_strategy
def test_draws_follow_the_seed(name):
    def draw() -> torch.Tensor:
        torch.manual_seed(3)

        return marginals[name](WIDE).y

    assert torch.equal(draw(), draw())


@every_strategy
def test_support_is_one_graph(name):
    """Shapes depend on no value, so that a step can be compiled whole, and once for all temperatures."""

    graphs = []

    def count(graph, inputs):
        graphs.append(graph)

        return graph

    def sums(logits: torch.Tensor, progress: torch.Tensor) -> torch.Tensor:
        support = marginals[name](logits, progress)

        return support.expect(support.weight * logits.sum(-1)) + support.kl(logits[0])

    def seeded(function, progress: float) -> torch.Tensor:
        torch.manual_seed(0)

        return function(WIDE, torch.tensor(progress))

    torch._dynamo.reset()
    compiled = torch.compile(sums, fullgraph=True, backend=count)

    for progress in (0.1, 0.7):
        torch.testing.assert_close(seeded(compiled, progress), seeded(sums, progress))

    assert len(graphs) == 1


def test_what_relaxes_says_so():
    relaxed = {name for name in marginals if marginals[name](LOGITS).relaxed}

    assert relaxed == {"gumbel", "logistic_normal", "logistic_normal_st"}


@pytest.mark.parametrize("place", [0, 1])
def test_class_is_looked_up_as_its_point_is_multiplied(place):
    """A network answers a class as it does its one-hot point, in value and gradient, wherever it comes in."""

    torch.manual_seed(0)
    join = Join([3, 5] if place else [5, 3], 4).double()
    x, classes = torch.randn(6, 3).double(), torch.randint(5, (2, 6, 1))
    answers = []

    for y in (classes, torch.eye(5).double()[classes.squeeze(-1)]):
        value = join(x, y) if place else join(y, x)
        answers.append([value, *torch.autograd.grad(value.square().sum(), list(join.parameters()))])

    assert answers[0][0].shape == (2, 6, 4)
    torch.testing.assert_close(*answers)


def test_exact_is_the_brute_force_sum():
    def f(y: torch.Tensor) -> torch.Tensor:
        return torch.sin(y @ torch.arange(1.0, 5.0).double()) + y[..., 2]

    support = exact(LOGITS)
    brute = sum(LOGITS.softmax(-1)[:, c] * f(torch.eye(4).double()[c]) for c in range(4))

    torch.testing.assert_close(support.expect(f(support.y).expand(4, 3)), brute)


def test_divergence_of_the_label_is_the_closed_form():
    prior = torch.tensor([0.1, 0.2, 0.3, 0.4]).double()
    q = LOGITS.softmax(-1)
    expected = kl_divergence(Categorical(q), Categorical(prior))

    torch.testing.assert_close(exact(LOGITS).kl(prior.log()), expected)
    # It holds the entropy of q(y | x), with its sign: a sure answer costs more than an unsure one.
    uniform = torch.full((4,), 0.25).double().log()
    sure, unsure = exact(torch.tensor([[50.0, 0, 0, 0], [0, 0, 0, 0]]).double()).kl(uniform)
    torch.testing.assert_close(torch.stack([sure, unsure]), torch.tensor([4.0, 1.0]).double().log())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@every_strategy
def test_class_that_underflows_gives_no_nan(name, dtype):
    logits = torch.tensor([[0.0, -1e4, 900.0]], dtype=dtype, requires_grad=True)
    prior = torch.full((3,), 1 / 3, dtype=dtype).log()
    support = marginals[name](logits)
    kl = support.kl(prior)
    (kl + support.expect(torch.ones_like(support.weight))).sum().backward()

    assert support.probs[0, 1] == 0
    torch.testing.assert_close(kl, torch.tensor([3.0], dtype=dtype).log())
    assert logits.grad.isfinite().all()


def test_support_is_a_plain_tuple():
    assert Support._fields == ("y", "weight", "probs", "baseline", "relaxed")
