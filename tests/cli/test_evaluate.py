"""`semivae evaluate`: intervals, classes one by one, several models side by side, and the list of metrics."""

import json

import numpy as np
import pandas as pd
import pytest

from semivae.data.read import read
from semivae.estimators import load
from semivae.evaluation import Average, metrics
from semivae.workflows.evaluate import described, leaders


def test_intervals_and_classes_of_a_model(run, digits):
    measured = json.loads(run("evaluate", digits, "digits", "--json").stdout)
    rows = read("digits", "label", "test")
    low, high = measured["intervals"]["accuracy"]
    confusion = np.array(measured["confusion"])

    assert low < measured["accuracy"] < high and {"auc", "log_likelihood", "brier"} <= set(measured["intervals"])
    assert confusion.sum() == sum(measured["reliability"]["rows"]) == 400
    assert np.trace(confusion) == (load(digits).predict(rows.x) == rows.y).sum()
    assert measured["per_class"]["rows"] == confusion.sum(axis=1).tolist() and len(measured["classes"]) == 10

    shown = run("evaluate", digits, "digits").stdout
    assert all(word in shown for word in ("95 % interval", "recall", "taken for", "confidence"))


def test_values_have_intervals_and_a_likelihood(run, regressor, prices):
    measured = json.loads(run("evaluate", regressor, prices, "--json").stdout)
    rows, fitted = read(prices, "price"), load(regressor)
    mean, deviation = fitted.predict(rows.x, return_std=True)
    errors = (rows.y.to_numpy() - mean) / deviation

    assert measured["nll"] == pytest.approx(np.mean(errors**2 / 2 + np.log(deviation) + np.log(2 * np.pi) / 2))
    assert {"rmse", "mae", "r2", "nll", "crps", "coverage", "interval_width"} <= set(measured["intervals"])
    assert "crps" in run("evaluate", regressor, prices).stdout


def test_labels_of_the_fit_are_named(run, tmp_path):
    random = np.random.default_rng(0)
    rows = pd.DataFrame(random.normal(size=(80, 3)), columns=list("abc"))
    rows["kind"] = np.where(np.arange(80) < 40, np.where(rows["a"] > 0, "up", "down"), "")
    rows.to_csv(tmp_path / "rows.csv", index=False)
    rows.iloc[::-1].to_csv(tmp_path / "turned.csv", index=False)
    quick = ("--set", "epochs=1", "--set", "features_epochs=1", "--no-compare", "--no-figures", "--quiet")
    run("fit", tmp_path / "rows.csv", "--target", "kind", *quick, "--out", tmp_path / "m")

    assert "The model learned from these labels" in run("evaluate", tmp_path / "m", tmp_path / "rows.csv").stdout
    assert "learned from these" not in run("evaluate", tmp_path / "m", tmp_path / "turned.csv").stdout


def test_models_side_by_side(run, classifier, embedding, table):
    models = [classifier, embedding, embedding, classifier]
    alone = json.loads(run("evaluate", classifier, table, "--json").stdout)
    found = json.loads(run("evaluate", classifier, embedding, table, "--json").stdout)
    shown = run("evaluate", *models, table).stdout

    assert alone.items() >= found["models"][str(classifier)].items() and alone["accuracy"] <= 1
    assert "accuracy" not in found["models"][str(embedding)]
    assert max(map(len, shown.splitlines())) <= 80 and shown.count("log_loss") == 2 and "±" in shown


def test_leaders_are_the_best_and_all_that_cannot_be_told_from_it():
    random = np.random.default_rng(0)
    hard = random.normal(0, 5, 300)
    best, like_it, worse = (Average(hard + random.normal(shift, 0.1, 300)) for shift in (0, 0.001, 0.1))

    assert worse.interval[0] < best.interval[1], "their own intervals do not tell them apart"
    assert leaders("log_loss", [worse, best, None, like_it]) == [False, True, False, True]
    assert leaders("kind: auc", [0.8, 0.9]) == [False, True]
    assert leaders("coverage", [0.9, 0.5]) == leaders("n", [3, 4]) == leaders("auc", [0.5, None]) == [False, False]


def test_help_lists_every_metric_with_its_direction(run):
    text = run("evaluate", "--help").stdout

    assert all(f"  {name}" in text for name in metrics)
    assert max(map(len, text.splitlines())) <= 80
    facts = dict(line for lines in described().values() for line in lines)
    assert facts["rmse"].endswith("(lower is better, unit of the target)") and "best at 0.9" in facts["coverage"]


def test_the_whole_model(run, digits, embedding, prices, table, tmp_path):
    result = run("evaluate", digits, "digits", "--whole", "--json")
    measured = json.loads(result.stdout)
    expected = {"explained_variance", "sample_coverage", "asked_class", "classes_covered", "inception_score"}
    expected |= {"frechet_distance", "frechet_floor", "kernel_distance", "active_units", "divergence", "path_length"}

    assert measured.keys() >= expected | {"cluster_nmi", "linear_probe", "prior_distance"}
    assert "sample_distance" not in measured, "training rows are not at hand"
    assert "judged by SVC" in result.stderr and "judged by MLPClassifier" in result.stderr

    plain = json.loads(run("evaluate", embedding, table, "--whole", "--json").stdout)
    assert {"number_distance", "category_distance", "two_sample_auc", "path_jump"} <= plain.keys()
    assert not {"cluster_nmi", "asked_class"} & plain.keys()

    few = tmp_path / "few.parquet"
    pd.read_parquet(prices).head(30).drop(columns="price").assign(shade="red", kind="x").to_parquet(few)
    assert "at least 40" in run("evaluate", embedding, few, "--whole", code=2).stderr
