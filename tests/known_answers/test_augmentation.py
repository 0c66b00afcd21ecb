"""Consistency under augmentation: the affine changes of an image, and the penalty."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage

from semivae import RecipeOptions, VAEClassifier
from semivae.batch import Batch, Labeled
from semivae.errors import SettingError
from semivae.objectives import Augmentation
from semivae.objectives.augmentation import moved

NOTHING = torch.zeros(1, 6, dtype=torch.float64)


@pytest.fixture
def image() -> torch.Tensor:
    """An image of a blob off the center; its moments show where it moved."""

    down, right = torch.meshgrid(*[torch.arange(41.0).double()] * 2, indexing="ij")

    return (-((down - 24) ** 2) / 8 - (right - 16) ** 2 / 24).exp()[None, None]


def moments(image: torch.Tensor) -> tuple[np.ndarray, float, float]:
    """Returns the center of the ink relative to the image center, its width and its direction."""

    ink = image[0, 0].numpy() / image.sum().item()
    places = np.stack(np.meshgrid(*[np.arange(41) - 20.0] * 2, indexing="ij")).reshape(2, -1)
    middle = places @ ink.ravel()
    spread = (places - middle[:, None]) * ink.ravel() @ (places - middle[:, None]).T
    values, vectors = np.linalg.eigh(spread)

    return middle, float(values[1]), float(np.arctan2(*vectors[:, 1]) % np.pi)


def test_zero_change_keeps_the_image(image):
    torch.testing.assert_close(moved(image, NOTHING), image)


def test_shift_moves_the_center(image):
    change = NOTHING.clone()
    change[:, 4:] = torch.tensor([8 / 41, -4 / 41])  # in half images: 4 pixels right, 2 up

    expected = ndimage.shift(image[0, 0].numpy(), (-2, 4), order=1)
    np.testing.assert_allclose(moved(image, change)[0, 0].numpy(), expected, atol=1e-6)


def test_turn_rotates_and_keeps_the_ink(image):
    change = NOTHING.clone()
    change[:, 0] = 0.3
    before, wide, direction = moments(image)
    after, width, turned = moments(moved(image, change))

    assert np.linalg.norm(after) == pytest.approx(np.linalg.norm(before), rel=0.01)
    assert width == pytest.approx(wide, rel=0.03)
    assert abs(abs(turned - direction + np.pi / 2) % np.pi - np.pi / 2) == pytest.approx(0.3, abs=0.01)


def test_scales_change_the_width(image):
    change = NOTHING.clone()
    change[:, 2:4] = 0.2
    (before, wide, _), (after, width, _) = moments(image), moments(moved(image, change))

    np.testing.assert_allclose(after, np.exp(0.2) * before, rtol=0.01)
    assert width == pytest.approx(np.exp(0.4) * wide, rel=0.03)


class Brightness:
    """Predicts the second class from the ink in the middle of an image."""

    def predict(self, x: torch.Tensor) -> torch.distributions.OneHotCategorical:
        share = x[..., 18:23, 18:23].mean((1, 2, 3)).clamp(0.01, 0.99)

        return torch.distributions.OneHotCategorical(torch.stack([1 - share, share], -1))

    def read(self, x: torch.Tensor) -> torch.Tensor:
        return x

    def beliefs(self, x: torch.Tensor) -> list[torch.distributions.OneHotCategorical]:
        return [self.predict(x)]


def test_penalty_matches_its_formula(image):
    images = image.expand(6, -1, -1, -1)
    y = torch.eye(2).double()[[0, 1, 0, 1, 0, 1]]
    penalty = Augmentation(1.0, 0.7)

    torch.manual_seed(3)
    found = penalty(Brightness(), Batch(Labeled(images, y), images), torch.zeros(()))
    torch.manual_seed(3)
    known, unknown = (Brightness().predict(penalty.changed(images)).probs.log() for _ in range(2))
    here = Brightness().predict(images).probs

    torch.testing.assert_close(found, -(y * known).sum(-1).mean() + (here * (here.log() - unknown)).sum(-1).mean())
    assert found > 0.01


def test_only_images_are_changed():
    x, y = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 2

    with pytest.raises(SettingError, match="augmentation=0"):
        VAEClassifier(recipe=RecipeOptions(augmentation=1.0), epochs=1).fit(x, y)
