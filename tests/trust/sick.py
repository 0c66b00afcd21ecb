"""Rows with two factors within each of three classes, and small models of them."""

from typing import Any

import numpy as np

from semivae import ModelOptions, ObjectiveOptions, RecipeOptions, VAEClassifier, VAEEmbedding

ROWS = 400
RANDOM = np.random.default_rng(0)

Y = np.arange(ROWS) % 3
NOISE = 0.3 * RANDOM.normal(size=(ROWS, 12))
FACTORS = RANDOM.normal(size=(ROWS, 2)) @ RANDOM.normal(size=(2, 12))
X = 2 * RANDOM.normal(size=(3, 12))[Y] + FACTORS + NOISE
LABELS = np.where(np.arange(ROWS) < 60, Y, -1)

# One factor is all that there is to say of a row.
LINE = RANDOM.normal(size=(ROWS, 1)) @ RANDOM.normal(size=(1, 12)) + NOISE

SMALL: dict[str, Any] = {"hidden": (32,), "epochs": 85, "random_state": 0}
QUICK = {**SMALL, "latents": 4, "recipe": RecipeOptions(adversarial=0.0, neighbors=0)}


def embedding(beta: float = 1.0, **settings: Any) -> VAEEmbedding:
    """An embedding, not fitted."""

    model = ModelOptions("vae", scale="single")

    return VAEEmbedding(**{**SMALL, "latents": 4, "model": model, "objective": ObjectiveOptions(beta=beta), **settings})


def classifier(beta: float = 1.0, **settings: Any) -> VAEClassifier:
    """A classifier that generates by class, not fitted."""

    model = ModelOptions("m2", scale="single")

    return VAEClassifier(**{**QUICK, "model": model, "objective": ObjectiveOptions(beta=beta), **settings})
