"""Log-densities are in the user's units: another unit shifts them by a known constant."""

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.datasets import load_digits, load_wine

from semivae import PCA, ModelOptions, TrainingOptions, VAEClassifier, VAEEmbedding

X = load_wine().data[:60, :4]
X = np.where(np.arange(240).reshape(60, 4) % 17 == 0, np.nan, X)
FIT = {
    "hidden": (8,),
    "latents": 2,
    "epochs": 2,
    "batch_size": 32,
    "training": TrainingOptions(precision="float32"),
    "random_state": 0,
}
FACTOR = 8.0  # a power of two: scaling is exact


@pytest.mark.parametrize("frame", [False, True])
def test_unit_of_a_column_shifts_the_density(frame):
    scaled = X * [1, FACTOR, 1, 1]
    here, there = (
        VAEEmbedding(**FIT).fit(rows).score_samples(rows)
        for rows in ((pd.DataFrame(X).add_prefix("x"), pd.DataFrame(scaled).add_prefix("x")) if frame else (X, scaled))
    )

    shift = np.where(np.isnan(X[:, 1]), 0.0, -np.log(FACTOR))  # a missing cell has no unit
    np.testing.assert_allclose(there - here, shift, atol=1e-9)
    assert 0 < np.isnan(X[:, 1]).sum() < 60


@pytest.mark.parametrize("standardize", [False, True])
def test_unit_shifts_the_density_of_pca(standardize):
    whole = load_wine().data[:, :4]
    everywhere = FACTOR if not standardize else np.array([1, FACTOR, 1, 1])
    shift = np.log(everywhere * np.ones(4)).sum()
    here, there = (
        PCA(latents=2, standardize=standardize).fit(rows).score_samples(rows) for rows in (whole, whole * everywhere)
    )

    np.testing.assert_allclose(here - there, shift, rtol=1e-9)


def test_offset_of_a_column_changes_nothing():
    whole = np.round(load_wine().data[:40, :3] * 64) / 64
    here, there = (
        VAEEmbedding(**FIT).fit(rows).score_samples(rows) for rows in (whole, whole + np.array([0, 1024.0, 0]))
    )

    np.testing.assert_allclose(here, there, rtol=1e-4)


def test_outputs_are_in_the_units_of_the_data():
    rows = pd.DataFrame(
        {
            "mass": X[:, 0] * 1000 + 5e4,
            "count": pd.Series((np.arange(60) % 7) + 100, dtype="int64"),
            "color": pd.Categorical(np.array(["red", "green", "blue"])[np.arange(60) % 3]),
            "flag": np.arange(60) % 2 == 0,
        }
    )
    model = VAEEmbedding(**FIT | {"epochs": 20}).fit(rows)

    for out in (model.sample(50, random_state=0), model.inverse_transform(model.transform(rows))):
        assert out.dtypes.astype(str).to_dict() == rows.dtypes.astype(str).to_dict()
        assert set(out["color"]) <= {"red", "green", "blue"} and out["count"].between(80, 130).all()
        assert abs(out["mass"].mean() - rows["mass"].mean()) < 3 * rows["mass"].std()


def test_fixed_scale_is_the_weight_of_the_squared_error():
    """In the estimator: -log p(x | z) = |x - x'|^2 / 2c + const, where c is the square of `scale`."""

    rows = load_wine().data[:, :4]
    scale = 0.004
    model = VAEEmbedding(model=ModelOptions(scale=scale), **FIT).fit(rows)
    x = torch.from_numpy(model.codec_.encode(rows)).float()
    z = model.model_.posterior(x)[0]
    p = model.model_.decode(z)
    constant = 4 * np.log(scale * np.sqrt(2 * np.pi))

    torch.testing.assert_close(-p.log_prob(x), (x - p.mean).square().sum(-1) / (2 * scale**2) + constant)


def test_gray_levels_are_not_binarized():
    """Unless it is asked for: a Bernoulli likelihood is the cross-entropy of the gray level."""

    images = load_digits().images[:80]
    model = VAEClassifier(likelihood="bernoulli", **FIT).fit(images, load_digits().target[:80])
    p = model._double().decode(torch.zeros(1, 2).double(), torch.eye(10).double()[:1])
    levels = torch.from_numpy(images[:5, None] / 16)
    mean = p.mean
    expected = (levels * mean.log() + (1 - levels) * (1 - mean).log()).sum((1, 2, 3))

    torch.testing.assert_close(p.log_prob(levels), expected)

    gray, half = model.score_samples(images[:5]), model.score_samples(images[:5] / 2)
    assert not np.allclose(gray, model.score_samples(np.where(images[:5] > 8, 16.0, 0.0)))
    assert not np.allclose(gray, half)
    np.testing.assert_array_equal(gray, model.score_samples(images[:5]))
