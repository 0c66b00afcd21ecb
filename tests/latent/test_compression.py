"""Rate and distortion have their known values for Gaussian rows."""

import numpy as np
import pytest

from semivae.latent import gaussian_curve, rate_distortion

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(size=(4_000, 2)) @ [[2.0, 0.0], [0.0, 1.0]]
SCALED = (ROWS - ROWS.mean(axis=0)) / ROWS.std(axis=0)


class Channel:
    """Each number of standardized rows on its own latent, with a posterior that leaves an error of 1/4."""

    def encode(self, X):
        z = (X - ROWS.mean(axis=0)) / ROWS.std(axis=0)

        return z * np.sqrt(0.75), np.full_like(z, 0.5)

    def inverse_transform(self, z, y=None):
        return z * np.sqrt(0.75) * ROWS.std(axis=0) + ROWS.mean(axis=0)

    def rate(self, X):
        mean, deviation = self.encode(X)

        return (0.5 * (mean**2 + deviation**2 - 1) - np.log(deviation)).sum(axis=1) / np.log(2)


def test_water_fills_one_number_after_the_other():
    rate, distortion = gaussian_curve(ROWS).T
    large, small = np.sort(np.linalg.eigvalsh(np.cov(ROWS.T, bias=True)))[::-1]

    assert rate[0] == 0 and distortion[0] == pytest.approx(large + small)
    assert (np.diff(rate) > 0).all() and (np.diff(distortion) < 0).all()
    # One bit brings the larger one to the smaller one; then each bit halves the product of both deviations.
    assert np.interp(0.5 * np.log2(large / small), rate, distortion) == pytest.approx(2 * small, rel=1e-3)
    assert np.interp(4, rate, distortion) == pytest.approx(2 * np.sqrt(large * small) / 2**4, rel=0.02)


def test_best_channel_reaches_the_curve():
    """The rate of the best code of two standard numbers with an error of 1/4 each is two bits."""

    # Another seed than that of the rows, or the noise would be the rows.
    found = rate_distortion(Channel(), ROWS, seed=1)

    assert found.rate == pytest.approx(2, abs=0.01)
    assert [found.distortion, found.gaussian] == pytest.approx([0.5, 0.5], abs=0.02)
