"""Missing cells of linear-Gaussian models are drawn from their known distribution."""

import numpy as np
import pytest
import torch

from semivae.engine import row_noise
from semivae.models.completion import latents_given, start_at
from semivae.priors import CorrelatedMixture

ROWS, CHAINS, MOVES = 6, 16, 25
# The two columns that are missing; one is far off what the encoder takes it for.
HOLES = [1, 2]


def draws(linear, x, unread):
    """The means of cells at draws of the latent given the observed ones, with shape (S, B, P)."""

    model = linear.model
    start = start_at(model, x, torch.ones(2, dtype=x.dtype), torch.full((len(x),), unread))
    z = latents_given(model, x, start, lambda step, size: row_noise(x, CHAINS, size, step), MOVES)

    with torch.no_grad():
        return torch.stack([model.decode(one).mean for one in z]).numpy()


@pytest.mark.parametrize("unread", [False, True])
def test_cells_have_the_conditional_of_a_gaussian(linear_vae, unread):
    x = linear_vae.x[:ROWS].clone()
    x[:, HOLES] = torch.nan
    seen = [j for j in range(x.shape[1]) if j not in HOLES]
    weights = linear_vae.covariance[np.ix_(HOLES, seen)] @ np.linalg.inv(linear_vae.covariance[np.ix_(seen, seen)])
    mean = linear_vae.pca.mean_[HOLES] + (x[:, seen].numpy() - linear_vae.pca.mean_[seen]) @ weights.T
    covariance = linear_vae.covariance[np.ix_(HOLES, HOLES)] - weights @ linear_vae.covariance[np.ix_(seen, HOLES)]
    found = draws(linear_vae, x, unread)[..., HOLES]
    # The noise of a cell itself is not drawn here.
    covariance = covariance - linear_vae.pca.noise_variance_ * np.eye(2)
    deviation = np.sqrt(np.diag(covariance))

    # With 400 draws, some of them correlated.
    np.testing.assert_allclose((found.mean(axis=0) - mean) / deviation, 0, atol=0.35)
    assert np.abs((found.mean(axis=0) - mean) / deviation).mean() < 0.1
    np.testing.assert_allclose(found.std(axis=0).mean(axis=0) / deviation, 1, atol=0.1)
    assert np.corrcoef((found - found.mean(axis=0)).reshape(-1, 2).T)[0, 1] == pytest.approx(
        covariance[0, 1] / deviation.prod(), abs=0.1
    )


def test_labels_have_the_posterior_of_a_mixture(linear_m2):
    """Shares of classes given a few cells agree with the exact ones."""

    from scipy.stats import multivariate_normal
    from tests.known_answers.conftest import PROBS, class_shift

    x = linear_m2.x[:ROWS].clone()
    x[:, HOLES] = torch.nan
    seen = [0, 3]
    exact = np.stack(
        [
            prob
            * multivariate_normal((linear_m2.pca.mean_ + shift)[seen], linear_m2.covariance[np.ix_(seen, seen)]).pdf(
                x[:, seen].numpy()
            )
            for prob, shift in zip(PROBS, class_shift(4).T, strict=True)
        ]
    )
    start = start_at(linear_m2.model, x, torch.ones(2, dtype=x.dtype), torch.zeros(ROWS, dtype=torch.bool))
    z = latents_given(linear_m2.model, x, start, lambda step, size: row_noise(x, CHAINS, size, step), MOVES)

    with torch.no_grad():
        logits = torch.stack([linear_m2.model.class_log_joints(x, one) for one in z])

    np.testing.assert_allclose(logits.softmax(1).mean(0), exact / exact.sum(axis=0), atol=0.1)


def test_value_is_integrated_out():
    """The density without the value is the mean of those given draws of it."""

    torch.manual_seed(0)
    prior = CorrelatedMixture(2, 3, values=1).double()
    for weight in prior.parameters():
        weight.data = 0.03 * torch.randn_like(weight)

    z = torch.randn(5, 2, dtype=torch.float64)
    values = torch.linspace(-6, 6, 601, dtype=torch.float64)[:, None]
    weights = torch.distributions.Normal(0.0, 1.0).log_prob(values[:, 0]).softmax(0).log()
    given = torch.stack([prior.log_prob(one.expand(601, 2), values)[:, 0] for one in z])

    torch.testing.assert_close(prior.log_marginal(z), (given + weights).logsumexp(-1))
