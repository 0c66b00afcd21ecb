"""Latents of an asked label, with a predictor that is sure and wrong where no row lies."""

import math

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.svm import SVC
from torch.distributions import Independent, Normal

from semivae import VAEClassifier
from semivae.conditional import Conditional, Net
from semivae.families import Categorical, Gaussian
from semivae.models.asked import draw_asked, resampled

PRIOR = Independent(Normal(torch.zeros(2).double(), 1.0), 1)
N = 2000


def kept(z: torch.Tensor) -> Independent:
    """A row that keeps the whole latent."""

    return Independent(Normal(z, 0.1), 1)


def on_a_line(z: torch.Tensor) -> Independent:
    """A row that keeps the first unit alone: encoded, rows lie on a line."""

    return Independent(Normal(z * torch.tensor([1.0, 0]), torch.tensor([0.1, 1.0])), 1)


def head(family: Categorical | Gaussian, weight: list[list[float]]) -> Conditional:
    """A linear predictor."""

    made = Net(())(2, to=family).double()
    made.body.first.weights[0].data = torch.tensor(weight).double()
    made.body.first.bias.data.zero_()

    return made


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


def test_a_class_is_drawn_where_the_predictor_is_right():
    """The class is the sign of the first unit; off the line, the predictor reads the second unit."""

    misled = head(Categorical(2), [[0.0, 0], [8, 24]])
    asked = torch.eye(2).double()[torch.arange(N) % 2]

    def right(reread):
        return ((draw_asked(PRIOR, reread, misled, asked)[:, 0] > 0) == (asked[:, 1] > 0)).double().mean()

    assert right(kept) < 0.75, "the predictor alone is wrong"
    assert right(on_a_line) > 0.98


def test_a_number_is_drawn_by_the_exact_mean_and_variance():
    """Of y = z_0 + z_1 + noise, three of four readings see z_0 alone; each has a quarter of the precision."""

    number = head(Gaussian(1, scale=0.5), [[1.0, 1]])
    z = draw_asked(PRIOR, on_a_line, number, torch.full((4 * N, 1), 1.5).double())
    both, alone = torch.ones(2, 2), torch.tensor([[1.0, 0], [0, 0]])
    precision = torch.eye(2) + (both + 3 * alone) / 4 / 0.25
    covariance = precision.inverse()
    mean = covariance @ (torch.tensor([1.0, 0.25]) * 1.5 / 0.25)

    torch.testing.assert_close(z.mean(0).float(), mean, atol=0.06, rtol=0)
    torch.testing.assert_close(z.T.cov().float(), covariance, atol=0.06, rtol=0)


def test_candidates_are_drawn_as_often_as_their_weights_say():
    log_weights = torch.tensor([0.5, 0.3, 0.15, 0.05, 0]).log()
    counts = resampled(log_weights, 101).bincount(minlength=5).double()

    assert ((counts - 101 * log_weights.exp()).abs() < 1).all()
    mean = torch.stack([resampled(log_weights, 1).bincount(minlength=5) for _ in range(4000)]).double().mean(0)
    torch.testing.assert_close(mean, log_weights.exp().double(), atol=4 * math.sqrt(0.25 / 4000), rtol=0)


def test_few_draws_repeat_and_their_labels_keep_their_order():
    clear = head(Categorical(2), [[0.0, 0], [8, 0]])
    asked = torch.eye(2).double()[(torch.arange(N) < 300).long()]
    z = draw_asked(PRIOR, kept, clear, asked)

    assert len(z.unique(dim=0)) > 0.9 * N
    assert ((z[:, 0] > 0) == (asked[:, 1] > 0)).double().mean() > 0.98


def test_digits_are_drawn_as_asked():
    x, y = load_digits(return_X_y=True)
    x = x / 16
    few = np.where(np.random.default_rng(0).random(len(y)) < 0.06, y, -1)
    fitted = VAEClassifier(model="predictor", hidden=(64,), epochs=12, random_state=0).fit(x.reshape(-1, 8, 8), few)
    asked = np.arange(300) % 10
    drawn = fitted.sample(300, asked, random_state=0).reshape(300, -1)

    assert (SVC(C=10).fit(x, y).predict(drawn) == asked).mean() > 0.75
