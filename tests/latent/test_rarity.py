"""Rare rows get more weight, and groups are reported."""

import numpy as np
import pytest
import torch

from semivae.errors import DataError, SettingError
from semivae.latent import by_group, debias_weights
from semivae.models.debias import rarity

RANDOM = np.random.default_rng(0)
RARE = np.arange(2_000) % 20 == 0
# The rare rows lie at the edge of the first latent.
EDGE = RANDOM.normal(size=(2_000, 2)) + np.where(RARE, 4.0, 0.0)[:, None] * [1, 0]
# They lie between two groups of frequent rows.
SIDES = np.where(RARE, 0.0, RANDOM.choice([-4.0, 4.0], 2_000))
MIDDLE = np.stack([SIDES + 0.5 * RANDOM.normal(size=2_000), RANDOM.normal(size=2_000)], axis=1)


def test_histograms_are_those_of_the_model():
    z = (EDGE - EDGE.mean(axis=0)) / EDGE.std(axis=0)
    expected = rarity(torch.from_numpy(z), torch.from_numpy(z), 0.05).numpy()

    np.testing.assert_allclose(debias_weights(EDGE, 0.05), expected)


@pytest.mark.parametrize(("z", "method"), [(EDGE, "histogram"), (EDGE, "mixture"), (MIDDLE, "mixture")])
def test_rare_rows_get_more_weight(z, method):
    weights = debias_weights(z, method=method)

    assert weights.mean() == pytest.approx(1) and (weights > 0).all()
    assert weights[RARE].mean() > 1.5 * weights[~RARE].mean()
    assert debias_weights(z, 100.0, method).std() < 0.1 * weights.std()


def test_accuracy_of_groups():
    found = by_group(["a", "b", "b"], np.array([1, 1, 0]), np.array([0, 1, 0]), np.array([1, 1, 1]), np.arange(3.0))

    assert found.columns.tolist() == ["group", "rows", "before", "after", "gain", "weight"]
    assert found.to_numpy().tolist() == [["a", 1, 0.0, 1.0, 1.0, 0.0], ["b", 2, 1.0, 0.5, -0.5, 1.5]]


def test_wrong_weights():
    with pytest.raises(SettingError, match="above 0"):
        debias_weights(EDGE, 0.0)

    with pytest.raises(DataError, match="shape"):
        debias_weights(EDGE[:, 0])
