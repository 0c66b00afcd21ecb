"""The importance-weighted bound: written out draw by draw, and rising to the evidence with more draws."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy import stats
from torch.distributions import Normal

from semivae.conditional import Net
from semivae.families import choose_data
from semivae.models import M2, VAE
from semivae.models.bound import importance_weighted
from semivae.priors import LabelPrior
from semivae.schema import Schema
from semivae.variables import Variable

ROWS, CLASSES, LATENTS, DRAWS = 6, 3, 2, 4

COLUMNS = tuple(Variable(name, "real") for name in "abc")
SCHEMA = Schema(COLUMNS, Variable("label", "category", classes=tuple(range(CLASSES))))
PROBS = torch.tensor([0.5, 0.3, 0.2]).double()
X = torch.randn(ROWS, 3, generator=torch.Generator().manual_seed(0)).double()


def vae(samples: int) -> VAE:
    torch.manual_seed(0)

    return VAE.build(Schema(COLUMNS), choose_data(SCHEMA), Net((8,)), LATENTS, importance_samples=samples).double()


def m2(samples: int) -> M2:
    torch.manual_seed(0)
    family, prior = choose_data(SCHEMA), LabelPrior(PROBS)

    return M2.build(SCHEMA, family, Net((8,)), LATENTS, prior, importance_samples=samples).double()


def log_weights(model: VAE | M2, noise: torch.Tensor, *y: torch.Tensor) -> torch.Tensor:
    """The logarithms of the weights of draws of shape (S, B, D), written out, with shape (S, B)."""

    q = model.encoder(X, *y)
    q = Normal(q.mean, q.variance.sqrt())
    weights = []

    for draw in noise:
        z = q.mean + q.stddev * draw
        p = model.decoder(z, *y)
        (columns,) = p.joint
        cells = Normal(columns.mean, columns.stddev).log_prob(X)
        weights.append(cells.sum(-1) + Normal(0.0, 1.0).log_prob(z).sum(-1) - q.log_prob(z).sum(-1))

    return torch.stack(weights)


def noise_of(*shape: int) -> torch.Tensor:
    torch.manual_seed(1)

    return torch.randn(shape, dtype=torch.float64)


def test_bound_of_a_vae_matches_its_formula():
    model = vae(DRAWS)
    weights = log_weights(model, noise_of(DRAWS, ROWS, LATENTS))
    torch.manual_seed(1)
    terms = model.unlabeled(X)

    torch.testing.assert_close(terms.bound, weights.exp().mean(0).log())
    assert terms.bound.std() > 0.01, "rows too similar: the test could not fail"


def test_bound_of_m2_sums_the_bounds_of_the_classes():
    model = m2(DRAWS)
    noise = noise_of(DRAWS, CLASSES, ROWS, LATENTS)
    classes = torch.eye(CLASSES).double()
    given = [log_weights(model, noise[:, c], classes[c].expand(ROWS, -1)).exp().mean(0).log() for c in range(CLASSES)]
    probs = model.classifier(X).probs
    expected = sum(probs[:, c] * (given[c] + PROBS.log()[c] - probs[:, c].log()) for c in range(CLASSES))
    torch.manual_seed(1)

    torch.testing.assert_close(model.unlabeled(X).bound, expected)


def test_bound_of_labeled_rows_is_the_bound_of_their_class():
    model = m2(DRAWS)
    y = torch.eye(CLASSES).double()[torch.arange(ROWS) % CLASSES]
    weights = log_weights(model, noise_of(DRAWS, ROWS, LATENTS), y)
    torch.manual_seed(1)

    torch.testing.assert_close(model.labeled(X, y).bound, weights.exp().mean(0).log() + (y @ PROBS).log())


def test_likelihood_is_the_weighted_mean():
    likelihood, ratio = torch.randn(2, DRAWS, ROWS, generator=torch.Generator().manual_seed(2)).double()
    weights = (likelihood + ratio).exp()
    terms = importance_weighted(likelihood, ratio)

    torch.testing.assert_close(terms.likelihood, (weights * likelihood).sum(0) / weights.sum(0))
    torch.testing.assert_close(terms.likelihood - terms.kl["z"], weights.mean(0).log())


def test_gradient_is_the_weighted_mean_over_draws():
    """The gradient of the bound is the mean gradient of log w under the normalized weights, for all parameters."""

    model = vae(DRAWS)
    weights = log_weights(model, noise_of(DRAWS, ROWS, LATENTS))
    share = weights.softmax(0).detach()
    parameters = list(model.parameters())
    expected = torch.autograd.grad((share * weights).sum(), parameters)
    torch.manual_seed(1)
    found = torch.autograd.grad(model.unlabeled(X).bound.sum(), parameters)

    for one, other in zip(expected, found, strict=True):
        assert one.any()
        torch.testing.assert_close(other, one)


def test_one_draw_is_the_lower_bound():
    torch.manual_seed(1)
    terms = vae(1).unlabeled(X)
    q = vae(1).encoder(X)

    torch.testing.assert_close(terms.kl["z"], 0.5 * (q.mean**2 + q.variance - q.variance.log() - 1).sum(-1))


@pytest.mark.parametrize("samples", [2, 7])
def test_bound_is_the_evidence_at_the_exact_posterior(linear_vae, samples):
    """All weights of a row are equal, so one step gives the exact evidence of each row."""

    linear_vae.model.importance_samples = samples
    expected = linear_vae.pca.score_samples(linear_vae.x.numpy())

    np.testing.assert_allclose(linear_vae.model.unlabeled(linear_vae.x).bound.detach(), expected, rtol=1e-9)


def test_labeled_bound_is_the_joint_evidence_at_the_exact_posterior(linear_m2):
    linear_m2.model.importance_samples = 3
    y = torch.eye(3).double()[torch.arange(len(linear_m2.x)) % 3]
    shift = linear_m2.model.decoder.body.first.weights[1].detach().numpy()
    means = linear_m2.pca.mean_ + shift.T[np.arange(len(y)) % 3]
    rows = linear_m2.x.numpy() - means
    expected = stats.multivariate_normal(np.zeros(4), linear_m2.covariance).logpdf(rows) + (y @ PROBS).log().numpy()

    np.testing.assert_allclose(linear_m2.model.labeled(linear_m2.x, y).bound.detach(), expected, rtol=1e-6)


@pytest.mark.parametrize("fixture", ["linear_vae", "linear_m2"])
def test_bound_rises_to_the_evidence(fixture, request):
    """Under a wrong posterior, as means over rows and many draws: ELBO < IWAE(4) < ... < IWAE(256), then the evidence.

    For M2, whose sum over the label has a bound of its own, it rises to the labeled evidence.
    """

    linear = request.getfixturevalue(fixture)
    first = torch.eye(3).double()[0]

    def bounds(samples: int, repeats: int) -> torch.Tensor:
        linear.model.importance_samples = samples
        rows = linear.x[::3].repeat(repeats, 1)

        with torch.no_grad():
            terms = linear.model.labeled(rows, first.expand(len(rows), -1))

        return terms.bound.view(repeats, -1).mean(1)

    evidence = bounds(2, 1)[0]
    linear.model.encoder.body.first.bias.data += torch.tensor([0.3, -0.3, math.log(1.5), math.log(1.5)])
    torch.manual_seed(0)
    drawn = [bounds(samples, 4096 // samples) for samples in (1, 4, 16, 64, 256)]
    means = [part.mean().item() for part in drawn]
    errors = [part.std().item() / math.sqrt(len(part)) for part in drawn]

    assert all(more - fewer > 2 * error for (fewer, more), error in zip(pairwise(means), errors[:-1], strict=True)), (
        means
    )
    assert means[0] < evidence - 0.1
    assert means[-1] == pytest.approx(evidence.item(), abs=0.005 + 3 * errors[-1])
    assert means[-1] < evidence + 3 * errors[-1]
