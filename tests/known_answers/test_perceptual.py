"""The deep-feature loss: its value by hand, its effect on images, and the measure of their sharpness."""

import numpy as np
import pytest
import torch
from torch import nn

from semivae import ObjectiveOptions, VAEEmbedding, load
from semivae.batch import Batch
from semivae.conditional import Net
from semivae.evaluation.reconstruction import sharpness
from semivae.families import choose_data
from semivae.models import VAE
from semivae.objectives import Perceptual
from semivae.schema import Schema
from semivae.variables import Variable

IMAGES = Schema((Variable("image", "image", shape=(1, 8, 8)),), container="image")
X = torch.rand(5, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def edges(images):
    """Two layers of features: differences of neighboring pixels, and all pixels."""

    return [images.diff(dim=-1), images]


def test_the_loss_is_the_mean_of_the_layers():
    torch.manual_seed(0)
    model = VAE.build(IMAGES, choose_data(IMAGES, "gaussian"), Net(hidden=(8,)), latents=2)
    torch.manual_seed(1)
    found = Perceptual(1.0, edges)(model, Batch(None, X), torch.tensor(0.5))

    torch.manual_seed(1)
    made = model.decode(model.encoder(X).rsample()).mean
    expected = ((X.diff(dim=-1) - made.diff(dim=-1)).square().mean() + (X - made).square().mean()) / 2

    torch.testing.assert_close(found, expected)


def test_the_network_stays_as_it_is_and_is_not_saved(tmp_path):
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
    before = [part.clone() for part in network.parameters()]
    options = {"latents": 2, "hidden": (16,), "epochs": 2, "random_state": 0}
    rows = X.repeat(8, 1, 1, 1).numpy()
    plain = VAEEmbedding(**options).fit(rows)
    fitted = VAEEmbedding(**options, objective=ObjectiveOptions(perceptual=5.0, perceptual_network=network)).fit(rows)
    fitted.save(tmp_path / "m")

    assert all(torch.equal(one, other) for one, other in zip(before, network.parameters(), strict=True))
    assert "penalty" in " ".join(fitted.history_) and not np.allclose(plain.transform(rows), fitted.transform(rows))
    np.testing.assert_array_equal(load(tmp_path / "m").transform(rows), fitted.transform(rows))


def test_blur_lowers_the_sharpness():
    images = np.random.default_rng(0).random((4, 1, 9, 9))
    blurred = (images[..., :-1] + images[..., 1:]) / 2

    assert sharpness(images, images) == pytest.approx(1)
    assert sharpness(images, blurred) < 0.7 and sharpness(images, np.full((2, 1, 9, 9), 0.5)) == 0
    assert sharpness(images, 2 * images) == pytest.approx(4)
