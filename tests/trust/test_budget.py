"""A learning curve finds a known power law, and its band tells how little few labels say."""

import numpy as np
import pytest

from semivae.trust.budget import budget, curves, subsets


def measured(labels, error, seed=0):
    """The sizes of subsets, and losses that are wrong with a probability that a curve gives."""

    random = np.random.default_rng(seed)
    parts = subsets(random.integers(0, 3, labels), seed)
    losses = np.full((len(parts), labels), np.nan)

    for row, (train, test) in zip(losses, parts, strict=True):
        row[test] = random.random(len(test)) < error(len(train))

    return np.array([len(train) for train, _ in parts]), losses


def test_known_curve_is_inside_the_band():
    def error(n):
        return 0.05 + 2 * n**-0.6

    inside = 0

    for seed in range(20):
        found = budget(*measured(150, error, seed), classes=True).at(300)
        inside += found.low <= error(300) <= found.high

    assert inside >= 17


def test_flat_curve_promises_little_and_few_labels_say_less():
    few, many = (budget(*measured(labels, lambda n: 0.3), classes=True) for labels in (40, 400))

    assert abs(many.at(800).error - 0.3) < 0.08
    assert np.ptp([few.at(80).low, few.at(80).high]) > np.ptp([many.at(800).low, many.at(800).high])


def test_no_error_is_not_sure_to_stay():
    found = budget(*measured(40, lambda n: 0.0), classes=True).at(80)

    assert 0 <= found.low <= found.error < 0.05 < found.high + 0.05


def test_exact_power_law():
    sizes = np.array([10, 20, 40, 80])
    found, chances = curves(sizes, 0.1 + 2 / np.sqrt(sizes), np.full(4, 1e-6))
    offset, slope, exponent = found[chances.argmax()]

    assert offset + slope * 160**-exponent == pytest.approx(0.1 + 2 / np.sqrt(160), abs=0.01)


def test_subsets_spread_classes_and_test_every_label():
    y = np.repeat([0, 1, 2], [30, 15, 2])
    parts = subsets(y, 0)

    assert len(parts) == 17
    assert all(set(y[train]) == {0, 1, 2} and not set(train) & set(test) for train, test in parts)
    assert len(set(np.concatenate([test for _, test in parts[-5:]]))) > 40


def test_sentences():
    classes = budget(*measured(60, lambda n: 0.2), classes=True)
    numbers = budget(*measured(60, lambda n: 0.2), classes=False)

    assert classes.sentence().startswith("20 more labels should move the error from ")
    assert numbers.sentence(5).startswith("5 more labels should move the R2 from ")
    assert classes.to_json([5])["forecasts"][1]["labels"] == 65
