"""Whatever holds rows and labels, and the tools of scikit-learn around an estimator."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from semivae import PCA, ObjectiveOptions, RecipeOptions, VAEClassifier, VAEEmbedding, VAERegressor
from semivae.errors import DataError
from semivae.models import models

FIT = {"hidden": (16,), "latents": 2, "epochs": 5, "batch_size": 32, "learning_rate": 0.01, "random_state": 0}
X, CLASSES = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[CLASSES]
KNOWN = np.random.default_rng(0).permutation(150) < 45


def same(one: VAEClassifier, other: VAEClassifier) -> bool:
    pairs = zip(one.model_.state_dict().values(), other.model_.state_dict().values(), strict=True)

    return all(torch.equal(a, b) for a, b in pairs)


def test_grid_search_with_text_labels_and_a_marker_of_text():
    """Cross-validation of scikit-learn sorts the labels, which None among text does not allow."""

    y = np.where(KNOWN, NAMES, "?")
    search = GridSearchCV(VAEClassifier(missing_label="?", **FIT), {"latents": [1, 2]}, cv=3).fit(X, y)
    sent = pickle.loads(pickle.dumps(search.best_estimator_))  # what joblib does between processes

    assert search.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert search.best_score_ > 0.5, "the unlabeled rows, seven in ten, are not scored"
    np.testing.assert_array_equal(sent.predict_proba(X), search.predict_proba(X))


# Labels


def test_rows_that_cannot_be_used():
    for estimator in (VAEClassifier(**FIT), VAERegressor(**FIT)):
        with pytest.raises(DataError, match=r"(?s)lazy frame.*collect"):
            estimator.fit(pl.DataFrame(X).lazy(), CLASSES)

        with pytest.raises(DataError, match="every row needs a label"):
            estimator.fit(X, CLASSES[:-1])

    with pytest.raises(DataError, match="minimum of 2"):
        PCA(latents=1).fit(X[:1])


def test_tensors_in_bfloat16():
    assert VAEEmbedding(**FIT).fit(torch.rand(40, 3).bfloat16()).transform(torch.rand(2, 3).bfloat16()).shape == (2, 2)


@pytest.mark.parametrize("hidden", [None, np.nan, pd.NA])
@pytest.mark.parametrize("holder", [list, np.array, pd.Series], ids=["list", "array", "series"])
def test_text_labels(hidden, holder):
    y = holder(
        [name if known else hidden for name, known in zip(NAMES.tolist(), KNOWN, strict=True)], **objects(holder)
    )
    estimator = VAEClassifier(**FIT).fit(X, y)

    assert estimator.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert (estimator.n_labeled_, estimator.n_unlabeled_) == (45, 105)
    assert set(estimator.predict(X)) <= set(NAMES) and estimator.score(X, NAMES) > 0.5
    assert estimator.score(X, y) == estimator.score(X[KNOWN], NAMES[KNOWN]), "unlabeled rows are never scored"


def objects(holder: type) -> dict[str, type]:
    return {} if holder is list else {"dtype": object}


@pytest.mark.parametrize(
    ("classes", "marker"),
    [
        (np.array([3, 5, 9]), -1),
        (np.array([0.0, 1.0, 2.0]), np.nan),
        (np.array([0, 1, 2], dtype=np.uint8), 255),
        (np.array(["a", "b", "Unknown"]), "Unknown"),
    ],
)
def test_classes_come_back_as_they_went_in(classes, marker):
    y = np.where(KNOWN, classes[CLASSES], marker)
    named = {"missing_label": marker} if marker in (255, "Unknown") else {}
    estimator = VAEClassifier(**named, **FIT).fit(X, y)
    expected = [value for value in classes.tolist() if value != marker]

    assert estimator.classes_.tolist() == expected
    assert estimator.predict(X).dtype.kind == estimator.classes_.dtype.kind == classes.dtype.kind
    assert estimator.predict_proba(X).shape == (150, len(expected))


def test_minus_one_is_a_value_of_a_real_target():
    y = np.where(KNOWN, X[:, 3], np.nan)
    y[np.flatnonzero(KNOWN)[:2]] = -1.0
    estimator = VAERegressor(**FIT).fit(X[:, :3], y)

    assert estimator.n_labeled_ == 45 and estimator.predict(X[:, :3]).shape == (150,)


def test_regression_is_in_the_units_of_the_target():
    y = np.where(KNOWN, 1e4 + 100 * X[:, 3], np.nan)
    estimator = VAERegressor(**FIT | {"epochs": 40, "recipe": RecipeOptions(dropout=0.2)}).fit(X[:, :3], y)
    low, high = estimator.predict_interval(X[:, :3], coverage=0.9).T
    truth = 1e4 + 100 * X[:, 3]

    assert estimator.score(X[:, :3], truth) > 0.6
    assert (low < estimator.predict(X[:, :3])).all() and 0.75 < ((low < truth) & (truth < high)).mean()


@pytest.mark.parametrize("y", [[-1] * 150, [None] * 150, [0] * 150, None, [0, 1]])
def test_labels_that_teach_nothing_are_refused(y):
    with pytest.raises(ValueError, match=r"(?i)label|class|target|inconsistent"):
        VAEClassifier(**FIT).fit(X, y)


# Rows


def test_rows_of_any_holder_are_the_same():
    names = ["a", "b", "c", "d"]
    y = np.where(KNOWN, CLASSES, -1)
    holders = [X, X.tolist(), torch.from_numpy(X), pd.DataFrame(X, columns=names), pl.DataFrame(X, schema=names)]
    fits = [VAEClassifier(**FIT).fit(rows, y) for rows in holders]

    assert all(same(fits[0], other) for other in fits[1:])
    for estimator, rows in zip(fits, holders, strict=True):
        np.testing.assert_array_equal(estimator.predict_proba(rows), fits[0].predict_proba(X))

    assert fits[3].sample(3, random_state=0).columns.tolist() == names


@pytest.mark.parametrize("axes", ["HW", "HWC", "CHW"])
def test_images_keep_their_shape_and_type(axes):
    gray = load_digits().images[:80].astype(np.uint8)
    images = {"HW": gray, "HWC": np.stack([gray] * 3, axis=-1), "CHW": np.stack([gray] * 3, axis=1)}[axes]
    estimator = VAEClassifier(**FIT).fit(images, load_digits().target[:80])

    for out in (estimator.sample(4, random_state=0), estimator.inverse_transform(estimator.transform(images[:4]))):
        assert out.shape == (4, *images.shape[1:]) and out.dtype == np.uint8


# Tools


def test_grid_search_with_unlabeled_rows():
    y = np.where(KNOWN, CLASSES, -1)
    pipeline = make_pipeline(StandardScaler(), VAEClassifier(**FIT))
    grid = {"vaeclassifier__latents": np.array([1, 2]), "vaeclassifier__model": ["m2", "predictor"]}
    search = GridSearchCV(pipeline, grid, cv=KFold(2, shuffle=True, random_state=0), error_score="raise").fit(X, y)

    assert search.best_score_ > 0.5 and np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.predict(X).shape == (150,)
    assert search.score(X, y) == search.score(X[KNOWN], CLASSES[KNOWN])


def test_latents_feed_a_classifier():
    """M1: the latents of all rows, and a classifier on those of the labeled ones."""

    embedding = VAEEmbedding(**FIT | {"epochs": 40}).fit(X)
    z = embedding.transform(X)

    assert LogisticRegression().fit(z[KNOWN], CLASSES[KNOWN]).score(z, CLASSES) > 0.7
    assert embedding.get_feature_names_out().tolist() == ["vaeembedding0", "vaeembedding1"]
    assert make_pipeline(PCA(latents=2), VAEClassifier(**FIT)).fit(X, CLASSES).score(X, CLASSES) > 0.5


def test_clone_forgets_the_fit_and_keeps_the_parameters():
    y = np.where(KNOWN, NAMES, None)
    estimator = VAEClassifier(missing_label=["Unknown", ""], **FIT).fit(X, y)
    copy = clone(estimator)

    assert copy.get_params() == estimator.get_params() and not hasattr(copy, "model_")
    assert same(copy.fit(X, y), estimator)


def test_second_fit_starts_anew():
    estimator = VAEClassifier(**FIT).fit(X, CLASSES)
    estimator.fit(X[:, :2], np.where(CLASSES == 2, -1, CLASSES))

    assert estimator.n_features_in_ == 2 and estimator.classes_.tolist() == [0, 1]
    assert same(estimator, VAEClassifier(**FIT).fit(X[:, :2], np.where(CLASSES == 2, -1, CLASSES)))


def test_wrong_number_of_latents_is_named():
    with pytest.raises(DataError, match="latents"):
        VAEEmbedding(**FIT).fit(X).inverse_transform(np.zeros((1, 7)))


# Generation


@pytest.fixture(scope="module", params=[name for name in models if "category" in models[name].targets])
def generator(request):
    """A model of the digits, half of them labeled; of that half alone, where a model knows no other."""

    rows = 1797 if request.param == "shot" else 900  # fewer teach it too little of a 7
    images, digits = (part[:rows] for part in load_digits(return_X_y=True))
    few = np.where(np.random.default_rng(0).random(len(digits)) < 0.5, digits, -1)
    fit = FIT | {
        "hidden": (128,),
        "latents": 16,
        "epochs": 25,
        "batch_size": 64,
        "recipe": RecipeOptions(adversarial=0.0),
        # With more, 25 epochs leave the generator behind.
        **({} if models[request.param].labels_only else {"objective": ObjectiveOptions(alpha=20.0)}),
    }

    seen = few >= 0 if models[request.param].labels_only else slice(None)

    return VAEClassifier(model=request.param, **fit).fit(images.reshape(-1, 8, 8)[seen], few[seen])


@pytest.fixture(scope="module")
def judge():
    """A classifier that never saw a model."""

    images, digits = load_digits(return_X_y=True)

    return LogisticRegression(max_iter=2000).fit(images / 16, digits)


def test_samples_of_a_class_are_of_that_class(generator, judge):
    asked = np.repeat(np.arange(10), 30)
    drawn = generator.sample(300, y=asked, random_state=0)
    seen = judge.predict(drawn.reshape(300, 64) / 16)

    # The latent of the predictors has room between the classes, where their head is as sure as elsewhere, and
    # features that see no label overlap.
    least = {"m1": 0.3, "predictor": 0.3, "debias": 0.3, "m1m2": 0.5}.get(generator.model, 0.8)
    assert (seen == asked).mean() >= least
    assert drawn[asked == 3].std(axis=0).max() > 1, "all samples of a class are alike"

    alone = judge.predict(generator.sample(40, y=7, random_state=0).reshape(40, 64) / 16)
    assert (alone == 7).mean() >= least


def test_samples_of_no_class_are_of_all(generator, judge):
    seen = judge.predict(generator.sample(300, random_state=0).reshape(300, 64) / 16)

    assert np.bincount(seen, minlength=10).min() > 3
