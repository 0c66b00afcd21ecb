"""A model that is as confident as it was right on held-out labels."""

import json

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

from semivae import RecipeOptions
from semivae.estimators import VAEClassifier, VAERegressor, load

# With no unit left out, the model knows its 60 labels by heart.
SMALL = ("hidden=(16,)", "latents=2", "dropout=0", "learning_rate=0.01", "committee=False")
SET = ("--set", "epochs=60", *(part for one in SMALL for part in ("--set", one)), "--quiet", "--no-figures")


@pytest.fixture(scope="module")
def patients(tmp_path_factory):
    """Patients whose illness grew by some amount, and by more or less than the median, which is hard to tell."""

    folder = tmp_path_factory.mktemp("patients")
    rows = load_diabetes(as_frame=True).frame
    halves = rows.assign(target=np.where(rows["target"] > rows["target"].median(), "more", "less"))
    test = np.arange(len(rows)) % 3 == 0

    for name, frame in {"amounts": rows, "halves": halves}.items():
        frame[test].to_csv(folder / f"{name}_test.csv", index=False)
        frame[~test].head(90).to_csv(folder / f"{name}_train.csv", index=False)

    return folder


@pytest.fixture
def fitted(run, patients, tmp_path):
    """Fits to some of the patients without and with calibration."""

    def fit(name):
        flags = ["--target", "target", "--labels", 60, *SET]
        run(
            "fit", patients / f"{name}_train.csv", *flags, "--no-compare", "--no-calibrate", "--out", tmp_path / "plain"
        )
        shown = run("fit", patients / f"{name}_train.csv", *flags, "--calibrate", "--out", tmp_path / "calibrated")
        measured = [
            json.loads(run("evaluate", tmp_path / part, patients / f"{name}_test.csv", "--json").stdout)
            for part in ("plain", "calibrated")
        ]

        return load(tmp_path / "calibrated"), shown.stdout, *measured

    return fit


def test_calibrated_probabilities_are_better_and_predict_the_same(fitted):
    model, shown, plain, calibrated = fitted("halves")
    found = model.metrics_["comparison"]["confidence"]

    assert found["temperature"] > 1.5 and found["mean"] > found["right"]
    assert f"(temperature {found['temperature']:.2f})" in shown
    assert model.calibration_temperature_ == found["temperature"]
    assert calibrated["accuracy"] == plain["accuracy"]
    assert calibrated["log_loss"] < 0.95 * plain["log_loss"]
    assert calibrated["calibration_error"] < plain["calibration_error"]


@pytest.mark.slow
def test_calibrated_intervals_hold_what_they_should_and_predict_the_same(fitted):
    model, shown, plain, calibrated = fitted("amounts")
    found = model.metrics_["comparison"]["confidence"]

    assert found["scale"] > 1.2 and found["held"] < 0.8
    assert f"(scale {found['scale']:.2f})" in shown
    assert model.calibration_scale_ == found["scale"]
    assert calibrated["r2"] == plain["r2"]
    assert plain["coverage"] + 0.1 < calibrated["coverage"] < 0.95


def test_deviations_are_taken_at_the_scale(regressor, frame):
    estimator, rows = load(regressor), frame.drop(columns=["price", "kind"])
    mean, deviation = estimator.predict(rows, return_std=True)
    ends = estimator.predict_interval(rows)
    estimator.calibration_scale_ *= 2.0

    np.testing.assert_array_equal(estimator.predict(rows), mean)
    np.testing.assert_allclose(estimator.predict(rows, return_std=True)[1], 2 * deviation)
    # Held-out errors are measured in the same deviations, so that intervals stay as they are.
    np.testing.assert_allclose(estimator.predict_interval(rows), ends)


def test_probabilities_are_taken_at_the_temperature(classifier, frame):
    estimator, rows = load(classifier), frame.drop(columns=["price", "kind"])
    before = estimator.predict_proba(rows)
    estimator.calibration_temperature_ *= 2.0
    expected = np.sqrt(before) / np.sqrt(before).sum(axis=1, keepdims=True)

    np.testing.assert_allclose(estimator.predict_proba(rows), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("kind", "target", "name"),
    [(VAEClassifier, "kind", "calibration_temperature_"), (VAERegressor, "price", "calibration_scale_")],
)
def test_a_new_fit_forgets_the_calibration(frame, kind, target, name):
    estimator = kind(epochs=1, hidden=(4,), latents=2, random_state=0, recipe=RecipeOptions(calibrate=False))
    setattr(estimator, name, 2.0)

    assert getattr(estimator.fit(frame[["size"]], frame[target]), name) == 1.0


@pytest.mark.parametrize("flags", [("--target", "price", "--target", "count"), ("--model", "vae")])
def test_only_one_target_is_calibrated(run, prices, tmp_path, flags):
    shown = run("fit", prices, *flags, *SET, "--calibrate", "--out", tmp_path / "m", code=2).stderr

    assert "one class or one number" in shown and not (tmp_path / "m").exists()


def test_calibration_needs_the_comparison(run, table, tmp_path):
    flags = ("--target", "kind", "--missing-label", "unknown", "--calibrate", "--no-compare")

    assert "leave --no-compare out" in run("fit", table, *flags, "--out", tmp_path / "m", code=2).stderr
