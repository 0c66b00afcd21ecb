"""Each fault that the records of a fit show, in predictions, rows and histories that have it on purpose."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from semivae.findings import HeldOut
from semivae.trust.records import drifted, of_records, overconfident, unstable

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


def test_rows_that_all_have_a_label():
    """There is nothing that they could differ from, and no estimator encodes no rows."""

    counts = {"n_labeled_": len(TRUTH), "n_unlabeled_": 0, "n_held_out_": 0, "calibration_temperature_": 1.0}
    history = pd.DataFrame({"stage": [], "epoch": [], "loss": []})
    rest = {"held_out_": of_classes(0.7), "history_": history, "plan_": SimpleNamespace(learning_rate=0.002)}

    assert not [*of_records(SimpleNamespace(**counts, **rest), np.zeros((len(TRUTH), 2)))]


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
