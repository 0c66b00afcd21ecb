"""What `semivae fit` does beside training."""

import json

import numpy as np
import pandas as pd
import pytest

from semivae.engine import Progress
from semivae.estimators import PCA, VAEClassifier, VAEEmbedding, VAERegressor, load
from semivae.store import read_folder

QUICK = ("--set", "epochs=2", "--set", "hidden=(8,)", "--set", "latents=2", "--quiet", "--no-figures")
FIGURES = {f"figures/{name}.png" for name in ("loss", "latent", "reconstructions", "samples")}


def test_folder_is_whole(classifier, regressor, digits, embedding):
    for out in (classifier, regressor, digits, embedding):
        _, files = read_folder(out)

        committee = {"committee.safetensors"} if out in (classifier, regressor) else set()
        named = {"model.safetensors", "evidence.safetensors", "history.csv", "units.csv", "README.md"}
        assert {*FIGURES, *committee, *named} == set(files)
        assert all(files[name].startswith(b"\x89PNG") for name in FIGURES)


def test_figures_are_left_out_on_request(run, table, tmp_path):
    shown = run("fit", table, "--model", "vae", *QUICK, "--out", tmp_path / "m").stdout

    assert not (tmp_path / "m" / "figures").exists() and "the figures are" not in shown
    assert "Pictures" not in (tmp_path / "m" / "README.md").read_text()


def test_estimators(classifier, regressor, digits, embedding):
    kinds = [type(load(out)) for out in (classifier, regressor, digits, embedding)]

    assert kinds == [VAEClassifier, VAERegressor, VAEClassifier, VAEEmbedding]


def test_labels_that_are_known(classifier, regressor, digits):
    assert load(classifier).n_labeled_ == 20 and load(classifier).n_unlabeled_ == 40
    assert load(regressor).n_labeled_ == 30 and load(regressor).n_unlabeled_ == 30
    assert load(digits).counts_ == [5] * 10 and load(digits).n_unlabeled_ == 1347


def test_rows_that_are_held_out_are_told(run, table, tmp_path):
    arguments = ["fit", table, *QUICK]
    watched = run(*arguments, "--set", "early_stopping=True", "--set", "validation_share=0.2", "--out", tmp_path / "a")
    plain = run(*arguments, "--out", tmp_path / "b")

    assert load(tmp_path / "a").n_held_out_ == 12 and "12 were held out" in watched.output
    assert load(tmp_path / "b").n_held_out_ == 0 and "held out" not in plain.output


def test_target_keeps_its_name_and_is_not_among_the_rows(classifier, regressor, embedding):
    assert load(classifier).schema_.y.name == "kind"
    assert load(regressor).schema_.y.name == "price"
    assert [variable.name for variable in load(embedding).schema_.x] == ["size", "count", "shade"]


def test_settings_reach_the_estimator(run, table, tmp_path):
    run("fit", table, *QUICK, "--set", "beta=0.5", "--set", "scale=learned", "--seed", 7, "--out", tmp_path / "m")
    fitted = load(tmp_path / "m")

    assert (fitted.hidden, fitted.objective.beta, fitted.model.scale) == ([8], 0.5, "learned")
    assert len(fitted.history_) == 2


def test_same_seed_same_model(run, table, tmp_path):
    arguments = ["fit", table, "--target", "kind", "--missing-label", "unknown", "--no-compare", *QUICK]
    weights = []

    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run(*arguments, "--seed", seed, "--out", tmp_path / name)
        weights.append((tmp_path / name / "model.safetensors").read_bytes())

    assert weights[0] == weights[1] != weights[2]


def test_hidden_labels_change_nothing(run, frame, tmp_path):
    """What `--labels` hides is as good as not there, bit for bit."""

    full, partial = tmp_path / "full.csv", tmp_path / "partial.csv"
    rows = frame.drop(columns="price")
    rows.to_csv(full, index=False)

    arguments = ["--target", "kind", "--no-compare", *QUICK, "--seed", 5]
    run("fit", full, "--labels", 10, *arguments, "--out", tmp_path / "a")

    from semivae.data.batches.split import keep_labels

    keep = keep_labels((rows["kind"] == "small").to_numpy(dtype=int), 10, seed=5)
    rows.assign(kind=rows["kind"].where(keep, None)).to_csv(partial, index=False)
    run("fit", partial, *arguments, "--out", tmp_path / "b")

    weights = [(tmp_path / name / "model.safetensors").read_bytes() for name in "ab"]
    history = [pd.read_csv(tmp_path / name / "history.csv").drop(columns="seconds") for name in "ab"]

    assert weights[0] == weights[1]
    pd.testing.assert_frame_equal(*history)


def test_comparison_is_shown_and_saved(run, frame, tmp_path):
    path = tmp_path / "table.csv"
    frame.drop(columns=["price", "shade"]).to_csv(path, index=False)
    shown = run("fit", path, "--target", "kind", "--labels", 20, *QUICK, "--out", tmp_path / "m").stdout
    comparison = load(tmp_path / "m").metrics_["comparison"]
    names = [row["name"] for row in comparison["rows"]]

    assert {"this model", "member: model", "learners, labels alone", "random forest", "majority class"} <= set(names)
    assert all(name in shown for name in names)
    assert comparison["sentence"] in shown
    assert "VAEClassifier (gmvae): 20 labeled and 40 unlabeled rows, 4 epochs" in shown, "two in each of two stages"


def test_comparison_needs_a_label_to_hold_out(run, frame, tmp_path):
    path = tmp_path / "table.csv"
    frame.drop(columns="price").to_csv(path, index=False)
    result = run("fit", path, "--target", "kind", "--labels", 2, *QUICK, "--out", tmp_path / "m")

    assert "No comparison" in result.stderr
    assert load(tmp_path / "m").counts_ == [1, 1]


def test_stopped_by_hand_keeps_the_model(run, table, tmp_path, monkeypatch):
    def stop(self, record):
        if record["epoch"] == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "epoch", stop)
    settings = ["--set", "epochs=50", "--set", "hidden=(8,)", "--set", "latents=2", "--no-figures"]
    out = tmp_path / "m"
    result = run("fit", table, "--target", "kind", "--missing-label", "unknown", *settings, "--json", "--out", out)

    assert json.loads(result.stdout)["stopped"] == "interrupted"
    assert "Note: stopped by hand" in result.stderr
    assert load(out).stopped_ == "interrupted" and len(load(out).history_) == 2
    assert "comparison" not in load(out).metrics_


def test_stopped_before_the_training(run, table, tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("semivae.cli.commands.fit.train", stop)
    result = run("fit", table, "--out", tmp_path / "m", code=2)

    assert result.stderr.endswith("Error: Stopped by hand; nothing was written.\n")
    assert not (tmp_path / "m").exists()


def test_overwrite(run, table, tmp_path):
    arguments = ["fit", table, "--model", "vae", *QUICK, "--out", tmp_path / "m"]
    run(*arguments, "--seed", 1)
    before = (tmp_path / "m" / "model.safetensors").read_bytes()

    assert "--overwrite" in run(*arguments, "--seed", 2, code=2).stderr
    assert (tmp_path / "m" / "model.safetensors").read_bytes() == before

    run(*arguments, "--seed", 2, "--overwrite")
    assert (tmp_path / "m" / "model.safetensors").read_bytes() != before


def test_pca(run, tmp_path):
    X = np.random.default_rng(0).normal(size=(40, 3)) @ np.diag([3.0, 2.0, 1.0])
    np.savez(tmp_path / "x.npz", X=X)
    shown = run("fit", tmp_path / "x.npz", "--model", "pca", "--out", tmp_path / "m").stdout

    assert "PCA (pca)" in shown
    assert np.array_equal(load(tmp_path / "m").transform(X), PCA(random_state=0).fit(X).transform(X))


@pytest.mark.parametrize("model", ["vae", "ae"])
def test_models_without_a_target(run, table, tmp_path, model):
    result = run("fit", table, "--target", "kind", "--model", model, *QUICK, "--out", tmp_path / "m")

    assert "'kind' is left out of the rows" in result.stderr
    assert read_folder(tmp_path / "m")[0]["model"] == model


def test_predictor(run, table, tmp_path):
    arguments = ["--target", "kind", "--missing-label", "unknown", "--no-compare", *QUICK]
    run("fit", table, "--model", "predictor", *arguments, "--out", tmp_path / "m")

    assert read_folder(tmp_path / "m")[0]["model"] == "predictor"


def test_few_rows_and_one_label_a_class(run, tmp_path):
    path = tmp_path / "few.csv"
    path.write_text("a,b,y\n" + "\n".join(f"{i},{i % 3},{'uv'[i] if i < 2 else ''}" for i in range(7)))
    run("fit", path, "--target", "y", "--task", "class", *QUICK, "--out", tmp_path / "m")

    assert load(tmp_path / "m").n_labeled_ == 2
