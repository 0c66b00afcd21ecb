"""The card of a saved model says in words what a reader looks for, whatever the names of the data."""

import numpy as np
import pandas as pd
import pytest

from semivae import PCA, VAEClassifier, VAEEmbedding
from semivae.estimators.disk.card import card
from semivae.estimators.disk.save import save

QUICK = {"epochs": 1, "hidden": (4,), "latents": 2, "random_state": 0}
VERDICT = {
    "metric": "accuracy",
    "labels": 8,
    "rows": [{"name": "this model", "mean": 0.9, "low": 0.8, "high": 1.0}],
    "sentence": "The unlabeled rows helped.",
    "confidence": {"temperature": 1.25, "right": 0.9, "mean": 0.95},
}


@pytest.fixture(scope="module")
def frame():
    random = np.random.default_rng(0)
    shade = np.where(random.random(40) < 0.5, "dark|", "light")

    return pd.DataFrame({"size": random.normal(size=40), "sh*de\nof": shade})


def read(folder):
    return (folder / "README.md").read_text()


def test_card_of_a_classifier(tmp_path, frame):
    y = np.array([0, 1] * 4 + [-1] * 32)
    classifier = VAEClassifier(**QUICK).fit(frame, y)
    metrics = {"comparison": VERDICT, "epochs": 1, "data": {"name": "people.csv", "rows": 40, "target": "label"}}
    save(classifier, tmp_path / "model", metrics=metrics, extra={"figures/latent.png": b"png"})
    text = read(tmp_path / "model")

    assert text.startswith("# gmvae, a model of label\n")
    assert "it predicts label, one of 0, 1. It was fitted on 8 labeled and 32 unlabeled rows of people.csv" in text
    assert "| this model | 0.900 | 0.800 to 1.000 |" in text and "The unlabeled rows helped." in text
    assert "calibrated on these held-out labels (temperature 1.25)" in text
    assert "model.predict(X)" in text and "![latent](figures/latent.png)" in text
    assert "{" not in text, "it is for people, not JSON"


def test_names_of_users_are_no_markup(tmp_path, frame):
    VAEEmbedding(**QUICK).fit(frame).save(tmp_path / "model")
    text = read(tmp_path / "model")

    assert r"| sh\*de of | category | dark\|, light |" in text
    assert "model.transform(X)" in text and "40 unlabeled rows" in text
    assert "This was not measured" in text


def test_card_of_pca(tmp_path, frame):
    PCA(1).fit(frame[["size"]]).save(tmp_path / "model")
    text = read(tmp_path / "model")

    assert text.startswith("# pca, a model of rows without a target\n")
    assert "It was fitted on rows (semivae, `PCA`)" in text


def test_card_of_many_columns_and_of_a_stopped_fit(tmp_path):
    x = np.random.default_rng(0).normal(size=(20, 30))
    embedding = VAEEmbedding(**QUICK).fit(x)
    embedding.stopped_ = "interrupted"
    embedding.save(tmp_path / "model")
    text = read(tmp_path / "model")

    assert "and 18 more (model.json lists them all)" in text
    assert "`semivae fit --resume` continues it" in text


def test_numbers_are_calibrated_by_a_scale():
    facts = {
        "estimator": "VAERegressor",
        "model": "m2",
        "schema": {"x": [], "y": None, "container": "array"},
        "fit": {},
        "parameters": {"random_state": 0},
        "versions": {},
        "metrics": {"comparison": VERDICT | {"metric": "R2", "confidence": {"scale": 2.0}}},
    }

    assert "R2 on the 8 given labels" in card(facts) and "(scaled by 2.00)" in card(facts)
