"""Doubted labels: their order and the suggestions, by hand."""

import numpy as np
import pytest

from semivae.trust.mislabeled import doubted_classes, doubted_values


def test_the_least_probable_class_comes_first():
    beliefs = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.4, 0.5, 0.1], [0.3, 0.1, 0.6]])
    found = doubted_classes(beliefs, np.array([0, 0, 2, 1]))

    # Three labels have 0.1: the surer suggestion first.
    assert found.order.tolist() == [1, 3, 2, 0]
    assert found.probability.tolist() == [0.1, 0.1, 0.1, 0.7]
    assert found.suggested.tolist() == [2, 2, 1, 0]
    assert found.strength.tolist() == [0.8, 0.6, 0.5, 0.7]


def test_the_farthest_value_comes_first():
    mean, deviation = np.array([0.0, 10.0, 0.0, 0.0]), np.array([1.0, 5.0, 1.0, 1.0])
    found = doubted_values(mean, deviation, np.array([1.96, 5.0, 90.0, -100.0]))

    assert found.order.tolist() == [3, 2, 0, 1]
    assert found.strength.tolist() == [-100.0, 90.0, 1.96, -1.0]
    assert found.probability[2:] == pytest.approx([0.05, 0.3173], abs=1e-4)
    assert found.suggested.tolist() == [0.0, 0.0, 0.0, 10.0]
