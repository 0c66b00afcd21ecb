"""Options that would count for nothing are refused, with the line that makes them count."""

from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
import pytest

from semivae import VAEClassifier, VAEEmbedding
from semivae.errors import SettingError
from semivae.estimators.options.grouped import declarations, grouped
from semivae.estimators.parameters import Parameters
from semivae.estimators.plan.plan import Plan
from semivae.estimators.plan.resolve import plan_of
from semivae.estimators.plan.rows import Counts
from semivae.schema import Schema
from semivae.variables import Variable

CLASS, VALUE = Variable("y", "category", classes=(0, 1)), Variable("y", "real")
SEVERAL = Variable("y", "several", parts=(CLASS, VALUE))
NUMBERS = (Variable("a", "real"), Variable("b", "real"))
COLORS = (Variable("a", "category", classes=("red", "blue")),)
COUNTS = Counts(10, 90)
IMAGE = (Variable("image", "image", (1, 8, 8)),)


def plan(x: tuple[Variable, ...], y: Variable | None, model: str, counts: Counts = COUNTS, **given: Any) -> Plan:
    """The plan of a fit with some parameters and options, by their own names."""

    estimator = VAEClassifier(**grouped(VAEClassifier, given))

    return plan_of(estimator, model, Schema(x, y), counts, seed=0)


@pytest.mark.parametrize(
    ("x", "y", "model", "given", "fix"),
    [
        (NUMBERS, CLASS, "m2", {"components": 7}, "prior='vamp'"),
        (NUMBERS, CLASS, "m2", {"components": 7, "prior": "mixture"}, "prior='vamp'"),
        (NUMBERS, CLASS, "m2", {"temperature": 0.1, "marginalize": "exact"}, "marginalize='gumbel'"),
        (NUMBERS, CLASS, "m2", {"temperature": 0.1}, "marginalize='gumbel'"),
        (NUMBERS, CLASS, "m2", {"label_points": 8}, "marginalize='topk'"),
        (NUMBERS, CLASS, "m2", {"patience": 3}, "early_stopping=True"),
        (NUMBERS, CLASS, "m2", {"validation_share": 0.2, "early_stopping": False}, "early_stopping=True"),
        (NUMBERS, None, "vae", {"validation_share": 0.2, "epochs": 5}, "early_stopping=True"),
        (NUMBERS, CLASS, "m2", {"likelihood": "gaussian"}, "leave likelihood out"),
        (NUMBERS, VALUE, "m2", {"neighbors": 20}, "leave neighbors out"),
        (NUMBERS, SEVERAL, "predictor", {"neighbors": 20}, "leave neighbors out"),
        (NUMBERS, CLASS, "m2", {"radius": 0.5, "adversarial": 0}, "adversarial=1.0"),
        (NUMBERS, CLASS, "m2", {"radius": 0, "adversarial": 2.0}, "radius=0.25"),
        (NUMBERS, CLASS, "m2", {"alpha": 0, "adversarial": 2.0}, "alpha='auto'"),
        (NUMBERS, CLASS, "m2", {"beta": 0, "warmup": 0.5}, "beta='auto'"),
        (NUMBERS, CLASS, "m2", {"teacher": True, "adversarial": 0}, "adversarial=1.0"),
        (COLORS, CLASS, "m2", {"adversarial": 2.0}, "leave adversarial out"),
        (COLORS, CLASS, "m2", {"scale": "learned"}, "leave scale out"),
        (IMAGE, CLASS, "m2", {"scale": "learned", "likelihood": "bernoulli"}, "leave scale out"),
        (IMAGE, CLASS, "cvae", {"augmentation": 1.0}, "student=True"),
        (IMAGE, CLASS, "m2", {"augmentation": 1.0, "alpha": 0}, "alpha='auto'"),
        (NUMBERS, CLASS, "cvae", {"alpha": 3.0}, "model='adgm'"),
        (NUMBERS, CLASS, "cvae", {"labeled_batch": 5}, "model='adgm'"),
        (NUMBERS, CLASS, "m1", {"labeled_share": 0.2}, "model='adgm'"),
        (NUMBERS, None, "ae", {"beta": 0.5}, "model='vae'"),
        (NUMBERS, None, "vae", {"labeled_batch": 5}, "leave labeled_batch out"),
        (NUMBERS, None, "vae", {"missing_label": 7}, "leave missing_label out"),
        (NUMBERS, CLASS, "m2", {"committee": True}, "model='gmvae'"),
        (IMAGE, CLASS, "gmvae", {"committee": True}, "model='gmvae'"),
        (NUMBERS, CLASS, "m2", {"calibrate": True}, "model='gmvae'"),
        (NUMBERS, CLASS, "gmvae", {"perceptual": 1.0, "perceptual_network": abs}, "model='gmvae'"),
        (IMAGE, CLASS, "m2", {"perceptual": 1.0, "perceptual_network": abs}, "model='gmvae'"),
        (IMAGE, CLASS, "gmvae", {"perceptual": 1.0}, "perceptual_network=network"),
        (IMAGE, CLASS, "gmvae", {"perceptual_network": abs}, "perceptual=1.0"),
    ],
)
def test_option_that_counts_for_nothing_is_refused(x, y, model, given, fix):
    with pytest.raises(SettingError) as refusal:
        plan(x, y, model, **given)

    assert refusal.value.fix == fix


def test_neighbors_of_rows_on_disk_are_refused():
    with pytest.raises(SettingError, match="neighbors=20 with rows on disk"):
        plan(NUMBERS, CLASS, "m2", Counts(10, 90, memory=False), neighbors=20)


@pytest.mark.parametrize(
    ("x", "y", "model", "given"),
    [
        (NUMBERS, CLASS, "m2", {"components": 7, "prior": "vamp"}),
        (NUMBERS, CLASS, "predictor", {"components": 7, "prior": "mixture"}),
        (NUMBERS, CLASS, "m2", {"temperature": 0.1, "marginalize": "gumbel"}),
        (NUMBERS, None, "vae", {"patience": 3}),
        (IMAGE, CLASS, "m2", {"scale": "learned", "likelihood": "gaussian"}),
        (IMAGE, CLASS, "cvae", {"augmentation": 1.0, "student": True}),
        (COLORS, CLASS, "m1", {"adversarial": 2.0}),
        (NUMBERS, CLASS, "shot", {"teacher": True, "adversarial": 0}),
        (NUMBERS, None, "vae", {"adversarial": 0.0, "neighbors": 0, "radius": 0, "alpha": 0}),
        (NUMBERS, CLASS, "m2", {"components": "auto", "temperature": 0.5, "label_points": 4}),
    ],
)
def test_option_that_counts_is_taken(x, y, model, given):
    plan(x, y, model, **given)


OTHER = {
    "binarize": "static",
    "resize": 8,
    "most_columns": 10,
    "batch": "donor",
    "effort": "quick",
    "features_epochs": 3,
    "scale": "learned",
    "prior": "vamp",
    "components": 7,
    "marginalize": "topk",
    "label_points": 2,
    "temperature": 0.1,
    "label_prior": "uniform",
    "simplex": "dirichlet",
    "smoothing": 0.1,
    "alpha": 3.0,
    "beta": 0.5,
    "warmup": 0.5,
    "free_bits": 0.5,
    "importance_samples": 2,
    "labeled_share": 0.2,
    "dropout": 0.3,
    "adversarial": 2.0,
    "radius": 0.5,
    "neighbors": 4,
    "interpolation": 0.5,
    "augmentation": 1.0,
    "perceptual": 1.0,
    "perceptual_network": abs,
    "teacher": True,
    "student": True,
    "labeled_batch": 3,
    "weight_decay": 0.1,
    "averaging": 0.0,
    "early_stopping": True,
    "patience": 3,
    "validation_share": 0.3,
    "reference_share": 0.3,
    "latents": 3,
    "network": "conv",
    "likelihood": "gaussian",
    "batch_size": 9,
    "learning_rate": 0.1,
    "missing_label": 7,
}

# The machine, and settings of the fit that the others are compared at.
FIXED = {"precision", "compile", "devices", "nodes", "device", "epochs", "hidden", "random_state", "model"}

# Settings that change no weight on purpose.
ASIDE = {"committee", "calibrate", "checkpoint", "callbacks", "verbose", "drop", "id_columns", "keep", "kinds", "embed"}


def test_every_option_is_tried():
    assert set(OTHER) | FIXED | ASIDE == set(declarations(Parameters))


def weights(model: str, **given: Any) -> dict[str, bytes]:
    """The weights of a short fit."""

    random, y = np.random.default_rng(0), np.arange(120) % 3
    x = pd.DataFrame({"a": 3 * y + random.normal(0, 0.1, 120), "b": random.choice(["p", "q"], 120)})
    kind: Any = VAEEmbedding if model == "vae" else VAEClassifier
    settings = {"model": model, "epochs": 1, "hidden": (4,), "latents": 2, "batch_size": 40, "random_state": 0}
    fitted = kind(**grouped(kind, settings | given)).fit(x, np.where(np.arange(120) < 7, y, -1))

    return {name: value.numpy().tobytes() for name, value in fitted._tensors().items()}


@pytest.fixture(scope="module", params=["m2", pytest.param("vae", marks=pytest.mark.slow)])
def plain(request: pytest.FixtureRequest) -> tuple[str, dict[str, bytes]]:
    """A model and its weights after a fit at the defaults."""

    return request.param, weights(request.param)


@pytest.mark.parametrize("option", OTHER)
def test_option_changes_the_fit_or_is_refused(option, plain):
    """No option passes silently."""

    model, before = plain

    with suppress(SettingError):
        assert weights(model, **{option: OTHER[option]}) != before
