"""The scale of usual rows, and the classifier of known outliers, on numbers with known answers."""

import numpy as np

from semivae.trust.outliers import KnownOutliers, Usual

RANDOM = np.random.default_rng(0)
USUAL = Usual(np.linspace(-10.0, 0.0, 101), RANDOM.normal(size=(101, 2)))


def test_middle_and_upper_rows_are_0_and_log_2():
    scores = USUAL.scaled(np.array([-5.0, -9.0, -1.0]), np.zeros((3, 2)))[:, 0]

    assert np.allclose(scores, [0.0, np.log(2), -np.log(2)])


def test_a_far_latent_is_unusual_at_any_density():
    near, far = USUAL.scaled(np.full(2, -5.0), np.array([[0.0, 0.0], [8.0, 8.0]]))[:, 1]

    assert far > 1 > near


def test_a_unit_out_of_use_hardly_counts():
    latents = RANDOM.normal(size=(100, 2)) * [1.0, 1e-3]
    usual = Usual(np.zeros(100), latents)

    assert abs(usual.distance(np.array([[0.0, 0.01]])) - usual.distance(np.zeros((1, 2)))) < 0.2


def test_typicality_is_low_at_the_median_only():
    assert np.allclose(USUAL.atypical(np.array([-5.0, 0.0, -10.0])), [0.0, 5.0, 5.0])


def test_rows_without_a_density_are_no_usual_rows():
    assert Usual.of(np.array([-np.inf, 0.0]), np.zeros((2, 1))) is None


def test_few_known_outliers_are_told_by_the_number_that_they_share():
    parts = RANDOM.normal(size=(300, 8))
    odd = RANDOM.normal(size=(45, 8)) + 3.0 * (np.arange(8) == 2)
    known = KnownOutliers.of(parts[:200], odd[:5])

    assert (known.logit(odd[5:])[:, None] > known.logit(parts[200:])).mean() > 0.9
    assert np.isfinite(known.logit(np.full((1, 8), -np.inf))).all()
