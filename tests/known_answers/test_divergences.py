"""Divergences in closed form against their definition."""

import math

import pytest
import torch

from semivae.families import Gaussian, Point
from semivae.models.terms import kl, log_weight
from semivae.priors import LabelPrior, StandardNormal

DRAWS = 200_000


@pytest.fixture
def q() -> torch.distributions.Distribution:
    """A Gaussian with three entries."""

    return Gaussian(3)(torch.tensor([0.5, -1.0, 0.0, -0.7, 0.2, 0.0]).double())


def test_latent_divergence_matches_its_formula(q):
    mean, variance = q.mean, q.variance
    expected = 0.5 * (mean.square() + variance - variance.log() - 1).sum()
    prior = StandardNormal(3).double()()

    torch.testing.assert_close(kl(q, prior, q.mean), expected)
    torch.testing.assert_close(kl(prior, prior, q.mean), torch.zeros(()).double())


def test_latent_divergence_is_its_mean_over_draws(q):
    torch.manual_seed(0)
    prior = StandardNormal(3).double()()
    z = q.sample(torch.Size([DRAWS]))
    ratio = q.log_prob(z) - prior.log_prob(z)

    assert kl(q, prior, z).item() == pytest.approx(ratio.mean().item(), abs=4 * ratio.std().item() / math.sqrt(DRAWS))
    assert ratio.std() / math.sqrt(DRAWS) < 0.01


def test_divergence_without_a_closed_form_is_estimated_at_the_draw(q):
    prior = torch.distributions.Independent(torch.distributions.StudentT(torch.full((3,), 5.0).double()), 1)
    z = q.sample()

    torch.testing.assert_close(kl(q, prior, z), q.log_prob(z) - prior.log_prob(z))


def test_point_has_no_divergence():
    p = Point(3)(torch.ones(5, 3))

    assert (kl(p, StandardNormal(3)(), p.mean) == 0).all()


def test_label_divergence_is_its_mean_over_draws():
    from semivae.marginal import exact

    torch.manual_seed(0)
    logits = torch.tensor([[0.0, 1.0, -2.0]]).double()
    prior = LabelPrior(torch.tensor([0.5, 0.3, 0.2]).double())
    log_probs = logits.log_softmax(-1)[0]
    draws = torch.distributions.Categorical(logits=logits[0]).sample(torch.Size([DRAWS]))
    ratio = log_probs[draws] - prior.logits[draws]

    found = exact(logits).kl(prior.logits)[0].item()
    assert found == pytest.approx(ratio.mean().item(), abs=4 * ratio.std().item() / math.sqrt(DRAWS))


def test_log_weight_of_a_draw(q):
    noise = torch.tensor([0.3, -0.5, 2.0]).double()
    prior = StandardNormal(3).double()()
    z, log_ratio = log_weight(q, prior, noise)

    torch.testing.assert_close(z, q.mean + q.stddev * noise if hasattr(q, "stddev") else z)
    torch.testing.assert_close(log_ratio, prior.log_prob(z) - q.log_prob(z))


def test_label_prior_choices():
    def probs(choice: object) -> list[float]:
        return LabelPrior.of([8, 0, 2], choice)().probs.tolist()

    assert probs("uniform") == pytest.approx([1 / 3] * 3)
    assert probs("labels") == pytest.approx([9 / 13, 1 / 13, 3 / 13])
    assert probs((0.5, 0.25, 0.25)) == pytest.approx([0.5, 0.25, 0.25])
