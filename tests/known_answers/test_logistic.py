"""The discretized logistic family against brute force, in both precisions, and the bits of an image."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from semivae import DataOptions, ModelOptions, VAEClassifier, VAEEmbedding
from semivae.data.sets.named import load
from semivae.evaluation import evidence
from semivae.families import Logistic
from semivae.families.logistic import DEVIATION

LOC = torch.tensor([-1e6, -3, -0.1, 0, 0.3, 0.5003, 1, 1.2, 4, 1e6]).double()
FAMILIES = [(levels, scale) for levels in (2, 17, 256, 4096) for scale in (0.001, 0.02, 0.1, 3.0)]

every = pytest.mark.parametrize(("levels", "scale"), FAMILIES)


def over(levels: int) -> torch.Tensor:
    return torch.arange(levels).double() / (levels - 1)


@every
@pytest.mark.parametrize(("dtype", "error"), [(torch.float64, 1e-12), (torch.float32, 2e-3)])
def test_probabilities_sum_to_one(levels, scale, dtype, error):
    """Single precision rounds 1/4095 to a thousandth of the narrowest scale."""

    p = Logistic(1, levels, scale)(LOC[:, None].to(dtype))
    log_probability = p.log_prob(over(levels).to(dtype)[:, None, None])

    assert log_probability.isfinite().all() and (log_probability <= 0).all()
    torch.testing.assert_close(log_probability.logsumexp(0), torch.zeros(len(LOC)).to(dtype), atol=error, rtol=0)


@every
def test_probability_is_a_difference_of_distribution_functions(levels, scale):
    """Where the difference has digits."""

    near = LOC[LOC.abs() < 2]
    found = Logistic(1, levels, scale)(near[:, None]).log_prob(over(levels)[:, None, None]).exp()
    edges = np.concatenate([[-np.inf], (np.arange(levels - 1) + 0.5) / (levels - 1), [np.inf]])
    cumulative = stats.logistic.cdf(edges[:, None], near.numpy(), scale / DEVIATION)

    np.testing.assert_allclose(found, np.diff(cumulative, axis=0), atol=1e-11)


@every
def test_gradients_of_far_means_are_finite_and_lead_back(levels, scale):
    family = Logistic(1, levels, "single", scale)
    loc = torch.tensor([[-1e4], [1e4]], requires_grad=True)
    family(loc).log_prob(torch.full((2, 1), round(levels / 2) / (levels - 1))).sum().backward()

    assert loc.grad[0] > 0 > loc.grad[1] or levels == 2
    assert loc.grad.isfinite().all() and family.log_scale.grad.isfinite()


def test_gradient_is_that_of_the_formula():
    family = Logistic(3, 17, "learned").double()
    x = torch.tensor([[0, 5, 16]]).double() / 16
    features = torch.tensor([[0.2, 0.3, 0.7, -0.5, 0.1, 0.4]]).double().requires_grad_()

    assert torch.autograd.gradcheck(lambda f: family(f).log_prob(x), features)


@pytest.mark.parametrize(("levels", "error"), [(2, 1e-9), (17, 1e-9), (256, 0.1 / 255)])
def test_mean_is_that_of_the_levels(levels, error):
    """Up to a tenth of a level, if there are many."""

    family = Logistic(1, levels, "single", 1e-9)
    p = family(torch.linspace(-0.2, 1.2, 501).double()[:, None])
    x = over(levels)[:, None, None]

    np.testing.assert_allclose(p.mean[:, 0].detach(), (p.log_prob(x).exp() * x[..., 0]).sum(0).detach(), atol=error)


def test_samples_are_levels():
    torch.manual_seed(0)
    p = Logistic(1, 5, 0.3)(torch.tensor([[0.4]]).double())
    drawn = p.sample(torch.Size([50_000])).flatten()
    expected = p.log_prob(over(5)[:, None, None]).exp().flatten()

    torch.testing.assert_close((drawn[:, None] == over(5)).double().mean(0), expected, atol=0.01, rtol=0)


def test_scale_cannot_collapse():
    """A pixel that is predicted exactly costs nothing, and more certainty gains little."""

    family = Logistic(1, 256, "learned")
    p = family(torch.tensor([[100 / 255, -1e9]]))

    assert p.log_prob(torch.tensor([[100 / 255]])).exp().item() == pytest.approx(2 / (1 + math.exp(-2)) - 1, rel=1e-4)
    assert family(torch.tensor([[-50.0, 0.0]])).log_prob(torch.zeros(1, 1)).item() == pytest.approx(0)


def test_a_compiled_step_says_the_same():
    family = Logistic((1, 4, 4), 17, "single")
    features = torch.randn(3, 5, 16, generator=torch.Generator().manual_seed(0))
    x = torch.randint(0, 17, (5, 1, 4, 4), generator=torch.Generator().manual_seed(1)) / 16

    def score(features: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        return family(features).log_prob(x)

    compiled = torch.compile(score, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(features, x), score(features, x))


def test_bits_of_noise_are_all_bits():
    """No model says bytes of noise in fewer than 8 bits, and one that knows their range needs little more."""

    noise = np.random.default_rng(0).integers(0, 256, (300, 4, 4)).astype(np.uint8)
    fit = VAEEmbedding(ModelOptions("vae", scale=10.0), latents=1, epochs=2, random_state=0).fit(noise)
    bits = evidence(fit.score_samples(noise), 16)["bits_per_dimension"]

    assert fit.plan_.likelihood == "logistic" and 8 < bits
    # A wide logistic gives all but nothing to the levels inside.
    assert evidence(np.full(3, -16 * math.log(256)), 16)["bits_per_dimension"] == pytest.approx(8)


def test_likelihoods_of_digits():
    """Levels are said in fewer bits by a model that was fitted, and a threshold leaves less than a bit per pixel."""

    rows = load("digits").x[:500]
    fits = [
        VAEEmbedding(model="vae", epochs=20, random_state=0, data=DataOptions(binarize=binarize)).fit(rows)
        for binarize in (None, "static")
    ]
    bits = [evidence(fit.score_samples(rows), 64)["bits_per_dimension"] for fit in fits]

    assert bits[0] < math.log2(17) and bits[1] < 1
    assert not {"bits_per_dimension"} & set(evidence(fits[0].score_samples(rows)))


@pytest.mark.parametrize("scale", ["auto", "shared", "learned", 0.1])
def test_every_scale_fits_and_stays_saved(scale, tmp_path):
    from semivae import load as load_model

    data = load("digits")
    y = np.where(np.arange(200) % 4 == 0, data.y[:200], -1)
    fit = VAEClassifier(ModelOptions(scale=scale), epochs=1, random_state=0).fit(data.x[:200], y)
    fit.save(tmp_path / "m")

    assert fit.plan_.likelihood == "logistic" and fit.plan_.scale == ("single" if scale == "auto" else scale)
    np.testing.assert_array_equal(load_model(tmp_path / "m").score_samples(data.x[:9]), fit.score_samples(data.x[:9]))
    assert fit.sample(2, random_state=0).max() <= 16
