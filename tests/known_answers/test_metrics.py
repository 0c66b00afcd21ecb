"""Accuracy, log loss and calibration error on cases computed by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, log_loss

from semivae.evaluation import calibration_error, classification

CLASSES = np.array(["a", "b", "c"])


def test_two_rows_by_hand():
    found = classification(np.array(["a", "b"]), np.array([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1]]), CLASSES)

    assert found["accuracy"] == 0.5
    assert found["log_loss"] == pytest.approx(-(np.log(0.8) + np.log(0.3)) / 2)
    # One row per bin: 0.8 and right, 0.6 and wrong.
    assert found["calibration_error"] == pytest.approx((0.2 + 0.6) / 2)


def test_bins_average_before_they_are_compared():
    right, confidence = np.array([True, False, True, True]), np.array([0.75, 0.75, 0.79, 0.71])
    assert calibration_error(right, confidence) == pytest.approx(0.0)

    right, confidence = np.array([True] * 3 + [False] * 7), np.full(10, 0.95)
    assert calibration_error(right, confidence) == pytest.approx(0.65)
    assert calibration_error(right, np.full(10, 1.0)) == pytest.approx(0.7)


@given(st.integers(2, 60), st.integers(0, 99))
def test_accuracy_and_log_loss_match_scikit_learn(rows, seed):
    random = np.random.default_rng(seed)
    y, beliefs = random.choice(CLASSES, rows), random.dirichlet(np.ones(3), rows)
    found = classification(y, beliefs, CLASSES)

    assert found["accuracy"] == pytest.approx(accuracy_score(y, CLASSES[beliefs.argmax(axis=1)]))
    assert found["log_loss"] == pytest.approx(log_loss(y, beliefs, labels=CLASSES))


def test_class_unknown_to_the_model_is_never_right():
    found = classification(np.array(["d"]), np.array([[1.0, 0.0, 0.0]]), CLASSES)

    assert found["accuracy"] == 0.0 and found["log_loss"] > 700 and found["calibration_error"] == 1.0
