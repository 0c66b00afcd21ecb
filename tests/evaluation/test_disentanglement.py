"""Scores of disentanglement of a perfect representation, of a random one, and of a turned one."""

import itertools

import numpy as np
import pytest
from sklearn.decomposition import PCA

from semivae.evaluation import importances, measure

# The factors of dSprites, with fewer values of each: shape, scale, orientation, x, y.
FACTORS = np.array(list(itertools.product(range(3), range(4), range(5), range(4), range(4))), dtype=float)
RANDOM = np.random.default_rng(0)
NOISE = RANDOM.normal(size=(len(FACTORS), 6))

# Units in another order and scale, one of them turned around, and one that says nothing.
PERFECT = np.concatenate([FACTORS[:, ::-1] * [1, -2, 1, 3, 1], NOISE[:, :1]], axis=1) + 0.01 * NOISE
TURNED = FACTORS @ np.linalg.qr(RANDOM.normal(size=(5, 5)))[0]


@pytest.fixture(scope="module")
def scores():
    return {
        name: measure("factors", z, FACTORS)
        for name, z in (("perfect", PERFECT), ("random", NOISE), ("turned", TURNED))
    }


@pytest.mark.parametrize("name", ["mig", "sap", "beta_vae_score", "factor_vae_score"])
def test_a_perfect_representation_has_one_and_a_random_one_the_score_of_chance(scores, name):
    chance = 1 / 5 if name.endswith("score") else 0.0

    assert scores["perfect"][name] > 0.95
    assert scores["random"][name] == pytest.approx(chance, abs=0.08)
    assert scores["turned"][name] < scores["perfect"][name]


def test_importances_of_a_perfect_and_of_a_random_representation():
    some = RANDOM.permutation(len(FACTORS))[:300]
    perfect, random = (importances(z[some], FACTORS[some]) for z in (PERFECT, NOISE))

    assert min(measure("importances", *perfect).values()) > 0.9 and perfect[1].min() > 0.9
    assert max(measure("importances", *random).values()) < 0.1 and random[1].max() < 0.15


def test_importances_by_hand():
    one_unit_of_both = np.array([[1.0, 1.0], [0.0, 0.0]])
    scores = np.array([0.5, 1.0])
    found, turned = (measure("importances", part, scores) for part in (one_unit_of_both, one_unit_of_both.T))

    assert found == {"dci_disentanglement": 0, "dci_completeness": 1, "dci_informativeness": 0.75}
    assert turned == {"dci_disentanglement": 1, "dci_completeness": 0, "dci_informativeness": 0.75}


def test_information_by_hand():
    """A unit that knows one of two bits of a factor has half of its information."""

    factor = np.tile(np.arange(4.0), 25)[:, None]
    units = np.concatenate([factor, factor // 2], axis=1)

    assert measure("factors", units, factor)["mig"] == pytest.approx(1 - 0.5)
    assert measure("factors", factor, factor)["mig"] == pytest.approx(1)


def test_factors_that_do_not_vary_are_left_out():
    fixed = np.concatenate([FACTORS, np.full((len(FACTORS), 1), 7.0)], axis=1)

    assert measure("factors", PERFECT, fixed)["mig"] == pytest.approx(measure("factors", PERFECT, FACTORS)["mig"])
    assert np.isnan(list(measure("factors", PERFECT[:40], np.ones((40, 2))).values())).all()


@pytest.mark.slow
def test_sprites(data_root):
    """The grid of dSprites: a perfect latent, a random one, and principal components of the images between."""

    with np.load(data_root / "dsprites" / "dsprites_downsampled.npz") as sprites:
        some = np.random.default_rng(0).permutation(len(sprites["imgs"]))[:3000]
        images, factors = sprites["imgs"][some].reshape(3000, -1).astype(float), sprites["latents_classes"][some] * 1.0

    noise = np.random.default_rng(1).normal(size=(3000, 10))
    spaces = factors[:, ::-1] + 0.01 * noise[:, :5], PCA(10, random_state=0).fit_transform(images), noise
    perfect, components, random = (
        measure("factors", z, factors) | measure("importances", *importances(z, factors)) for z in spaces
    )

    assert min(perfect.values()) > 0.98 and max(random.values()) < 0.3
    assert all(random[name] < components[name] < perfect[name] for name in perfect)
