"""What a saved model gives: measures, predictions, scores, samples, facts."""

import io
import json

import numpy as np
import pandas as pd
import pytest

from semivae.data.read import read
from semivae.estimators import VAEPredictor, load


@pytest.fixture
def truth(frame, tmp_path):
    """The table with every kind known."""

    path = tmp_path / "truth.csv"
    frame.drop(columns="price").to_csv(path, index=False)

    return path


def test_evaluate_classes(run, classifier, truth, frame):
    measured = json.loads(run("evaluate", classifier, truth, "--json").stdout)
    fitted = load(classifier)
    rows = read(truth, "kind")

    assert measured["n"] == 60
    assert measured["accuracy"] == pytest.approx((fitted.predict(rows.x) == frame["kind"]).mean())
    assert measured["log_likelihood"] == pytest.approx(fitted.score_samples(rows.x).mean())
    assert measured["log_likelihood_standard_error"] > 0
    assert {"log_loss", "calibration_error"} <= set(measured)


def test_evaluate_scores_labeled_rows_alone(run, classifier, table):
    result = run("evaluate", classifier, table, "--json")
    measured = json.loads(result.stdout)

    assert measured["n"] == 20 and measured["unlabeled"] == 40
    assert "40 of 60 rows have no label" in result.stderr


def test_evaluate_real_values(run, regressor, prices):
    measured = json.loads(run("evaluate", regressor, prices, "--json").stdout)
    rows = read(prices, "price")
    error = load(regressor).predict(rows.x) - rows.y.to_numpy()

    assert measured["n"] == 60
    assert measured["rmse"] == pytest.approx(np.sqrt((error**2).mean()))
    assert measured["r2"] == pytest.approx(1 - (error**2).sum() / ((rows.y - rows.y.mean()) ** 2).sum())


def test_evaluate_named_set(run, digits):
    measured = {
        split: json.loads(run("evaluate", digits, "digits", "--split", split, "--json").stdout)
        for split in ("test", "train")
    }

    assert measured["test"]["n"] == 400 and measured["train"]["n"] == 1397
    assert json.loads(run("evaluate", digits, "digits", "--json").stdout) == measured["test"]
    bits = -measured["test"]["log_likelihood"] / 64 / np.log(2)
    assert measured["test"]["bits_per_dimension"] == pytest.approx(bits), "levels have a probability"
    assert max(map(len, run("evaluate", digits, "digits").stdout.splitlines())) <= 80


def test_evaluate_without_a_target(run, embedding, table):
    measured = json.loads(run("evaluate", embedding, table, "--json").stdout)

    assert measured["n"] == 60 and "accuracy" not in measured
    assert measured["log_likelihood"] == pytest.approx(load(embedding).score(read(table, "kind").x))


def test_autoencoder_has_no_log_likelihood(run, table, tmp_path):
    settings = ["--set", "epochs=1", "--set", "hidden=(8,)", "-q", "--no-figures"]
    run("fit", table, "--model", "ae", *settings, "--out", tmp_path / "ae")
    run("score", tmp_path / "ae", table, "--out", tmp_path / "s.csv")

    assert "reconstruction_log_likelihood" in json.loads(run("evaluate", tmp_path / "ae", table, "--json").stdout)
    assert "log_density" not in pd.read_csv(tmp_path / "s.csv")


def test_grey_levels_as_chances_have_no_density(run, tmp_path):
    settings = ["--set", "epochs=1", "--set", "hidden=(8,)", "--set", "likelihood=bernoulli", "-q", "--no-figures"]
    run("fit", "digits", "--model", "vae", *settings, "--out", tmp_path / "m")
    run("score", tmp_path / "m", "digits", "--out", tmp_path / "s.csv")
    measured = json.loads(run("evaluate", tmp_path / "m", "digits", "--json").stdout)

    assert "bernoulli_log_likelihood" in measured and not {"log_likelihood", "bits_per_dimension"} & set(measured)
    assert list(pd.read_csv(tmp_path / "s.csv")) == ["bernoulli_log_likelihood", "outlier_score", "error"]
    assert "cross-entropies of grey levels, which are no density" in run("info", tmp_path / "m").stdout


def test_predict_classes(run, classifier, table, tmp_path):
    out = tmp_path / "p.csv"
    run("predict", classifier, table, "--out", out)
    found, fitted, x = pd.read_csv(out), load(classifier), read(table, "kind").x

    assert list(found) == ["prediction", "probability_big", "probability_small", "outlier_score"]
    assert found["prediction"].tolist() == fitted.predict(x).tolist()
    assert np.array_equal(found[["probability_big", "probability_small"]], fitted.predict_proba(x))
    assert np.array_equal(found["outlier_score"], fitted.outlier_score(x))


def test_predict_real_values(run, regressor, prices, tmp_path):
    out = tmp_path / "p.parquet"
    run("predict", regressor, prices, "--out", out)
    found, fitted, x = pd.read_parquet(out), load(regressor), read(prices, "price").x

    assert list(found) == ["prediction", "lower", "upper", "outlier_score"]
    assert np.array_equal(found["prediction"], fitted.predict(x))
    assert np.array_equal(found[["lower", "upper"]].to_numpy(), fitted.predict_interval(x, 0.9))


def test_predict_in_any_order_of_columns_and_rows(run, classifier, frame, tmp_path):
    rows = frame.drop(columns=["price", "kind"])
    rows.to_csv(tmp_path / "plain.csv", index=False)
    rows[["shade", "size", "count"]].iloc[::-1].assign(kind="?").to_csv(tmp_path / "turned.csv", index=False)

    for name in ("plain", "turned"):
        run("predict", classifier, tmp_path / f"{name}.csv", "--out", tmp_path / f"{name}_p.csv")

    plain, turned = (pd.read_csv(tmp_path / f"{name}_p.csv") for name in ("plain", "turned"))

    pd.testing.assert_frame_equal(plain, turned.iloc[::-1].reset_index(drop=True))


def test_predict_overwrites_on_demand(run, classifier, table, tmp_path):
    out = tmp_path / "p.csv"
    out.write_text("old")

    assert "--overwrite" in run("predict", classifier, table, "--out", out, code=2).stderr
    assert out.read_text() == "old"

    run("predict", classifier, table, "--out", out, "--overwrite")
    assert len(pd.read_csv(out)) == 60


def test_predict_images(run, digits, tmp_path):
    run("predict", digits, "digits", "--out", tmp_path / "new" / "p.csv")
    found = pd.read_csv(tmp_path / "new" / "p.csv")

    assert len(found) == 400
    assert found[[f"probability_{i}" for i in range(10)]].sum(axis=1).to_numpy() == pytest.approx(1)


def test_score(run, embedding, table, tmp_path):
    run("score", embedding, table, "--out", tmp_path / "s.parquet")
    found = pd.read_parquet(tmp_path / "s.parquet")

    assert np.array_equal(found["log_density"], load(embedding).score_samples(read(table, "kind").x))
    assert np.array_equal(found["outlier_score"], -found["log_density"])


def test_sample_table(run, classifier, tmp_path):
    run("sample", classifier, "-n", 7, "--given", "kind=big", "--seed", 3, "--out", tmp_path / "s.csv")
    found = pd.read_csv(tmp_path / "s.csv")

    assert list(found) == ["size", "count", "shade", "kind"]
    assert found["kind"].tolist() == ["big"] * 7
    assert set(found["shade"]) <= {"red", "blue"}
    assert np.array_equal(found["size"], load(classifier).sample(7, "big", random_state=3)["size"])


def test_sample_real_value(run, regressor, tmp_path):
    run("sample", regressor, "--given", "price=1500", "--out", tmp_path / "s.parquet")

    assert pd.read_parquet(tmp_path / "s.parquet")["price"].tolist() == [1500.0] * 64


def test_sample_images(run, digits, tmp_path):
    from PIL import Image

    run("sample", digits, "-n", 5, "--given", "label=3", "--out", tmp_path / "s.npz")
    run("sample", digits, "-n", 5, "--out", tmp_path / "s.png")

    with np.load(tmp_path / "s.npz") as arrays:
        assert arrays["X"].shape == (5, 8, 8) and arrays["X"].dtype == np.int64
        assert arrays["y"].tolist() == [3] * 5

    picture = np.asarray(Image.open(io.BytesIO((tmp_path / "s.png").read_bytes())).convert("L"))

    assert min(picture.shape) > 100 and picture.std() > 1


@pytest.mark.parametrize(
    ("model", "arguments", "message"),
    [
        ("classifier", ["--out", "s.png"], "rows of a table"),
        ("classifier", ["--out", "s.npz"], "names and types"),
        ("digits", ["--out", "s.csv"], "images"),
        ("digits", ["--out", "s.png", "--given", "label=11"], "one of 0, 1, 2"),
        ("digits", ["--out", "s.png", "--given", "size=1"], "only a target"),
        ("regressor", ["--out", "s.csv", "--given", "price=high"], "must be a number"),
        ("embedding", ["--out", "s.csv", "--given", "kind=big"], "without a target"),
        ("classifier", ["--out", "s.csv", "--given", "kind=big", "--given", "kind=small"], "given twice"),
    ],
)
def test_sample_that_cannot_be(run, request, tmp_path, monkeypatch, model, arguments, message):
    monkeypatch.chdir(tmp_path)

    assert message in run("sample", request.getfixturevalue(model), *arguments, code=2).stderr
    assert list(tmp_path.iterdir()) == []


def test_info(run, classifier):
    facts = json.loads(run("info", classifier, "--json").stdout)
    shown = run("info", classifier).stdout

    assert facts["estimator"] == "VAEClassifier" and facts["fit"]["n_labeled_"] == 20
    assert "kind, one of big, small" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_datasets(run):
    sets = json.loads(run("datasets", "--json").stdout)

    assert [named["name"] for named in sets] == ["digits", "mnist", "fashion_mnist"]
    assert max(map(len, run("datasets").stdout.splitlines())) <= 80


def test_demo(run, tmp_path):
    settings = ["--set", "epochs=1", "--set", "hidden=(8,)", "--set", "latents=2"]
    result = run("demo", "--draws", 2, *settings, "--json", "--out", tmp_path / "demo")
    accuracies = json.loads(result.stdout)["test_accuracy"]

    assert set(accuracies) >= {"logistic regression", "label spreading", "support vectors", "self-training"}
    assert all(len(values) == 2 for values in accuracies.values())
    assert np.mean(accuracies["logistic regression"]) == pytest.approx(0.85, abs=0.04)
    assert load(tmp_path / "demo").metrics_["test_accuracy"] == accuracies


@pytest.fixture
def several(frame, tmp_path):
    """A model of two targets, saved in Python."""

    y = frame[["kind", "price"]].where(np.arange(60)[:, None] % 3 != [0, 1])
    predictor = VAEPredictor(epochs=1, hidden=(8,), latents=2, random_state=0)
    predictor.fit(frame.drop(columns=["kind", "price"]), y).save(tmp_path / "several")

    return tmp_path / "several"


def test_model_of_several_targets_is_used(run, several, frame, tmp_path):
    frame.to_csv(tmp_path / "rows.csv", index=False)
    run("predict", several, tmp_path / "rows.csv", "--out", tmp_path / "out.csv")
    run("score", several, tmp_path / "rows.csv", "--out", tmp_path / "scores.csv")
    run("sample", several, "-n", 3, "--given", "price=1500", "--given", "kind=big", "--out", tmp_path / "made.csv")
    predictions, model = pd.read_csv(tmp_path / "out.csv"), load(several)
    expected = model.predict(frame.drop(columns=["kind", "price"]))

    kind = [f"kind_{column}" for column in ("prediction", "probability_big", "probability_small")]
    price = [f"price_{column}" for column in ("prediction", "lower", "upper")]
    assert predictions.columns.tolist() == [*kind, *price, "outlier_score"]
    assert predictions["kind_prediction"].tolist() == expected["kind"].tolist()
    np.testing.assert_allclose(predictions["price_prediction"], expected["price"])
    assert (predictions["price_lower"] < predictions["price_upper"]).all()
    assert "kind, one of big, small; price, from" in run("info", several).stdout
    assert "several targets" in run("evaluate", several, tmp_path / "rows.csv", "--target", "kind", code=2).stderr
    made = pd.read_csv(tmp_path / "made.csv")
    assert made["price"].tolist() == [1500] * 3 and made["kind"].tolist() == ["big"] * 3


def test_info_shows_the_plan_and_which_values_auto_chose(run, classifier):
    shown = run("info", classifier, "--settings").stdout
    lines = {line.split()[0]: line.split()[1:] for line in shown.splitlines() if line.strip()}

    assert lines["alpha"] == ["20.0", "auto"] and lines["epochs"][-1] != "auto"
    assert lines["components"] == ["15", "auto"], "a share of 30 Gaussians for each of two classes"
    assert not lines.keys() & {"simplex", "label_points"}, "values that the fit did not use"
    assert json.loads(run("info", classifier, "--json").stdout)["plan"]["alpha"] == 20.0


def test_info_shows_changed_settings_last(run, classifier):
    shown = run("info", classifier).stdout

    assert shown.index("health") < shown.index("versions") < shown.index("changed setting")
    assert "epochs" in shown and "alpha" not in shown


def test_info_shows_units(run, embedding):
    shown = run("info", embedding, "--units").stdout.splitlines()
    last = json.loads(run("info", embedding, "--units", "--json").stdout)["units"]

    names = {name.removeprefix("unit ") for name in last} - {"epoch", "stage"}
    assert {line.split()[0] for line in shown[4:] if line.strip()} == names and "epoch 1" in shown[2]
