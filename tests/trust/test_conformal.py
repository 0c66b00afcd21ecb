"""Conformal sets and intervals: the arithmetic by brute force, and the coverage in simulations."""

from fractions import Fraction

import numpy as np
import pytest

from semivae.errors import DataError, SettingError
from semivae.trust.conformal import class_scores, intervals, prediction_sets, threshold, value_scores


def smallest(scores, coverage):
    """The smallest score with enough scores up to it, in exact arithmetic; None if there is none."""

    wanted = Fraction(coverage).limit_denominator(1000) * (len(scores) + 1)

    return next((score for score in np.sort(scores) if (scores <= score).sum() >= wanted), None)


@pytest.mark.parametrize("coverage", [0.05, 0.5, 0.55, 0.7, 0.8, 0.9, 0.95])
def test_threshold_is_the_smallest_that_holds_enough_scores(coverage):
    random = np.random.default_rng(0)

    for count in range(1, 41):
        scores = random.integers(0, 9, count) / 8  # with ties
        expected = smallest(scores, coverage)

        if expected is None:
            with pytest.raises(DataError, match=f"too few labels .*{count}/{count + 1}"):
                threshold(scores, coverage)
        else:
            assert threshold(scores, coverage) == expected


def test_the_fix_of_too_few_labels_is_one():
    with pytest.raises(DataError, match=r"(?s)18 held-out labels.*coverage=0.94, or give at least 19 labels"):
        threshold(np.arange(18.0), 0.95)

    assert threshold(np.arange(18.0), 0.94) == 17 and threshold(np.arange(19.0), 0.95) == 18


@pytest.mark.parametrize("coverage", [0, 1, 90, float("nan")])
def test_a_coverage_is_a_probability(coverage):
    with pytest.raises(SettingError, match=r"coverage=0.9"):
        threshold(np.arange(9.0), coverage)


def test_sets_hold_the_classes_whose_score_is_low_enough():
    known = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.7, 0.3]])
    y = np.array([0, 1, 1, 0])
    scores = class_scores(known, y)
    new = np.array([[0.71, 0.29], [0.5, 0.5], [0.35, 0.65]])

    assert scores == pytest.approx([0.1, 0.6, 0.2, 0.3])
    # Rank 3 of 4: classes with a probability of 0.7 or more. The set of the others is empty.
    assert prediction_sets(new, scores, y, 0.6).tolist() == [[True, False], [False, False], [False, False]]
    # Rank 2 of 2 in each class: 0.7 for the first, 0.4 for the second.
    assert prediction_sets(new, scores, y, 0.66, True).tolist() == [[True, False], [False, True], [False, True]]


def test_a_class_with_too_few_labels_is_named():
    scores, y = np.linspace(0, 1, 12), np.repeat([0, 1], [9, 3])

    with pytest.raises(DataError, match=r"(?s)in the class 'rare'; 3 held-out.*at least 9 labels in the class 'rare'"):
        prediction_sets(np.full((1, 2), 0.5), scores, y, 0.9, by_class=True, names=["usual", "rare"])


def test_intervals_are_symmetric_and_scaled_by_the_deviation():
    scores = value_scores(np.zeros(4), np.array([1.0, 2.0, 1.0, 1.0]), np.array([-1.0, 4.0, 3.0, 0.5]))
    found = intervals(np.array([0.0, 10.0]), np.array([1.0, 2.0]), scores, 0.6)

    assert scores.tolist() == [1.0, 2.0, 3.0, 0.5]
    assert found.tolist() == [[-2.0, 2.0], [6.0, 14.0]]


@pytest.mark.parametrize("coverage", [0.8, 0.9])
def test_exchangeable_scores_are_covered_as_often_as_asked(coverage):
    """The exact probability is rank / (n + 1), whatever the distribution."""

    count, repeats = 50, 4000
    scores = np.random.default_rng(0).exponential(size=(repeats, count + 1))
    inside = np.mean([row[-1] <= threshold(row[:-1], coverage) for row in scores])
    exact = np.ceil((count + 1) * coverage) / (count + 1)

    assert abs(inside - exact) < 3 * np.sqrt(exact * (1 - exact) / repeats)


def test_by_class_holds_where_one_class_is_harder():
    random = np.random.default_rng(0)
    y = (random.random(4000) < 0.2).astype(int)
    chance = np.where(y == 0, random.beta(8, 1, 4000), random.beta(2, 2, 4000))
    probabilities = np.where(np.eye(2, dtype=bool)[y], chance[:, None], 1 - chance[:, None])
    scores = class_scores(probabilities, y)
    held = {}

    for by_class in (False, True):
        sets = prediction_sets(probabilities[2000:], scores[:2000], y[:2000], 0.9, by_class)
        inside = sets[np.arange(2000), y[2000:]]
        held[by_class] = [inside[y[2000:] == code].mean() for code in (0, 1)]

    assert held[False][1] < 0.75 and held[True] == pytest.approx([0.9, 0.9], abs=0.04)
