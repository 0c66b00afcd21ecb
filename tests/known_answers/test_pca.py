"""PCA on five points, and its density in the units of the data."""

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import load_wine

from semivae import PCA

POINTS = np.array([[-0.5, -0.4], [-0.4, -0.1], [0.1, 0.0], [0.3, 0.3], [0.5, 0.2]])
CODES = np.array([[-0.63], [-0.39], [0.09], [0.41], [0.53]])
DECODED = np.array([[-0.54, -0.33], [-0.34, -0.20], [0.07, 0.04], [0.35, 0.21], [0.46, 0.27]])


def test_five_points():
    pca = PCA(latents=1).fit(POINTS)
    codes = pca.transform(POINTS)
    sign = np.sign(codes[-1, 0])  # the sign of a component is arbitrary

    np.testing.assert_allclose(sign * codes, CODES, atol=0.006)
    np.testing.assert_allclose(pca.inverse_transform(codes), DECODED, atol=0.006)


@pytest.mark.parametrize("standardize", [False, True])
def test_density_matches_the_gaussian_in_the_units_of_the_data(standardize):
    X = load_wine().data[:, :5]
    pca = PCA(latents=2, standardize=standardize).fit(X)
    mean = pca.sample(200_000, random_state=0).mean(0)
    # Draws outside the observed range are clipped, which shifts the mean of a skewed column.
    np.testing.assert_allclose(mean, X.mean(0), rtol=0.02)

    scale = X.std(0) if standardize else 1.0
    covariance = pca.pca_.get_covariance() * np.outer(scale * np.ones(5), scale * np.ones(5))
    expected = stats.multivariate_normal(X.mean(0), covariance).logpdf(X)
    np.testing.assert_allclose(pca.score_samples(X), expected, rtol=1e-9)


def test_samples_have_the_covariance_of_the_fit():
    X = load_wine().data[:, :4]
    pca = PCA(latents=2, standardize=True).fit(X)
    drawn = np.cov(pca.sample(200_000, random_state=0).T)
    expected = pca.pca_.get_covariance() * np.outer(X.std(0), X.std(0))

    np.testing.assert_allclose(drawn, expected, rtol=0.05, atol=0.01 * np.abs(expected).max())


def test_all_components_reconstruct_the_rows():
    X = load_wine().data
    pca = PCA(latents=13).fit(X)

    np.testing.assert_allclose(pca.inverse_transform(pca.transform(X)), X, rtol=1e-9)
