"""The distribution of the rows: which one is chosen, for which it is refused, and what older models keep."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from semivae import VAEEmbedding, load
from semivae.errors import SettingError
from semivae.estimators.options.grouped import grouped
from semivae.estimators.plan.plan import Plan
from semivae.estimators.plan.resolve import plan_of
from semivae.estimators.plan.rows import Counts
from semivae.families import Bernoulli, Gaussian, Logistic, Mixed, choose_data, choose_target
from semivae.schema import Schema
from semivae.store import signed
from semivae.variables import Variable

COUNTS = Counts(0, 100)
TABLE = Schema((Variable("a", "real"), Variable("b", "real")))


def images(levels: int | None = None) -> Schema:
    return Schema((Variable("image", "image", (1, 8, 8), levels=levels),), container="image")


def plan(schema: Schema, **given: Any) -> Plan:
    return plan_of(VAEEmbedding(**grouped(VAEEmbedding, given)), "vae", schema, COUNTS, seed=0)


@pytest.mark.parametrize(("levels", "likelihood"), [(2, "bernoulli"), (17, "logistic"), (None, "gaussian")])
def test_likelihood_suits_the_pixels(levels, likelihood):
    schema = images(levels)

    assert plan(schema).likelihood == likelihood
    assert [plan(schema, likelihood=one).likelihood for one in ("bernoulli", "gaussian")] == ["bernoulli", "gaussian"]


@pytest.mark.parametrize(
    ("schema", "likelihood", "needed"),
    [
        (TABLE, "bernoulli", "pixels of images"),
        (TABLE, "logistic", "pixels of images"),
        (images(), "logistic", "equally spaced levels"),
    ],
)
def test_likelihood_that_does_not_fit_is_refused(schema, likelihood, needed):
    with pytest.raises(SettingError, match=needed):
        plan(schema, likelihood=likelihood)


def test_scale():
    """One for all pixels, one for each column."""

    assert [plan(schema).scale for schema in (images(), TABLE)] == ["single", "shared"]
    assert [plan(images(), scale=scale).scale for scale in ("shared", 1)] == ["shared", 1.0]
    assert plan(TABLE).likelihood is None


def test_older_fit_had_bernoulli_pixels_and_a_scale_for_each():
    found = plan_of(VAEEmbedding(), "vae", images(), COUNTS, seed=0, loaded=True)

    assert (found.likelihood, found.scale) == ("bernoulli", "shared")


@pytest.mark.parametrize("version", [1, 2, 3])
def test_saved_models_of_grey_images_keep_bernoulli_pixels(version, tmp_path):
    """Their schema has no levels, their parameters are "auto", and the first formats have no plan."""

    x = np.random.default_rng(0).integers(0, 256, (40, 5, 5)).astype(np.uint8)
    fitted = VAEEmbedding(model="vae", likelihood="bernoulli", epochs=1, random_state=0).fit(x)
    fitted.save(tmp_path / "m")
    facts = json.loads((tmp_path / "m" / "model.json").read_text())
    del facts["sha256"], facts["schema"]["x"][0]["levels"], facts["schema"]["x"][0]["binarize"]
    facts |= {"format": version}
    facts["parameters"]["likelihood"] = "auto"

    if version < 3:
        facts |= {"plan": None, "parameters": {"model": "vae", "likelihood": "auto", "scale": "shared"}}

    (tmp_path / "m" / "model.json").write_bytes(signed(facts))
    loaded = load(tmp_path / "m")

    assert loaded.plan_.likelihood == "bernoulli" and loaded.schema_.x[0].levels is None
    np.testing.assert_array_equal(loaded.score_samples(x), fitted.score_samples(x))


def test_default_families():
    image = Schema((Variable("image", "image", shape=(1, 2, 3)),), container="image")
    table = Schema((Variable("a", "real"), Variable("b", "category", classes=("x", "y", "z"))))

    levels = {count: Schema((replace(image.x[0], levels=count),), container="image") for count in (2, 17)}

    assert [type(choose_data(one)) for one in (levels[2], levels[17], image)] == [Bernoulli, Logistic, Gaussian]
    assert [type(choose_data(image, one)) for one in ("bernoulli", "gaussian")] == [Bernoulli, Gaussian]
    assert isinstance(choose_data(table), Mixed)
    assert choose_target(table.x[1]).shape == (3,) and choose_target(table.x[0]).size == 1

    for schema, likelihood in ((table, "bernoulli"), (table, "logistic"), (table, "laplace"), (image, "logistic")):
        with pytest.raises(SettingError, match="likelihood="):
            choose_data(schema, likelihood)
