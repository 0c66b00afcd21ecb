"""The scorecard of every kind of estimator: all halves that it has, and nothing that it does not."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

from semivae import PCA, ObjectiveOptions, VAEClassifier, VAEEmbedding, VAERegressor
from semivae.evaluation import Exam, metrics, scorecard

X, Y = load_iris(return_X_y=True)
FRAME = pd.DataFrame(X, columns=["a", "b", "c", "d"]).assign(e=np.where(X[:, 2] > 3, "long", "short"))
FRAME.loc[::7, "b"] = np.nan
FRAME.loc[::9, "e"] = None
ORDER = np.random.default_rng(0).permutation(150)
TRAIN, TEST = ORDER[:100], ORDER[100:]
GIVEN = np.arange(100) < 30
QUICK = {"hidden": (16,), "latents": 2, "epochs": 3, "random_state": 0, "device": "cpu"}
VALUES = X[:, 3] * 10
IMAGES = (np.random.default_rng(0).random((150, 4, 4)) * 200).astype(np.uint8)

PREDICTIONS = {
    VAEClassifier: {"accuracy", "auc", "calibration_error"},
    VAERegressor: {"r2", "crps", "coverage"},
}
OF_CLASSES = {"judge", "judge_accuracy", "asked_class", "variance_ratio", "classes_covered", "inception_score"}
OF_CLASSES |= {"network", "network_accuracy", "frechet_distance", "frechet_floor", "kernel_distance", "cluster_ari"}
NEVER_MISSING = ("reconstruction", "samples", "latents", "prior", "posterior", "paths")


def carded(estimator, rows, y, numeric=False):
    """The scorecard of a fit to 30 labels."""

    train, test = ((rows.iloc[part] if isinstance(rows, pd.DataFrame) else rows[part]) for part in (TRAIN, TEST))
    seen = np.where(GIVEN, y[TRAIN], np.nan if numeric else -1)
    estimator.fit(train, None if isinstance(estimator, VAEEmbedding | PCA) else seen)
    exam = Exam(estimator.schema_, train, y[TRAIN], GIVEN, test, y[TEST], numeric)
    card = scorecard(estimator, exam)

    assert card == pytest.approx(scorecard(estimator, exam), nan_ok=True), "it is the same at each call"

    return card


CASES = {
    "classes of a table": (VAEClassifier(**QUICK), FRAME, Y, False),
    "classes of images": (VAEClassifier(**QUICK), IMAGES, Y, False),
    "numbers of a table": (VAERegressor(**QUICK), FRAME, VALUES, True),
    "no target": (VAEEmbedding(**QUICK), X, Y, False),
    "no density": (VAEEmbedding(model="ae", **QUICK), X, Y, False),
    "no network": (PCA(2), X, Y, False),
}


@pytest.mark.parametrize("case", CASES)
def test_it_has_every_half(case):
    estimator, rows, y, numeric = CASES[case]
    card = carded(estimator, rows, y, numeric)
    missing = {name for name, value in card.items() if value != value}
    expected = {name for name in metrics if metrics[name].subject in NEVER_MISSING}

    assert card.keys() >= expected | {"linear_probe", "neighbor_probe_given", "pca_explained", "kl"}
    every = PREDICTIONS[VAEClassifier] | PREDICTIONS[VAERegressor]
    assert card.keys() & every == PREDICTIONS.get(type(estimator), set())
    assert ("two_sample_auc" in card) == ("images" not in case)
    assert (card.keys() & OF_CLASSES) == (set() if numeric else OF_CLASSES)
    assert ("kl" in missing) == (case in ("no network",))
    assert ("asked_class" in missing) == case.startswith("no ")
    assert ("log_likelihood" in missing) == (case == "no density")
    assert missing <= {
        *("kl", "asked_class", "variance_ratio", "log_likelihood", "log_likelihood_standard_error"),
        *("frechet_floor", "category_distance"),
    }
    assert card["latents"] == 2 and "" not in map(str, card.values())


def test_components_explain_as_much_as_components():
    card = carded(PCA(2, standardize=True), X, Y)

    assert card["explained_variance"] == pytest.approx(card["pca_explained"])
    assert card["linear_probe"] == pytest.approx(card["pca_linear_probe"], abs=0.05) and card["linear_probe"] > 0.7
    assert card["judge_accuracy"] > 0.85 and 0.6 < card["total_variance_ratio"] < 1.4
    assert card["prior_distance"] < 0.1 and card["active_units"] == 2


def test_it_sees_a_collapsed_posterior():
    card = carded(VAEClassifier(objective=ObjectiveOptions(beta=50.0), **QUICK | {"epochs": 60}), X, Y)

    assert card["kl"] < 0.05 and card["active_units"] == 0 and card["explained_variance"] < card["pca_explained"] - 0.1
    assert card["variance_ratio"] < 0.1
