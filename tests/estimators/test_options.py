"""Parameters in groups: reached by name, never shared by accident, and refused with the line that fixes it."""

import inspect
import pickle
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, KFold

import semivae
from semivae import (
    PCA,
    DataOptions,
    ModelOptions,
    ObjectiveOptions,
    RecipeOptions,
    TrainingOptions,
    VAEClassifier,
    VAEEmbedding,
    VAEPredictor,
    VAERegressor,
)
from semivae.errors import SettingError
from semivae.estimators.options.grouped import declarations, grouped, paths, settings
from semivae.estimators.parameters import Parameters

OPTIONS = [ModelOptions, ObjectiveOptions, RecipeOptions, TrainingOptions, DataOptions]
ESTIMATORS = [VAEClassifier, VAERegressor, VAEPredictor, VAEEmbedding, PCA]

every_class = pytest.mark.parametrize("kind", [*OPTIONS, *ESTIMATORS], ids=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_an_estimator_has_few_parameters(kind):
    assert len(kind().get_params(deep=False)) <= 18


def test_names_of_options_are_unique():
    names = [name for kind in (Parameters, *OPTIONS) for name in kind()._declared if name != "name"]

    assert len(set(names)) == len(names) and set(names) - {"objective", "recipe", "training", "data"} == set(
        paths(Parameters)
    )


@every_class
def test_help_lists_every_parameter(kind):
    text = kind.__doc__

    for name, parameter in kind._declared.items():
        assert f"\n    {name}: {parameter.help.split()[0]}" in text and f"Default: {parameter.default!r}." in text

    assert max(map(len, text.splitlines())) <= 120


@every_class
def test_signature_is_plain(kind):
    signature = inspect.signature(kind)

    assert list(signature.parameters) == list(kind._declared)
    assert all("Annotated" not in str(parameter) for parameter in signature.parameters.values())


@every_class
def test_copies_are_equal_and_apart(kind):
    made = kind()

    for copy in (clone(made), pickle.loads(pickle.dumps(made))):
        assert copy is not made and copy.get_params() == made.get_params() and repr(copy) == repr(made)

    assert len({made, clone(made)}) == 2 and joblib.hash(made) == joblib.hash(clone(made))


@pytest.mark.parametrize("kind", [Parameters, PCA])
def test_defaults_are_within_their_limits(kind):
    kind()._check()


def test_options_that_were_left_out_are_listed_and_set():
    bare = VAEClassifier()

    assert bare.get_params()["training__precision"] == bare.get_params()["model__name"] == "auto"
    assert "training__precision" not in bare.get_params(deep=False)

    bare.set_params(training__precision="float32", model__prior="vamp", epochs=3)

    assert (bare.training.precision, bare.model.prior, bare.model.name, bare.epochs) == ("float32", "vamp", "auto", 3)
    assert bare.objective is None and clone(VAEClassifier()).training is None
    assert repr(bare.training) == "TrainingOptions(precision='float32')"


def test_a_name_and_its_options_can_be_set_together():
    model = VAEClassifier("vae").set_params(model__prior="vamp", model="m2").model

    assert (model.name, model.prior) == ("m2", "vamp")


def test_shared_options_are_never_changed():
    shared = ObjectiveOptions(alpha=1)
    one, other = VAEClassifier(objective=shared), VAEClassifier(objective=shared)
    one.set_params(objective__alpha=2)

    assert (one.objective.alpha, other.objective.alpha, shared.alpha) == (2, 1, 1)


def test_nothing_is_set_if_one_name_is_wrong():
    estimator = VAEClassifier()

    with pytest.raises(SettingError, match="alpha"):
        estimator.set_params(epochs=3, objective__alfa=1)

    assert estimator.epochs == "auto" and estimator.objective is None


def test_search_over_options_of_a_bare_estimator():
    x, y = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) % 2
    grid = {"model__name": ["m2"], "model__prior": ["normal", "mixture"], "recipe__dropout": [0.0, 0.1]}
    estimator = VAEClassifier(epochs=1, hidden=(4,), latents=2, random_state=0)
    search = GridSearchCV(estimator, grid, cv=KFold(2), error_score="raise").fit(x, y)

    assert len(search.cv_results_["params"]) == 4 and search.best_estimator_.model_name_ == "m2"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: VAEClassifier(alfa=1), ["'alfa'", "objective=ObjectiveOptions(alpha=1)"]),
        (lambda: VAEClassifier(alpha=1), ["objective=ObjectiveOptions(alpha=1)", "set_params(objective__alpha=1)"]),
        (lambda: VAEClassifier(epoch=1), ["'epoch'", "epochs=1"]),
        (lambda: VAEClassifier().set_params(precision="x"), ["training=TrainingOptions(precision='x')"]),
        (lambda: VAEClassifier().set_params(trainin__precision="x"), ["training=TrainingOptions(precision='x')"]),
        (lambda: ObjectiveOptions(alfa=1), ["ObjectiveOptions", "'alfa'", "alpha=1"]),
        (lambda: PCA(drop="a"), ["data=DataOptions(drop='a')"]),
    ],
)
def test_wrong_argument_says_where_it_lives(make, words):
    with pytest.raises(SettingError) as error:
        make()

    assert isinstance(error.value, TypeError) and all(word in str(error.value) for word in words)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"training": "fast"}, ["training='fast'", "training=TrainingOptions(...)"]),
        ({"objective": RecipeOptions()}, ["objective=RecipeOptions()", "objective=ObjectiveOptions(...)"]),
        ({"model": None}, ["model=None", "a name or ModelOptions(...)"]),
        ({"model": "m22"}, ["model='m22'", "'auto' or one of 'adgm'"]),
        ({"model": ModelOptions(simplex="typo")}, ["simplex='typo'", "'dirichlet'"]),
        ({"model": ModelOptions(scale=0)}, ["scale=0", "'shared'", "a number"]),
        ({"model": ModelOptions(label_prior=[0.5, -1])}, ["label_prior=[0.5, -1]", "a probability for each class"]),
        ({"epochs": True}, ["epochs=True", "'auto' or a whole number, at least 1"]),
        ({"epochs": 1.5}, ["epochs=1.5"]),
        ({"epochs": float("inf")}, ["epochs=inf"]),
        ({"latents": None}, ["latents=None"]),
        ({"hidden": ()}, ["hidden=()", "at least one layer"]),
        ({"hidden": "wide"}, ["hidden='wide'"]),
        ({"learning_rate": "auto"}, ["learning_rate='auto'", "a number"]),
        ({"learning_rate": float("nan")}, ["learning_rate=nan"]),
        ({"verbose": 1}, ["verbose=1", "one of False, True"]),
        ({"callbacks": 3}, ["callbacks=3", "a list of semivae.Callback objects", "Fix: callbacks=None"]),
        ({"callbacks": [print]}, ["callbacks=[<built-in function print>]", "a list of semivae.Callback objects"]),
        ({"checkpoint": 3}, ["checkpoint=3", "a path", "Fix: checkpoint=None"]),
        ({"training": TrainingOptions(validation_share=0.95)}, ["validation_share=0.95", "at most 0.9"]),
    ],
)
def test_value_that_cannot_work_is_refused(given, words):
    with pytest.raises(SettingError) as error:
        VAEClassifier(**given).fit(np.eye(4), [0, 1, 0, 1])

    assert all(word in str(error.value) for word in words)


def test_values_of_numpy_are_values():
    given: dict[str, Any] = {
        "epochs": np.int64(3),
        "alpha": np.float32(2),
        "teacher": np.True_,
        "network": np.str_("mlp"),
    }

    VAEClassifier(**grouped(VAEClassifier, given))._check()


def test_settings_by_their_own_names():
    estimator = VAEClassifier(ModelOptions("m2", prior="vamp"), epochs=3, recipe=RecipeOptions(neighbors=0))
    flat = settings(estimator)

    assert (flat["model"], flat["prior"], flat["epochs"], flat["neighbors"], flat["alpha"]) == (
        "m2",
        "vamp",
        3,
        0,
        "auto",
    )
    assert flat.keys() == declarations(VAEClassifier).keys()
    assert settings(VAEClassifier(**grouped(VAEClassifier, flat))) == flat


def test_options_are_exported():
    assert all(getattr(semivae, kind.__name__) is kind for kind in OPTIONS)
