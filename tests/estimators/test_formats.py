"""Models that were saved by older versions are loaded: with flat parameters, and without a plan."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from semivae import ModelOptions, RecipeOptions, load
from semivae.store import signed

FORMATS = Path(__file__).with_name("formats")
EXPECTED = json.loads((FORMATS / "expected.json").read_text())
ROWS = np.array(EXPECTED["rows"])


@pytest.fixture(params=[1, 2])
def old(request, tmp_path):
    """Two folders of an old format; the first and the second differ in nothing but the number."""

    for name in ("classifier", "embedding"):
        shutil.copytree(FORMATS / name, tmp_path / name)
        facts = json.loads((tmp_path / name / "model.json").read_text())
        del facts["sha256"]
        (tmp_path / name / "model.json").write_bytes(signed(facts | {"format": request.param}))

    return tmp_path


def test_old_models_say_the_same(old):
    """Up to the rounding of another processor."""

    classifier, embedding = load(old / "classifier"), load(old / "embedding")

    np.testing.assert_allclose(classifier.predict_proba(ROWS), EXPECTED["probabilities"], rtol=1e-6)
    # Then all rows had the same noise, which made scores about 0.4 nats too high here; both have errors of 0.1 to 0.2.
    np.testing.assert_allclose(embedding.score_samples(ROWS), EXPECTED["scores"], atol=0.8)


def test_flat_parameters_find_their_groups(old):
    classifier = load(old / "classifier")

    assert (classifier.objective.alpha, classifier.model.prior, classifier.model.components) == (3.0, "vamp", 3)
    assert classifier.recipe.neighbors == 0 and classifier.training.early_stopping is False
    assert classifier.get_params()["training__precision"] == "auto"


def test_old_models_get_a_plan(old):
    plan = load(old / "classifier").plan_

    assert (plan.model, plan.alpha, plan.prior, plan.components, plan.neighbors) == ("m2", 3.0, "vamp", 3, 0)
    assert plan.machine is None, "it was not made here"
    assert plan.latents == 2 and plan.features_epochs is None, "that of then has one stage"


def test_old_models_are_saved_in_the_new_format(old):
    load(old / "classifier").save(old / "new")
    facts = json.loads((old / "new" / "model.json").read_text())

    assert facts["format"] == 3 and facts["plan"]["alpha"] == 3.0
    np.testing.assert_array_equal(load(old / "new").predict_proba(ROWS), load(old / "classifier").predict_proba(ROWS))


def test_old_parameters_that_are_unknown_are_damage(old):
    facts = json.loads((old / "classifier" / "model.json").read_text())
    del facts["sha256"]
    facts["parameters"]["alpha_of_old"] = 1
    (old / "classifier" / "model.json").write_bytes(signed(facts))

    with pytest.raises(OSError, match="alpha_of_old"):
        load(old / "classifier")


def test_loading_goes_by_the_plan_and_not_by_an_auto_of_today(tmp_path, monkeypatch):
    """A later version may choose otherwise; old models stay as they are."""

    from semivae import VAEClassifier
    from semivae.estimators.plan import networks

    y = np.arange(30) % 2
    fitted = VAEClassifier(epochs=1, random_state=0).fit(np.random.default_rng(0).normal(size=(30, 3)), y)
    fitted.save(tmp_path / "model")
    monkeypatch.setattr(VAEClassifier, "default_model", "vae")
    monkeypatch.setattr(networks, "LATENTS", 3)
    monkeypatch.setattr(networks, "LATENT_SHARE", 1)
    monkeypatch.setattr(networks, "NARROW", (7,))
    loaded = load(tmp_path / "model")

    assert loaded.latents == "auto" and loaded.latents_ == 2, "0.6 of the width, rounded up"
    assert loaded.model == "auto" and loaded.model_name_ == "gmvae"
    np.testing.assert_array_equal(loaded.predict_proba(ROWS), fitted.predict_proba(ROWS))


def test_options_come_back_in_their_groups(tmp_path):
    from semivae import VAEClassifier

    model, recipe = ModelOptions("m2", label_prior=(0.4, 0.6)), RecipeOptions(neighbors=0)
    fitted = VAEClassifier(model, recipe=recipe, epochs=1, random_state=0).fit(ROWS.repeat(9, 0), np.arange(27) % 2)
    fitted.save(tmp_path / "model")
    loaded = load(tmp_path / "model")

    assert loaded.objective is None and loaded.recipe.neighbors == 0
    assert loaded.model.label_prior == [0.4, 0.6] and loaded.plan_ == fitted.plan_
