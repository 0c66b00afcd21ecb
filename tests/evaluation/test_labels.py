"""Metrics of predicted classes and values: by hand, beside scikit-learn, and in closed form."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm
from sklearn import metrics as oracle

from semivae.evaluation import classification, coded, confusion, intervals, measure, per_class, regression, reliability
from semivae.evaluation.regression import NOMINAL

RANDOM = np.random.default_rng(0)
ROWS, CLASSES = 200, 4
CODES = RANDOM.integers(CLASSES, size=ROWS)
BELIEFS = RANDOM.dirichlet(np.ones(CLASSES), ROWS) * 0.7 + 0.3 * np.eye(CLASSES)[CODES]
PREDICTED = BELIEFS.argmax(axis=1)


def test_classes_beside_scikit_learn():
    found = measure("classes", CODES, BELIEFS)

    assert found["balanced_accuracy"] == pytest.approx(oracle.balanced_accuracy_score(CODES, PREDICTED))
    assert found["macro_f1"] == pytest.approx(oracle.f1_score(CODES, PREDICTED, average="macro"))
    assert found["auc"] == pytest.approx(oracle.roc_auc_score(CODES, BELIEFS, multi_class="ovr"))
    assert found["log_loss"] == pytest.approx(oracle.log_loss(CODES, BELIEFS))
    assert found["brier"] == pytest.approx(np.square(BELIEFS - np.eye(CLASSES)[CODES]).sum(axis=1).mean())


def test_area_with_ties_by_hand():
    beliefs = np.array([0.1, 0.5, 0.5, 0.9])

    # Of four pairs of a member and another row, two are in order, one is tied and one is out of order.
    found = measure("classes", np.array([0, 1, 0, 0]), np.stack([beliefs, 1 - beliefs], axis=1))
    assert found["auc"] == pytest.approx((1 + 0.5 + 0) / 3)


def test_interval_of_the_area_is_that_of_its_standard_error():
    score, member = np.concatenate([RANDOM.normal(1, 1, 300), RANDOM.normal(0, 1, 300)]), np.arange(600) < 300
    area = measure("classes", (~member).astype(int), np.stack([norm.cdf(score), norm.sf(score)], axis=1))["auc"]
    assert area == pytest.approx(norm.cdf(1 / np.sqrt(2)), abs=0.04)

    # Hanley and McNeil (1982), with the area known.
    first, second = area / (2 - area), 2 * area**2 / (1 + area)
    error = np.sqrt((area * (1 - area) + 299 * (first - area**2) + 299 * (second - area**2)) / 300**2)
    assert np.diff(area.interval) / 2 == pytest.approx(1.96 * error, rel=0.15)


def test_one_class_alone_has_no_area():
    assert np.isnan(measure("classes", np.zeros(3, int), np.full((3, 2), 0.5))["auc"])


def test_a_class_that_the_model_does_not_know_is_never_found():
    found = classification(np.array(["a", "d"]), np.array([[1.0, 0.0], [1.0, 0.0]]), np.array(["a", "b"]))

    assert found["balanced_accuracy"] == 0.5 and found["brier"] == pytest.approx((0 + 2) / 2)
    assert found["macro_f1"] == pytest.approx((2 / 3 + 0) / 2)
    assert coded(np.array(["b", "d"]), np.array(["a", "b"])).tolist() == [1, -1]


def test_confusion_precision_and_recall_by_hand():
    codes, beliefs = np.array([0, 0, 1, 1, 1, -1]), np.eye(3)[[0, 1, 1, 1, 0, 1]]
    found = per_class(codes, beliefs)

    assert confusion(codes, beliefs).tolist() == [[1, 1, 0], [1, 2, 0], [0, 0, 0]]
    assert found.rows.tolist() == [2, 3, 0] and found.predicted.tolist() == [2, 4, 0]
    np.testing.assert_allclose(found.recall, [1 / 2, 2 / 3, np.nan])
    np.testing.assert_allclose(found.precision, [1 / 2, 2 / 4, np.nan])
    assert (found.recall_interval[0][:2] < found.recall[:2]).all() and np.isnan(found.recall_interval[:, 2]).all()
    assert confusion(np.array([-1]), np.eye(2)[:1]).tolist() == [[0, 0], [0, 0]]


def test_reliability_curve():
    right, confidence = np.array([True, False, True, True]), np.array([0.72, 0.78, 1.0, 0.95])
    curve = reliability(right, confidence)

    assert curve.rows.tolist() == [2, 2] and curve.accuracy.tolist() == [0.5, 1.0]
    np.testing.assert_allclose(curve.confidence, [0.75, 0.975])
    assert (curve.low < curve.accuracy).all() and curve.high[1] == 1


def test_values_beside_scikit_learn():
    y, mean, deviation = RANDOM.normal(size=300), RANDOM.normal(size=300), RANDOM.gamma(2, size=300)
    half = norm.ppf(0.5 + NOMINAL / 2) * deviation
    found = regression(y, mean, mean - half, mean + half)

    assert found["rmse"] == pytest.approx(oracle.root_mean_squared_error(y, mean))
    assert found["mae"] == pytest.approx(oracle.mean_absolute_error(y, mean))
    assert found["r2"] == pytest.approx(oracle.r2_score(y, mean))
    assert found["nll"] == pytest.approx(-norm.logpdf(y, mean, deviation).mean())
    assert found["interval_width"] == pytest.approx((2 * half).mean())
    assert list(intervals(found)) == list(found)


@pytest.mark.parametrize(("y", "mean", "deviation"), [(1.0, 1.0, 1.0), (3.0, 1.0, 0.5), (-2.0, 1.0, 4.0)])
def test_crps_is_the_integral_of_the_distance_of_distribution_functions(y, mean, deviation):
    below, _ = quad(lambda t: norm.cdf(t, mean, deviation) ** 2, -40, y)
    above, _ = quad(lambda t: norm.sf(t, mean, deviation) ** 2, y, 40)
    one = np.array([y])
    found = measure("numbers", one, np.array([mean]), one, one, np.array([deviation]))

    assert found["crps"] == pytest.approx(below + above, abs=1e-6)


def test_a_deviation_of_zero_gives_the_absolute_error():
    y, mean, zero = np.array([1.0, 5.0]), np.array([1.0, 2.0]), np.zeros(2)

    assert measure("numbers", y, mean, mean, mean, zero)["crps"] == pytest.approx(1.5)


def test_values_that_are_all_alike():
    one, zero = np.ones(3), np.zeros(3)

    assert measure("numbers", one, one, one, one, one)["r2"] == 1
    assert measure("numbers", one, zero, one, one, one)["r2"] == 0
