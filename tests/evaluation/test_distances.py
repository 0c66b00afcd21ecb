"""Distances between features of rows and samples, and between their columns, where they are known."""

import numpy as np
import pytest

from semivae.errors import DataError
from semivae.evaluation import column_distances, frechet_distance, frechet_floor, kernel_distance, measure
from semivae.evaluation.columns import two_sample_auc
from semivae.evaluation.frechet import gaussian_distance

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(size=(400, 4)) @ RANDOM.normal(size=(4, 4))


def test_frechet_distance_of_a_set_to_itself_is_zero():
    assert frechet_distance(ROWS, ROWS) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(ROWS, ROWS[::-1]) == pytest.approx(0, abs=1e-9)


def test_frechet_distance_of_shifted_and_scaled_rows():
    """A shift adds its square; a factor of all deviations adds the variance times the square of its distance from 1."""

    shift = np.array([1.0, 0.0, -2.0, 0.5])
    variance = np.var(ROWS, axis=0, ddof=1).sum()
    about_zero = ROWS - ROWS.mean(axis=0)

    assert frechet_distance(ROWS, ROWS + shift) == pytest.approx(np.square(shift).sum())
    assert frechet_distance(about_zero, 3 * about_zero) == pytest.approx(variance * (3 - 1) ** 2)


def test_frechet_distance_of_gaussians_that_do_not_commute():
    """The root is checked by its definition: its square is the product of the covariances."""

    first, second = (np.cov(RANDOM.normal(size=(3, 9))) for _ in range(2))
    values = np.linalg.eigvals(first @ second)
    expected = np.trace(first) + np.trace(second) - 2 * np.sqrt(values.real).sum()

    assert gaussian_distance(np.zeros(3), first, np.zeros(3), second) == pytest.approx(expected)
    assert gaussian_distance(np.zeros(2), np.diag([4.0, 0.0]), np.ones(2), np.diag([1.0, 0.0])) == pytest.approx(3)


def test_floor_is_the_distance_of_as_good_samples():
    random = np.random.default_rng(0)
    rows = random.normal(size=(400, 5))
    found = [frechet_distance(rows, random.normal(size=(200, 5))) for _ in range(40)]
    floors = [frechet_floor(rows, 200, seed) for seed in range(40)]

    assert np.mean(floors) == pytest.approx(np.mean(found), rel=0.25)


def test_too_few_samples_are_refused_with_the_number_needed():
    with pytest.raises(DataError, match="7 samples are too few") as refused:
        frechet_distance(ROWS, ROWS[:7])

    assert "at least 8" in refused.value.needed and "8 samples" in refused.value.fix

    with pytest.raises(DataError, match="rows are too few"):
        frechet_floor(ROWS[:15], 400)

    with pytest.raises(DataError, match="too few for two_sample_auc"):
        two_sample_auc(ROWS, ROWS[:19], np.arange(4))


def test_a_card_has_no_number_where_rows_are_too_few(caplog):
    with caplog.at_level("INFO"):
        found = measure("features", ROWS[:7], ROWS)

    assert np.isnan(found["frechet_distance"]) and np.isfinite(found["kernel_distance"])
    assert "at least 8" in caplog.text


def test_kernel_distance_by_hand():
    rows, samples = np.array([[1.0], [2.0]]), np.array([[0.0], [1.0]])
    cross = np.mean([1, 8, 1, 27])

    assert kernel_distance(rows, samples) == pytest.approx(27 + 1 - 2 * cross)


def test_kernel_distance_of_one_distribution_is_zero_within_its_error():
    random = np.random.default_rng(0)
    found = [kernel_distance(*random.normal(size=(2, 60, 3))) for _ in range(80)]

    assert abs(np.mean(found)) < 2 * np.std(found) / np.sqrt(80)
    assert np.mean([low <= 0 <= high for low, high in (one.interval for one in found)]) >= 0.93


def test_error_of_the_kernel_distance():
    random = np.random.default_rng(0)
    found = [kernel_distance(random.normal(size=(60, 3)), random.normal(1, 1, (90, 3))) for _ in range(80)]

    assert np.mean([one.error for one in found]) == pytest.approx(np.std(found), rel=0.25)


def test_columns_one_by_one():
    rows = np.array([[0.0, 1, 0, np.nan], [2.0, 1, 0, 1.0]])
    samples = np.array([[3.0, 1, 0, 1.0], [5.0, 0, 1, np.nan]])
    columns = np.array([0, 1, 1, 2])

    assert column_distances(rows, samples, columns).tolist() == [3, 0.5, 0]
    assert np.isnan(column_distances(rows * np.nan, samples, columns)).all()

    found = measure("columns", np.repeat(rows, 20, axis=0), np.repeat(samples, 20, axis=0), columns)
    assert found["number_distance"] == 1.5 and found["category_distance"] == 0.5 and found["two_sample_auc"] == 1


def test_classifier_sees_what_columns_do_not():
    """Columns are right one by one, and not as a whole."""

    x = RANDOM.normal(size=(400, 1))
    rows, samples = np.concatenate([x, x], axis=1), np.concatenate([x, x[::-1]], axis=1)
    found = measure("columns", rows, samples, np.arange(2))

    assert found["number_distance"] == 0 and found["two_sample_auc"] > 0.8 and np.isnan(found["category_distance"])
    assert measure("columns", rows[:200], rows[200:], np.arange(2))["two_sample_auc"] == pytest.approx(0.5, abs=0.1)
