"""Sets, intervals, p-values and doubted labels of fitted estimators, before and after they are saved."""

import json
import logging

import numpy as np
import pytest
import safetensors.numpy

from semivae import RecipeOptions, TrainingOptions, VAEClassifier, VAERegressor, load
from semivae.errors import DataError, SettingError, StoreError
from semivae.findings import HeldOut
from semivae.store import signed

QUICK = {"epochs": 3, "hidden": (8,), "latents": 2, "random_state": 0, "device": "cpu"}
KEPT = QUICK | {"training": TrainingOptions(reference_share=0.25)}
ROWS = np.random.default_rng(0).normal(size=(240, 3))
KNOWN = np.arange(240) % 4 == 0
CODES = np.digitize(ROWS[:, 0], [-0.4, 0.4])
NAMES = np.array(["low", "middle", "high"])[CODES]
CLASSES = np.where(KNOWN, NAMES, None)
VALUES = np.where(KNOWN, ROWS[:, 0], np.nan)


@pytest.fixture(scope="module")
def classifier():
    return VAEClassifier(**KEPT).fit(ROWS, CLASSES)


@pytest.fixture(scope="module")
def regressor():
    return VAERegressor(**KEPT).fit(ROWS, VALUES)


def test_sets_are_by_the_scores_of_held_out_labels(classifier):
    held = classifier.held_out_
    logs = held.predictions / classifier.calibration_temperature_
    beliefs = np.exp(logs) / np.exp(logs).sum(axis=1, keepdims=True)
    given = np.sort(beliefs[np.arange(60), held.truth])[::-1]
    least = given[int(np.ceil(61 * 0.8)) - 1]

    assert NAMES[held.rows].tolist() == classifier.classes_[held.truth].tolist()
    found = classifier.predict_set(ROWS, coverage=0.8)
    assert found.shape == (240, 3) and found.dtype == bool
    assert np.array_equal(found, classifier.predict_proba(ROWS) >= least)


def test_sets_grow_with_the_coverage_and_do_not_depend_on_the_batch(classifier):
    small, large = (classifier.predict_set(ROWS, coverage) for coverage in (0.6, 0.95))

    assert (small <= large).all() and small.sum() < large.sum()
    assert np.array_equal(classifier.predict_set(ROWS[7:8], 0.95), large[7:8])
    assert classifier.predict_set(ROWS, 0.8, by_class=True).any(axis=1).mean() > 0.5


def test_intervals_are_by_the_errors_of_held_out_values(regressor):
    held = regressor.held_out_
    mean, deviation = held.predictions.T
    errors = np.sort(np.abs(held.truth - mean) / deviation)
    low, high = regressor.predict_interval(ROWS, coverage=0.8).T
    center, spread = regressor.predict(ROWS, return_std=True)

    assert held.truth == pytest.approx(VALUES[held.rows])
    half = errors[int(np.ceil(61 * 0.8)) - 1] * spread / regressor.calibration_scale_
    np.testing.assert_allclose(low, center - half)
    np.testing.assert_allclose(high, center + half)


def test_too_few_labels_are_told(classifier, regressor):
    for ask in (classifier.predict_set, regressor.predict_interval):
        with pytest.raises(DataError, match=r"too few labels for 0.99 coverage; 60 held-out labels"):
            ask(ROWS, 0.99)

    with pytest.raises(DataError, match="in the class '"):
        classifier.predict_set(ROWS, 0.98, by_class=True)


def test_without_held_out_labels(caplog):
    alone = QUICK | {"recipe": RecipeOptions(calibrate=False, committee=False)}
    classifier, regressor = VAEClassifier(**alone).fit(ROWS, CLASSES), VAERegressor(**alone).fit(ROWS, VALUES)

    with pytest.raises(SettingError, match="no predictions of held-out labels"):
        classifier.predict_set(ROWS)

    with caplog.at_level(logging.INFO):
        low, high = regressor.predict_interval(ROWS, 0.6827).T
        regressor.predict_interval(ROWS)

    assert sum("Gaussian" in record.message for record in caplog.records) == 1
    np.testing.assert_allclose((high - low) / 2, regressor.predict(ROWS, return_std=True)[1], rtol=1e-3)


def test_reference_rows_are_unlabeled_and_teach_nothing(classifier):
    gap = np.abs(classifier.score_samples(ROWS)[:, None] - classifier.reference_).min(axis=1)
    used = np.flatnonzero(gap < 1e-9)
    # Their cells are shuffled, column by column, so that the scales of the columns stay.
    changed = ROWS.copy()
    changed[used] = np.random.default_rng(1).permuted(ROWS[used], axis=0)
    again = VAEClassifier(**KEPT).fit(changed, CLASSES)

    assert len(used) == len(classifier.reference_) == 45 and not KNOWN[used].any()
    assert VAEClassifier(**QUICK).fit(ROWS, CLASSES).reference_ is None

    for one, other in zip(*(fitted.model_.state_dict().values() for fitted in (again, classifier)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_unusual_rows_are_rejected(classifier, regressor):
    far = np.concatenate([ROWS[:4], np.full((2, 3), 40.0)])

    assert classifier.novelty(far)[4:].tolist() == [1 / 46] * 2
    assert classifier.predict(far, reject=0.03)[4:].tolist() == [None, None]
    assert np.isnan(regressor.predict(far, reject=0.03)[4:]).all()
    assert classifier.novelty(far[:1]) == classifier.novelty(far)[0]
    assert set(classifier.predict(ROWS)) == set(classifier.classes_)

    with pytest.raises(DataError, match="45 rows allow at least 1/46"):
        classifier.predict(far, reject=0.01)


def test_a_marker_takes_the_place_of_a_rejected_class():
    y = np.where(KNOWN, CODES, 9)
    fitted = VAEClassifier(missing_label=9, **KEPT).fit(ROWS, y)

    assert fitted.predict(np.full((1, 3), 40.0), reject=0.03).tolist() == [9]


def test_reference_rows_can_be_given():
    fitted = VAERegressor(**QUICK).fit(ROWS, VALUES)

    with pytest.raises(SettingError, match=r"calibrate_novelty\(X_unseen\)"):
        fitted.novelty(ROWS)

    new = np.random.default_rng(2).normal(size=(99, 3))
    # The lowest of them is no more normal than itself.
    assert fitted.calibrate_novelty(new).novelty(new).min() == 0.02


def test_wrong_labels_come_first(classifier):
    y = CLASSES.copy()
    wrong = np.flatnonzero(KNOWN & (np.abs(ROWS[:, 0]) > 1))[:3]
    y[wrong] = np.where(ROWS[wrong, 0] > 0, "low", "high")
    fitted = VAEClassifier(**QUICK).fit(ROWS, y)
    found = fitted.mislabeled(ROWS, y)

    assert sorted(found["row"]) == np.flatnonzero(KNOWN).tolist()
    assert set(wrong) <= set(found["row"][:6]) and found["probability"].is_monotonic_increasing
    assert found.set_index("row").loc[wrong[0], "suggested"] == NAMES[wrong[0]]


def test_labels_that_the_fit_did_not_have_are_judged_too(classifier):
    assert sorted(classifier.mislabeled(ROWS, NAMES)["row"]) == [*range(240)]
    # Other rows: by simple learners.
    found = classifier.mislabeled(ROWS[:100], NAMES[:100])
    assert sorted(found["row"]) == [*range(100)] and (found["label"] == NAMES[:100][found["row"]]).all()

    with pytest.raises(DataError, match="give more labels"):
        classifier.mislabeled(ROWS[:3], ["low", None, None])


def test_wrong_values_come_first():
    y = VALUES.copy()
    y[8] += 10
    fitted = VAERegressor(**QUICK).fit(ROWS, y)
    found = fitted.mislabeled(ROWS, y)

    assert found["row"][0] == 8 and found["deviations"][0] > 3 and found["probability"][0] < 0.01
    assert fitted.mislabeled(ROWS[:40], y[:40])["row"][0] == 8


def test_predictions_of_other_fits_are_kept_and_saved(tmp_path):
    fitted = VAEClassifier(model="m2", **QUICK).fit(ROWS, CLASSES)
    logs = np.log(np.tile([0.2, 0.3, 0.5], (12, 1)))
    logs[:, 0] = -np.inf  # a class that no label of a fold had
    held = HeldOut(np.flatnonzero(KNOWN)[:12], np.arange(12) % 2, np.arange(12) % 3, logs, True)
    fitted.keep_held_out(held).save(tmp_path / "m")

    assert load(tmp_path / "m").predict_set(ROWS, 0.8).all(), "a third of the labels have no probability at all"


# Saved


def test_a_loaded_model_answers_the_same(classifier, regressor, tmp_path):
    for name, fitted, y in (("c", classifier, CLASSES), ("r", regressor, VALUES)):
        fitted.save(tmp_path / name)
        loaded = load(tmp_path / name)

        assert np.array_equal(loaded.novelty(ROWS), fitted.novelty(ROWS))
        assert loaded.mislabeled(ROWS, y).equals(fitted.mislabeled(ROWS, y))

    assert np.array_equal(load(tmp_path / "c").predict_set(ROWS, 0.8), classifier.predict_set(ROWS, 0.8))
    assert np.array_equal(load(tmp_path / "r").predict_interval(ROWS), regressor.predict_interval(ROWS))


def test_a_model_of_an_earlier_version_says_what_is_missing(classifier, tmp_path):
    classifier.save(tmp_path / "m")
    change(tmp_path / "m", None)

    with pytest.raises(SettingError, match="earlier version"):
        load(tmp_path / "m").predict_set(ROWS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rows": np.arange(59)},
        {"rows": np.zeros(60, np.int64)},
        {"truth": np.full(60, 3)},
        {"truth": np.zeros(60)},
        {"predictions": np.zeros((60, 4))},
        {"predictions": np.full((60, 3), np.nan)},
        {"reference": np.zeros((4, 2))},
        {"reference": np.zeros(0)},
        {"other": np.zeros(1)},
        {"usual_other": np.zeros(1)},
        {"usual_density": np.zeros(3)},
        {"known_outliers_center": np.zeros(3)},
    ],
)
def test_evidence_that_does_not_fit_is_refused(classifier, tmp_path, wrong):
    classifier.save(tmp_path / "m")
    held = safetensors.numpy.load_file(tmp_path / "m" / "evidence.safetensors")
    change(tmp_path / "m", held | wrong)

    with pytest.raises(StoreError, match="evidence"):
        load(tmp_path / "m")


def change(folder, arrays):
    """Gives a saved model other evidence, or none, and signs it again."""

    import hashlib

    path = folder / "evidence.safetensors"
    facts = json.loads((folder / "model.json").read_bytes())
    del facts["sha256"]

    if arrays is None:
        path.unlink()
        del facts["files"][path.name]
    else:
        path.write_bytes(safetensors.numpy.save(arrays))
        facts["files"][path.name] = hashlib.sha256(path.read_bytes()).hexdigest()

    (folder / "model.json").write_bytes(signed(facts))
