"""A model that is as sure as it was right of labels that were held out."""

import json

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

from semivae.estimators import load

SET = ("--set", "epochs=100", "--set", "hidden=(16,)", "--set", "latents=2", "--quiet")


@pytest.fixture(scope="module")
def halves(tmp_path_factory):
    """Patients whose illness grew by more or less than the median, which their values hardly tell apart."""

    folder = tmp_path_factory.mktemp("halves")
    rows = load_diabetes(as_frame=True).frame
    rows = rows.assign(target=np.where(rows["target"] > rows["target"].median(), "more", "less"))
    test = np.arange(len(rows)) % 3 == 0
    rows[test].to_csv(folder / "test.csv", index=False)
    rows[~test].to_csv(folder / "train.csv", index=False)

    return folder


def test_calibrated_probabilities_are_better_and_predict_the_same(run, halves, tmp_path):
    fit = ["fit", halves / "train.csv", "--target", "target", "--labels", 60, *SET, "--out"]
    run(*fit, tmp_path / "plain", "--no-compare")
    shown = run(*fit, tmp_path / "calibrated", "--calibrate").stdout

    found = load(tmp_path / "calibrated").metrics_["comparison"]["confidence"]
    plain, calibrated = (
        json.loads(run("evaluate", tmp_path / name, halves / "test.csv", "--json").stdout)
        for name in ("plain", "calibrated")
    )

    assert found["temperature"] > 1.5 and found["mean"] > found["right"]
    assert f"at temperature {found['temperature']:.2f}" in shown
    assert load(tmp_path / "calibrated").calibration_temperature_ == found["temperature"]
    assert calibrated["accuracy"] == plain["accuracy"]
    assert calibrated["log_loss"] < 0.95 * plain["log_loss"]
    assert calibrated["calibration_error"] < plain["calibration_error"]


def test_probabilities_are_taken_at_the_temperature(classifier, frame):
    estimator, rows = load(classifier), frame.drop(columns=["price", "kind"])
    before = estimator.predict_proba(rows)
    estimator.calibration_temperature_ = 2.0
    expected = np.sqrt(before) / np.sqrt(before).sum(axis=1, keepdims=True)

    np.testing.assert_allclose(estimator.predict_proba(rows), expected, atol=1e-12)


def test_a_new_fit_forgets_the_temperature(frame):
    from semivae import VAEClassifier

    estimator = VAEClassifier(epochs=1, hidden=(4,), latents=2, random_state=0)
    estimator.calibration_temperature_ = 2.0

    assert estimator.fit(frame[["size"]], frame["kind"]).calibration_temperature_ == 1.0


@pytest.mark.parametrize("flags", [("--target", "price"), ("--model", "vae")])
def test_only_classes_are_calibrated(run, prices, tmp_path, flags):
    shown = run("fit", prices, *flags, *SET, "--calibrate", "--out", tmp_path / "m", code=2).stderr

    assert "one class" in shown and not (tmp_path / "m").exists()


def test_calibration_needs_the_comparison(run, table, tmp_path):
    flags = ("--target", "kind", "--missing-label", "unknown", "--calibrate", "--no-compare")

    assert "leave --no-compare out" in run("fit", table, *flags, "--out", tmp_path / "m", code=2).stderr
