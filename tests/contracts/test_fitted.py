"""Every estimator keeps the protocols of fitted estimators, and `isinstance` tells their kinds apart."""

import inspect

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA as SklearnPCA

from semivae import PCA, VAEClassifier, VAEEmbedding, VAEPredictor, VAERegressor, fitted, load
from semivae.trust.vitals import Vitals

ROWS = np.random.default_rng(0).normal(size=(30, 3))
Y = np.where(np.arange(30) % 3 == 0, ROWS[:, 0], np.nan)
KINDS = [fitted.Classifier, fitted.Regressor, fitted.Predictor]
QUICK = {"epochs": 1, "hidden": (4,), "latents": 2, "random_state": 0, "device": "cpu"}

CASES = {
    "classifier": (VAEClassifier(**QUICK), np.where(np.isnan(Y), -1, Y > 0).astype(int), fitted.Classifier),
    "regressor": (VAERegressor(**QUICK), Y, fitted.Regressor),
    "predictor": (
        VAEPredictor(**QUICK),
        pd.DataFrame({"a": Y, "b": np.where(Y > 0, "u", np.where(Y < 0, "v", None))}),
        fitted.Predictor,
    ),
    "embedding": (VAEEmbedding(**QUICK), None, fitted.Trained),
    "pca": (PCA(random_state=0), None, fitted.Fitted),
}


@pytest.fixture(scope="module", params=CASES)
def case(request, tmp_path_factory):
    estimator, y, protocol = CASES[request.param]
    assert not isinstance(estimator, fitted.Fitted), "it is not fitted yet"
    estimator.fit(ROWS, y)
    folder = tmp_path_factory.mktemp("saved") / "model"
    estimator.save(folder)

    return estimator, load(folder), protocol


def test_it_keeps_its_protocol_and_no_other_kind(case):
    estimator, loaded, protocol = case

    for one in (estimator, loaded):
        assert isinstance(one, protocol) and isinstance(one, fitted.Fitted) and isinstance(one, fitted.LatentSpace)
        assert [kind for kind in KINDS if isinstance(one, kind)] == [kind for kind in KINDS if kind is protocol]

    assert isinstance(loaded, fitted.Saved) and not isinstance(estimator, fitted.Saved)


def test_its_methods_take_the_arguments_of_the_protocol(case):
    estimator, _, protocol = case

    for name, method in inspect.getmembers(protocol, inspect.isfunction):
        if not name.startswith("_"):
            wanted = list(inspect.signature(method).parameters)[1:]
            taken = inspect.signature(getattr(estimator, name)).parameters
            assert list(taken)[: len(wanted)] == wanted or "params" in taken, name


def test_its_model_has_a_name(case):
    estimator, loaded, _ = case

    assert estimator.model_name_ == loaded.model_name_ and estimator.model_name_ != "auto"


def test_its_vital_signs_are_measured(case):
    for one in case[:2]:
        if isinstance(one, fitted.Trained):
            assert Vitals.of(one, ROWS).units == 2


def test_scikit_learn_has_a_latent_space_too():
    assert isinstance(SklearnPCA(), fitted.LatentSpace) and not isinstance(SklearnPCA(), fitted.Fitted)
