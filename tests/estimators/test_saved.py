"""A saved model is the same model, in another process and on another day."""

import json
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.datasets import load_digits, load_iris

import semivae
from semivae import PCA, ObjectiveOptions, VAEClassifier, VAEEmbedding, VAERegressor
from semivae.errors import SettingError, StoreError

FIT = {"hidden": (8,), "latents": 2, "epochs": 2, "batch_size": 64, "random_state": 0}
X, CLASSES = load_iris(return_X_y=True)
GAPS = np.where(np.arange(600).reshape(150, 4) % 23 == 0, np.nan, X)
FRAME = pd.DataFrame(
    {
        "length": GAPS[:, 0],
        "count": np.arange(150) % 9,
        "color": pd.Categorical(np.array(["rot", "grün", "blau"])[np.arange(150) % 3], ["rot", "blau", "grün"]),
        "flag": np.arange(150) % 2 == 0,
    }
)
IMAGES = load_digits().images[:60].astype(np.uint8)

SAVED = {
    "classifier": lambda: (VAEClassifier(**FIT).fit(GAPS, np.where(CLASSES == 2, -1, CLASSES)), GAPS),
    "text classes": lambda: (
        VAEClassifier(missing_label="?", **FIT).fit(FRAME, np.array(["ä", "b", "?"])[CLASSES]),
        FRAME,
    ),
    "bool classes": lambda: (VAEClassifier(model="predictor", **FIT).fit(X, CLASSES == 1), X),
    "numpy parameters": lambda: (
        VAEClassifier(**FIT | {"latents": np.int64(2), "objective": ObjectiveOptions(alpha=np.float32(3))}).fit(
            X, CLASSES
        ),
        X,
    ),
    "images": lambda: (VAEClassifier(**FIT).fit(IMAGES, load_digits().target[:60]), IMAGES),
    "regressor": lambda: (VAERegressor(**FIT).fit(X[:, :3], X[:, 3]), X[:, :3]),
    "embedding": lambda: (VAEEmbedding(**FIT).fit(FRAME), FRAME),
    "autoencoder": lambda: (VAEEmbedding(model="ae", **FIT).fit(X), X),
    "pca": lambda: (PCA(latents=2).fit(X), X),
    "pca of images": lambda: (PCA(latents=3).fit(IMAGES), IMAGES),
}


@pytest.fixture(params=SAVED, scope="module")
def fitted(request):
    """A fitted estimator and its rows."""

    return SAVED[request.param]()


def answers(estimator: object, rows: object) -> dict[str, np.ndarray]:
    """Everything that an estimator says of rows."""

    names = ("predict", "predict_proba", "transform", "score_samples", "predict_interval", "predict_set")
    calls = {name: [rows] for name in names if name != "predict_set" or getattr(estimator, "held_out_", None)}
    found = {name: getattr(estimator, name)(*given) for name, given in calls.items() if hasattr(estimator, name)}
    found["sample"] = estimator.sample(3, random_state=0)
    found["inverse"] = estimator.inverse_transform(found["transform"][:3])

    return {name: np.asarray(value) for name, value in found.items()}


def check_same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    assert one.keys() == other.keys()

    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)
        assert one[name].dtype == other[name].dtype, name


@pytest.mark.parametrize("given", [{"epochs": 0}, {"recipe__neighbors": -1}])
def test_impossible_parameter_is_refused_before_it_is_saved(given, tmp_path):
    fitted = VAEEmbedding(epochs=1, hidden=(4,), random_state=0).fit(np.random.default_rng(0).normal(size=(30, 2)))

    with pytest.raises(SettingError, match=f"{next(iter(given)).rpartition('__')[2]}="):
        fitted.set_params(**given).save(tmp_path / "m")

    assert not (tmp_path / "m").exists()


def test_loaded_model_says_the_same_bit_for_bit(fitted, tmp_path):
    estimator, rows = fitted
    estimator.save(tmp_path / "model")
    loaded = semivae.load(tmp_path / "model")

    check_same(answers(estimator, rows), answers(loaded, rows))
    assert type(loaded) is type(estimator) and loaded.schema_ == estimator.schema_
    assert loaded.history_.columns.tolist() == estimator.history_.columns.tolist()

    if isinstance(estimator, VAEClassifier):
        assert loaded.classes_.dtype == estimator.classes_.dtype
        assert loaded.classes_.tolist() == estimator.classes_.tolist()


def test_loaded_model_can_be_saved_again(fitted, tmp_path):
    estimator, rows = fitted
    estimator.save(tmp_path / "one")
    semivae.load(tmp_path / "one").save(tmp_path / "two")

    check_same(answers(estimator, rows), answers(semivae.load(tmp_path / "two"), rows))
    weights = "model.safetensors"
    assert (tmp_path / "one" / weights).read_bytes() == (tmp_path / "two" / weights).read_bytes()


def test_pickle_works_and_no_file_of_ours_holds_one(fitted, tmp_path):
    estimator, rows = fitted
    check_same(answers(estimator, rows), answers(pickle.loads(pickle.dumps(estimator)), rows))

    estimator.save(tmp_path / "model")
    files = [path for path in (tmp_path / "model").rglob("*") if path.is_file()]
    names = {"committee_": "committee", "held_out_": "evidence", "reference_": "evidence", "usual_": "evidence"}
    beside = {f"{file}.safetensors" for name, file in names.items() if getattr(estimator, name, None) is not None}
    beside |= {"units.csv"} if len(getattr(estimator, "units_", ())) else set()
    assert {path.name for path in files} == {"model.safetensors", "model.json", "README.md", "history.csv", *beside}

    for path in files:
        with pytest.raises((pickle.UnpicklingError, LookupError, EOFError, ValueError, AttributeError, ImportError)):
            pickle.loads(path.read_bytes())


FRESH = """
import sys
import numpy as np
import semivae

rows = np.load(sys.argv[2])
model = semivae.load(sys.argv[1])

np.savez(
    sys.argv[3],
    proba=model.predict_proba(rows),
    scores=model.score_samples(rows),
    classes=model.classes_.astype(str),
    samples=model.sample(5, random_state=0),
)
"""


def test_fresh_process_says_the_same_bit_for_bit(tmp_path):
    estimator = VAEClassifier(**FIT).fit(GAPS, np.array(["a", "b", "c"])[CLASSES])
    estimator.save(tmp_path / "model")
    np.save(tmp_path / "rows.npy", GAPS)
    arguments = [tmp_path / "model", tmp_path / "rows.npy", tmp_path / "out.npz"]
    subprocess.run([sys.executable, "-c", FRESH, *arguments], check=True)

    with np.load(tmp_path / "out.npz") as fresh:
        np.testing.assert_array_equal(fresh["proba"], estimator.predict_proba(GAPS))
        np.testing.assert_array_equal(fresh["scores"], estimator.score_samples(GAPS))
        np.testing.assert_array_equal(fresh["samples"], estimator.sample(5, random_state=0))
        assert fresh["classes"].tolist() == ["a", "b", "c"]


def test_loaded_parameters_fit_the_same_model_again(tmp_path):
    """The folder is a recipe: its parameters and its seed give the weights back."""

    same = VAEClassifier(**FIT | {"random_state": 5}).fit(X, CLASSES)
    same.save(tmp_path / "seeded")
    loaded = semivae.load(tmp_path / "seeded")
    refitted = loaded.fit(X, CLASSES)

    assert loaded.random_state == 5 and "random_state: 5" in (tmp_path / "seeded" / "README.md").read_text()
    assert all(map(torch.equal, same.model_.state_dict().values(), refitted.model_.state_dict().values()))


def test_a_generator_is_saved_as_what_it_gave(tmp_path):
    estimator = VAEEmbedding(**FIT | {"random_state": np.random.RandomState(0)}).fit(X)
    estimator.save(tmp_path / "model")

    assert semivae.load(tmp_path / "model").random_state == estimator.seed_


def test_damage_is_one_named_error(tmp_path):
    VAEEmbedding(**FIT).fit(X).save(tmp_path / "model")
    weights = tmp_path / "model" / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-7] + bytes([whole[-7] ^ 4]) + whole[-6:])

    with pytest.raises(StoreError, match=r"model\.safetensors"):
        semivae.load(tmp_path / "model")


def test_nothing_is_replaced_without_leave(tmp_path):
    estimator = VAEEmbedding(**FIT).fit(X)
    estimator.save(tmp_path / "model")
    before = (tmp_path / "model" / "model.json").read_bytes()

    with pytest.raises(StoreError, match="overwrite"):
        estimator.save(tmp_path / "model")

    assert (tmp_path / "model" / "model.json").read_bytes() == before
    estimator.save(tmp_path / "model", overwrite=True)


def test_manifest_tells_what_the_model_is(tmp_path):
    estimator = VAEClassifier(**FIT).fit(GAPS, np.where(CLASSES == 2, -1, CLASSES))
    estimator.save(tmp_path / "model")
    facts = json.loads((tmp_path / "model" / "model.json").read_text())

    assert facts["estimator"] == "VAEClassifier" and facts["model"] == "gmvae"
    assert facts["fit"]["seed_"] == estimator.seed_ and facts["fit"]["n_labeled_"] == 100
    assert facts["schema"] == json.loads(json.dumps(estimator.schema_.to_json()))
    assert {"semivae", "torch", "numpy"} <= facts["versions"].keys()


def test_unfitted_estimator_is_not_saved(tmp_path):
    from sklearn.exceptions import NotFittedError

    with pytest.raises(NotFittedError):
        VAEClassifier().save(tmp_path / "model")

    assert not list(tmp_path.iterdir())
