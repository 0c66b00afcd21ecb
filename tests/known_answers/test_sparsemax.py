"""Sparsemax is the Euclidean projection onto the simplex, with the gradient of the projection."""

from itertools import combinations

import pytest
import torch

from semivae.marginal import sparse, sparsemax


def projection(scores: torch.Tensor) -> torch.Tensor:
    """The nearest point of the simplex, by bisection on the threshold."""

    low, high = scores.amin(-1, keepdim=True) - 1, scores.amax(-1, keepdim=True)

    for _ in range(100):
        middle = (low + high) / 2
        more = (scores - middle).relu().sum(-1, keepdim=True) > 1
        low, high = torch.where(more, middle, low), torch.where(more, high, middle)

    return (scores - low).relu()


@pytest.fixture
def scores() -> torch.Tensor:
    return (
        torch.randn(50, 7, generator=torch.Generator().manual_seed(0)).double() * torch.linspace(0.01, 3, 50)[:, None]
    )


def test_two_classes_have_a_closed_form():
    gap = torch.linspace(-3, 3, 25).double()
    expected = ((1 + gap) / 2).clamp(0, 1)

    torch.testing.assert_close(sparsemax(torch.stack([gap, gap * 0], -1)), torch.stack([expected, 1 - expected], -1))


def test_sparsemax_is_the_projection(scores):
    p = sparsemax(scores)

    torch.testing.assert_close(p, projection(scores))
    assert {1, 7} <= set((p > 0).sum(-1).tolist()), "the scores should give supports of all sizes"
    torch.testing.assert_close(sparsemax(scores + 5), p)


def test_gradient_matches_the_projection(scores):
    assert torch.autograd.gradcheck(sparsemax, scores.clone().requires_grad_())


@pytest.mark.parametrize("points", [1, 2, 3, 7, 9])
def test_sparse_is_the_nearest_distribution_over_few_classes(scores, points):
    """Checked against every choice of that many classes."""

    nearest, distance = torch.zeros_like(scores), torch.full((len(scores),), torch.inf).double()

    for chosen in map(list, combinations(range(7), min(points, 7))):
        candidate = torch.zeros_like(scores)
        candidate[:, chosen] = projection(scores[:, chosen])
        closer = (candidate - scores).square().sum(-1) < distance - 1e-12
        distance = torch.where(closer, (candidate - scores).square().sum(-1), distance)
        nearest = torch.where(closer[:, None], candidate, nearest)

    torch.testing.assert_close(sparse(scores, label_points=points).probs, nearest)


def test_few_classes_suffice_for_a_small_support(scores):
    few = (sparsemax(scores) > 0).sum(-1) <= 3

    assert few.any() and not few.all()
    torch.testing.assert_close(sparse(scores, label_points=3).probs[few], sparsemax(scores)[few])
