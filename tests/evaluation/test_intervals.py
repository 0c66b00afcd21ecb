"""Intervals: Wilson's as published, and bootstraps that hold the truth as often as they say."""

import numpy as np
import pytest
from scipy.stats import binomtest

from semivae.evaluation import Average, Estimate, Share, calibration_error, evidence, intervals, measure, wilson
from semivae.evaluation.intervals import Known


@pytest.mark.parametrize(("hits", "rows"), [(0, 5), (3, 5), (5, 5), (180, 200)])
def test_shares_have_the_interval_of_wilson(hits, rows):
    expected = binomtest(hits, rows).proportion_ci(method="wilson")
    share = Share(np.arange(rows) < hits)

    assert share == hits / rows and share.interval == pytest.approx((expected.low, expected.high))


def test_a_share_of_no_rows_has_no_interval():
    assert np.isnan(Share([])) and np.isnan(wilson(np.nan, 0)).all()


def test_the_interval_of_a_mean_is_that_of_its_standard_error():
    terms = np.random.default_rng(0).normal(3, 2, 4000)
    low, high = Average(terms).interval

    assert Average(terms) == pytest.approx(terms.mean())
    assert (high - low) / 2 == pytest.approx(1.96 * terms.std() / np.sqrt(4000), rel=0.1)


def test_a_function_of_means():
    terms = np.random.default_rng(0).normal(0, 2, 4000)
    found = Average(np.square(terms), lambda means: np.sqrt(means[:, 0]))

    assert found == pytest.approx(np.sqrt(np.mean(terms**2)))
    assert np.diff(found.interval) == pytest.approx(2 * 1.96 * 2 / np.sqrt(2 * 4000), rel=0.1)


def covered(estimates, truth):
    return np.mean([low <= truth <= high for low, high in (found.interval for found in estimates)])


def test_bootstraps_hold_the_truth_as_often_as_they_say():
    random = np.random.default_rng(0)
    sets = random.normal(0, 1, (200, 80))
    roots = [Average(np.square(rows), lambda means: np.sqrt(means[:, 0])) for rows in sets]

    assert 0.89 <= covered(roots, 1.0) <= 0.99


def test_the_calibration_error_of_a_perfect_model_is_zero_within_its_interval():
    """The plain error is about 0.06 here by chance, and in a resample even more."""

    random = np.random.default_rng(0)
    errors = []

    for _ in range(60):
        confidence = random.uniform(0.5, 1, 150)
        errors.append(calibration_error(random.random(150) < confidence, confidence))

    assert np.mean(errors) > 0.05 and np.mean([found.interval[0] for found in errors]) < 0.01


def test_intervals_stay_in_the_range_and_hold_the_estimate():
    codes = np.array([0, 1] * 5)
    found = measure("classes", codes, np.eye(2)[codes])

    for name, (low, high) in intervals(found).items():
        assert low <= found[name] <= high
        assert low >= 0 and high <= (1 if name not in ("log_loss", "brier") else 0)


def test_rows_are_resampled_once_for_all():
    random = np.random.default_rng(0)
    found = {"a": Average(random.normal(size=50)), "b": Share(random.random(50) < 0.5), "c": 2.0, "d": Known(1, 0.5)}
    found |= {"e": Average(random.normal(size=(50, 2)), lambda means: means.max(axis=1)), "f": Average([1.0])}
    together = intervals(found)

    assert list(together) == ["a", "b", "d", "e"]
    assert all(together[name] == pytest.approx(found[name].interval) for name in together)
    assert np.isnan(Estimate(1.0).interval).all() and np.isnan(found["f"].interval).all()


def test_models_on_the_same_rows_are_resampled_alike():
    errors = np.random.default_rng(0).normal(size=50)

    assert np.subtract(Average(errors + 1).interval, 1) == pytest.approx(Average(errors).interval)


def test_the_error_of_a_mean_density_adds_choice_and_draws():
    scores, errors = np.array([0.0, 2.0, 4.0, 6.0]), np.array([1.0, 2.0, 2.0, 4.0])
    found = evidence(scores, errors=errors)["log_likelihood_standard_error"]

    assert found == pytest.approx(np.sqrt((20 / 3) / 4 + 25 / 16))
