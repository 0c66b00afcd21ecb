"""What every way to sum over a missing label keeps."""

import pytest
import torch
from torch.distributions import Categorical, kl_divergence

from semivae.marginal import Support, exact, marginals

LOGITS = torch.tensor([[0.0, 1, -1, 3], [5, 5, 5, 5], [-200, 0, 0, 200]], dtype=torch.float64)

every_strategy = pytest.mark.parametrize("name", list(marginals))


@every_strategy
def test_support_stands_for_the_posterior(name):
    support = marginals[name](LOGITS)
    (rows, classes), points = LOGITS.shape, len(support.y)

    assert support.weight.shape == (points, rows)
    assert support.y.shape[0] == points and support.y.shape[1] in (1, rows) and support.y.shape[2] == classes
    torch.testing.assert_close(support.probs, LOGITS.softmax(-1))
    torch.testing.assert_close(support.weight.sum(0), torch.ones(rows).double())
    torch.testing.assert_close(support.y.sum(-1), torch.ones(support.y.shape[:2]).double())
    assert (support.weight >= 0).all() and (support.y >= 0).all()


@every_strategy
def test_support_keeps_the_precision_of_the_logits(name):
    for dtype in (torch.float32, torch.float64):
        assert {part.dtype for part in marginals[name](LOGITS.to(dtype))} == {dtype}


@every_strategy
def test_expectation_has_a_gradient(name):
    logits = LOGITS.clone().requires_grad_()
    support = marginals[name](logits)
    support.expect(support.y.square().sum(-1) * support.y[..., 0]).sum().backward()

    assert logits.grad.isfinite().all() and logits.grad.any()


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
def test_class_that_underflows_gives_no_nan(dtype):
    logits = torch.tensor([[0.0, -1e4, 900.0]], dtype=dtype, requires_grad=True)
    prior = torch.full((3,), 1 / 3, dtype=dtype).log()
    kl = exact(logits).kl(prior)
    kl.sum().backward()

    assert exact(logits).probs[0, 1] == 0
    torch.testing.assert_close(kl, torch.tensor([3.0], dtype=dtype).log())
    assert logits.grad.isfinite().all()


def test_support_is_a_plain_tuple():
    assert Support._fields == ("y", "weight", "probs")
