"""Out-of-fold predictions: the score is computed from them, and they calibrate the model."""

import logging

import numpy as np
import pytest

from semivae import RecipeOptions, VAEClassifier, VAERegressor
from semivae.data.batches.split import stratified_folds
from semivae.errors import DataError
from semivae.evaluation import deviation_scale, temperature
from semivae.trust import Effort, compare
from semivae.trust.verdict import ALONE, LEARNERS

QUICK = {"epochs": 3, "hidden": (8,), "latents": 2, "random_state": 0, "device": "cpu"}
# No label is held out in the fit, so that the comparison makes fits of its own.
ALL = QUICK | {"recipe": RecipeOptions(calibrate=False, committee=False)}
ROWS = np.random.default_rng(0).normal(size=(90, 3))
KNOWN = np.arange(90) % 3 == 0
CLASSES = np.where(KNOWN, np.digitize(ROWS[:, 0], [-0.4, 0.4]), -1)
VALUES = np.where(KNOWN, ROWS[:, 0], np.nan)


@pytest.fixture(scope="module", params=["classes", "values"])
def compared(request):
    classes = request.param == "classes"
    y = CLASSES if classes else VALUES
    fitted = (VAEClassifier if classes else VAERegressor)(**ALL).fit(ROWS, y)
    verdict = compare(fitted, ROWS, y, stratified_folds(y[KNOWN], 3, seed=0), seconds=60)

    return fitted, y, verdict


def test_the_score_is_computed_from_the_predictions(compared):
    _, y, verdict = compared
    held = verdict.held_out
    truth = y[held.rows]

    assert sorted(held.rows) == np.flatnonzero(KNOWN).tolist()
    assert np.bincount(held.folds).tolist() == [10, 10, 10]

    if held.classes:
        assert held.predictions.shape == (30, 3)
        assert np.exp(held.predictions).sum(axis=1) == pytest.approx(1)
        score = (held.predictions.argmax(axis=1) == truth).mean()
    else:
        assert held.predictions.shape == (30, 2) and (held.predictions[:, 1] > 0).all()
        score = 1 - ((held.predictions[:, 0] - truth) ** 2).sum() / ((truth - truth.mean()) ** 2).sum()

    assert verdict.rows[0].name == "this model" and verdict.rows[0].mean == pytest.approx(score)


def test_a_row_is_predicted_without_its_label(compared):
    """Another label for a row changes the predictions of other folds, and not its own."""

    fitted, y, verdict = compared
    held = verdict.held_out
    other = y.copy()
    row = held.rows[held.folds == 0][0]
    other[row] = (y[row] + 1) % 3 if held.classes else y[row] + 5
    folds = [(np.flatnonzero(held.folds != fold), np.flatnonzero(held.folds == fold)) for fold in range(3)]
    order = np.argsort(held.rows)
    rank = np.argsort(order)
    positions = [(np.sort(rank[train]), rank[test]) for train, test in folds]
    again = [compare(fitted, ROWS, target, positions, seconds=60).held_out for target in (y, other)]

    assert np.array_equal(again[0].predictions[again[0].rows == row], again[1].predictions[again[1].rows == row])
    assert not np.array_equal(again[0].predictions, again[1].predictions)


def test_they_are_not_saved(compared):
    verdict = compared[2]

    assert "held_out" not in verdict.to_json() and verdict.to_json()["labels"] == 30


def test_they_calibrate_the_model(compared):
    fitted, y, verdict = compared
    held = verdict.held_out
    truth = y[held.rows]

    if held.classes:
        fitted.calibrate(fitted.classes_[truth], held.predictions)
        assert fitted.calibration_temperature_ == verdict.confidence.temperature
        assert fitted.calibration_temperature_ == temperature(held.predictions, truth)
    else:
        mean, deviation = held.predictions.T
        fitted.calibrate(truth, mean, deviation)
        assert fitted.calibration_scale_ == verdict.confidence.scale == deviation_scale((truth - mean) / deviation)


def test_predictions_without_a_label_calibrate_nothing(compared):
    fitted, y, verdict = compared
    held = verdict.held_out
    parts = (held.predictions,) if held.classes else held.predictions.T

    with pytest.raises(DataError, match="30 "):
        fitted.calibrate(np.r_[y[held.rows], y[1]], *parts)


def test_without_time_for_all_epochs_the_model_is_not_compared(compared):
    fitted, y, _ = compared
    folds = stratified_folds(y[KNOWN], 3, seed=0)
    verdict = compare(fitted, ROWS, y, folds, seconds=30, effort=Effort(10, 1000.0, 100, 128))

    assert verdict.needed is not None and verdict.needed >= 1000.0
    assert verdict.gain is None and verdict.confidence is None and verdict.held_out is None
    assert "not compared" in verdict.sentence and "minutes in all. compare(..., seconds=math.inf)" in verdict.sentence
    assert {"random forest", "majority class"} & {row.name for row in verdict.rows} and verdict.labels == 30


def test_progress_is_logged(compared, caplog):
    fitted, y, _ = compared

    with caplog.at_level(logging.INFO, logger="semivae.trust"):
        compare(fitted, ROWS, y, stratified_folds(y[KNOWN], 3, seed=0), seconds=60)

    assert "comparing: this model, and the same network, labels alone (6 fits)" in caplog.messages
    assert "comparing: random forest" in caplog.messages


def test_nothing_is_said_of_unlabeled_rows_where_there_are_none():
    labels = (ROWS[:, 0] > 0).astype(int)
    verdict = compare(VAEClassifier(**QUICK).fit(ROWS, labels), ROWS, labels, [], seconds=0)

    assert verdict.gain is None and verdict.sentence.startswith("There are no unlabeled rows.")


def test_a_committee_is_compared_with_its_members_that_saw_labels_alone():
    fitted = VAEClassifier(**QUICK).fit(ROWS, CLASSES)
    verdict = compare(fitted, ROWS, CLASSES, [], seconds=0)
    held = fitted.held_out_
    lines = {row.name: row for row in verdict.rows}
    right = held.alone.argmax(axis=1) == CLASSES[held.rows]

    assert verdict.needed is None and LEARNERS in lines and ALONE not in lines
    assert lines[LEARNERS].mean == pytest.approx(right.mean())
    assert "learners that saw the labels alone" in verdict.sentence
    assert lines["member: extra trees of both"].weight == fitted.committee_.weights["extra_trees_of_both"]
    assert sum(row.weight for row in verdict.rows if row.weight is not None) == pytest.approx(1)
    assert lines["random forest"].weight is None
