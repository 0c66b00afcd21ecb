"""The confidence of a model on labels that were held out."""

import numpy as np
import pytest

from semivae.trust import confidence, width


def test_confidence_is_told_beside_what_was_right():
    logs = np.log([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.4, 0.6]])
    found = confidence(logs, np.array([0, 1, 1, 0]))

    assert found.mean == pytest.approx(0.75) and found.right == 0.5 and found.temperature > 1.0


def test_share_of_intervals_that_held():
    mean, deviation = np.arange(4.0), np.array([1.0, 1.0, 2.0, 2.0])
    found = width(np.stack([mean, deviation], axis=1), mean + deviation * [0.0, -1.6, 1.7, 1.6])

    # A normal interval of 90% reaches 1.645 deviations to each side.
    assert (found.nominal, found.held) == (0.9, 0.75)
    assert found.scale == pytest.approx(np.sqrt((1 + 1.6**2 + 1.7**2 + 1.6**2) / 5))
