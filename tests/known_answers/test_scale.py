"""The constant c of the Gaussian likelihood: fixed, or learned as one number."""

import math

import pytest
import torch

from semivae import ModelOptions, VAEEmbedding
from semivae.conditional import Net
from semivae.families import Gaussian, choose_data
from semivae.models import VAE
from semivae.schema import Schema
from semivae.variables import Variable

P = 4
SCHEMA = Schema(tuple(Variable(name, "real") for name in "abcd"))
X = torch.randn(50, P, generator=torch.Generator().manual_seed(0)).double()


def vae(scale: str | float) -> VAE:
    torch.manual_seed(0)

    return VAE.build(SCHEMA, choose_data(SCHEMA, scale=scale), Net((8,)), 2).double()


@pytest.mark.parametrize("c", [0.05, 2.0])
def test_loss_matches_its_formula(c):
    """Without the constant, the negative bound is the squared error over 2 c plus the divergence."""

    model = vae(math.sqrt(c))
    q = model.encoder(X)
    torch.manual_seed(1)
    terms = model.unlabeled(X)
    torch.manual_seed(1)
    error = (X - model.decoder(q.rsample()).mean).square().sum(-1)
    divergence = 0.5 * (q.mean.square() + q.variance - q.variance.log() - 1).sum(-1)

    torch.testing.assert_close(-terms.bound, error / (2 * c) + divergence + P / 2 * math.log(2 * math.pi * c))


def test_learned_constant_is_the_mean_squared_error():
    """Where the gradient is zero, c is the mean squared error over all entries."""

    family = Gaussian(P, "single").double()
    error = (X * torch.tensor([0.1, 0.5, 1.0, 2.0])).requires_grad_(False)
    assert [parameter.shape for parameter in family.parameters()] == [()]

    family.log_scale.data = (0.5 * error.square().mean().log()).double()
    (gradient,) = torch.autograd.grad(family(torch.zeros_like(error)).log_prob(error).mean(), family.log_scale)
    assert gradient.item() == pytest.approx(0.0, abs=1e-9)

    family.log_scale.data += 0.1
    (gradient,) = torch.autograd.grad(family(torch.zeros_like(error)).log_prob(error).mean(), family.log_scale)
    assert gradient < -0.5, "a larger c is worse"


def test_constant_is_learned_in_a_fit():
    rows = X[:, :1] * torch.tensor([1.0, -2.0, 3.0, 1.0]) + 0.5 * X
    settings = {"hidden": (8,), "latents": 2, "epochs": 400, "learning_rate": 0.02, "random_state": 0}
    model = VAEEmbedding(model=ModelOptions(scale="single"), **settings).fit(rows.numpy()).model_.double()
    x = (rows - rows.mean(0)) / rows.std(0, unbiased=False)
    torch.manual_seed(0)

    with torch.no_grad():
        error = (x - model.decoder(model.encoder(x).rsample(torch.Size([200]))).mean).square().mean()

    learned = (2 * model.decoder.family.gaussian.log_scale).exp()
    assert learned.item() == pytest.approx(error.item(), rel=0.1)
    assert learned < 0.5, "c has not moved"


def test_scale_cannot_collapse():
    """A value that is predicted exactly does not make the density infinite."""

    p = Gaussian(1)(torch.tensor([[0.0, -1e3], [0.0, 1e3]], requires_grad=True))

    assert p.log_prob(torch.zeros(2, 1)).isfinite().all()
    assert (p.variance > 0).all()
