"""Each fault that the records of a fit show, in predictions, rows and histories that have it on purpose."""

import numpy as np
import pandas as pd
import pytest

from semivae.findings import HeldOut
from semivae.trust.records import drifted, overconfident, unstable

RANDOM = np.random.default_rng(0)
TRUTH = (RANDOM.random(200) < 0.7).astype(np.int64)
CALM = [-20.0, -15.0, -12.0, -11.5, -11.4, -11.3, -11.35, -11.3]


def held(predictions, truth=TRUTH, classes=True):
    """Predictions of held-out labels."""

    rows = np.arange(len(truth))

    return HeldOut(rows, rows % 5, truth, predictions, classes)


def of_classes(share):
    """Predictions that always give the second class a probability."""

    return held(np.log(np.tile([1 - share, share], (200, 1))))


def test_probabilities_that_are_surer_than_right():
    (finding,) = overconfident(of_classes(0.99), 1.0)

    assert (finding.name, finding.mend) == ("overconfident", "calibrate=True")
    assert not [*overconfident(of_classes(0.7), 1.0)]
    assert not [*overconfident(of_classes(0.99), 5.0)], "a temperature mends it"


def test_deviations_that_are_too_small():
    values = RANDOM.normal(size=200)
    predicted = held(np.tile([0.0, 0.5], (200, 1)), values, classes=False)

    assert [finding.name for finding in overconfident(predicted, 1.0)] == ["overconfident"]
    assert not [*overconfident(predicted, 2.0)]


def test_labels_of_other_rows():
    z = RANDOM.normal(size=(400, 3))

    assert not [*drifted(z[:100], z[100:])]
    assert [finding.name for finding in drifted(z[z[:, 0] > 0.5], z[z[:, 0] <= 0.5])] == ["labels elsewhere"]


@pytest.mark.parametrize(
    ("term", "found"), [(CALM, 0), ([*CALM[:6], -400.0, *CALM[6:]], 1), ([*range(-10, -20, -1)], 0)]
)
def test_term_that_explodes(term, found):
    names = [finding.name for finding in unstable(pd.DataFrame({"unlabeled_likelihood": term}), 0.01)]

    assert names == ["unstable"] * found
