"""Factors that make predictions as confident as they are right, by held-out labels."""

import numpy as np
import pytest

from semivae.evaluation import deviation_scale, temperature


def tempered(logits: np.ndarray, by: float) -> np.ndarray:
    """Log-probabilities at a temperature."""

    scaled = logits / by

    return scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True)


@pytest.mark.parametrize("true", [1.0, 2.0, 8.0])
def test_temperature_of_labels_that_were_drawn_at_it(true):
    random = np.random.default_rng(0)
    logits = random.normal(0, 3, (4000, 5))
    y = (tempered(logits, true) + random.gumbel(size=logits.shape)).argmax(1)

    # The standard error of the logarithm is below 0.03 with as many labels.
    assert np.log(temperature(tempered(logits, 1.0), y)) == pytest.approx(np.log(true), abs=0.1)


def test_labels_that_are_all_right_do_not_make_a_model_surer():
    logs = tempered(np.eye(3)[[0, 1, 2, 0, 1]], 1.0)

    assert temperature(logs, np.array([0, 1, 2, 0, 1])) == 1.0


def test_a_class_that_the_fit_did_not_know_is_left_out():
    random = np.random.default_rng(1)
    logs = np.concatenate([tempered(random.normal(0, 2, (50, 2)), 1.0), np.full((50, 1), -np.inf)], axis=1)
    y = random.integers(3, size=50)
    known = y < 2

    assert temperature(logs, y) == temperature(logs[known], y[known])


@pytest.mark.parametrize("true", [0.5, 1.0, 3.0])
def test_scale_of_values_that_were_drawn_at_it(true):
    errors = np.random.default_rng(0).normal(0, true, 4000)

    # The standard error of the logarithm is 0.011 with as many values.
    assert np.log(deviation_scale(errors)) == pytest.approx(np.log(true), abs=0.04)


def test_a_few_exact_values_do_not_make_a_deviation_vanish():
    assert deviation_scale(np.zeros(3)) == 0.5
