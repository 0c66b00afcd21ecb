"""Known answers of the corrected interval and of McNemar's test, and the level of both under the null."""

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB

from semivae.data.batches.split import stratified_folds
from semivae.trust.paired import corrected, direction, mcnemar


def signs(better, worse, ties):
    return np.repeat([1.0, -1.0, 0.0], [better, worse, ties])


def test_without_a_ratio_it_is_the_interval_of_the_t_test():
    """Four differences of mean 1 and deviation 2 / sqrt(3), with the quantile 3.18245 of three degrees of freedom."""

    low, high = corrected(np.array([0.0, 2.0, 0.0, 2.0]), 0.0)

    assert (low, high) == pytest.approx((1 - 3.182446 / np.sqrt(3), 1 + 3.182446 / np.sqrt(3)), abs=1e-5)


@pytest.mark.parametrize("folds", [2, 5, 10])
def test_the_ratio_widens_it(folds):
    values = signs(12, 5, 33)
    plain, wide = (np.subtract(*corrected(values, ratio)) for ratio in (0.0, 1 / (folds - 1)))

    assert wide / plain == pytest.approx(np.sqrt(folds / (folds - 1)))


@pytest.mark.parametrize(
    ("better", "worse", "p_value"),
    [(0, 0, 1), (3, 3, 1), (6, 0, 1 / 32), (0, 5, 1 / 16), (8, 1, 20 / 512), (9, 1, 22 / 1024)],
)
def test_mcnemar_is_the_binomial_test_of_rows_that_differ(better, worse, p_value):
    assert mcnemar(signs(better, worse, 20)) == pytest.approx(p_value)


def test_both_must_agree():
    assert [direction(ends, p) for ends in ((0.1, 0.2), (-0.2, -0.1), (-0.1, 0.2)) for p in (None, 0.01, 0.2)] == [
        *(1, 1, 0),
        *(-1, -1, 0),
        *(0, 0, 0),
    ]


@pytest.mark.slow
def test_verdicts_on_equal_learners_are_rarely_wrong():
    """Two learners see columns of their own that say as much: a verdict is wrong in at most 7 % of 600 draws."""

    random = np.random.default_rng(0)
    wrong = [abs(null(random, labels=30)) for _ in range(600)]

    assert np.mean(wrong) <= 0.07


def null(random, labels):
    """The direction of one comparison of equal learners."""

    y = np.arange(labels) % 2
    columns = [(y[:, None] - 0.5) + random.normal(size=(labels, 4)) for _ in range(2)]
    differences = np.zeros(labels)

    for train, test in stratified_folds(y, 5, int(random.integers(1000))):
        one, other = (GaussianNB().fit(x[train], y[train]).predict(x[test]) == y[test] for x in columns)
        differences[test] = one.astype(float) - other

    return direction(corrected(differences, 0.25), mcnemar(differences))
