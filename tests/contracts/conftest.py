"""Small schemas and rows that every model is built for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from semivae.batch import Batch, Labeled
from semivae.engine import seeded
from semivae.estimators import VAEClassifier
from semivae.estimators.build.wiring import wire
from semivae.estimators.options.grouped import grouped
from semivae.estimators.plan.resolve import plan_of
from semivae.estimators.plan.rows import Counts
from semivae.models import Model, models
from semivae.schema import Schema
from semivae.variables import Variable

ROWS = 6

TABLE = (
    Variable("length", "real", missing=True),
    Variable("color", "category", classes=("blue", "green", "red"), missing=True),
    Variable("weight", "real"),
)
IMAGE = (Variable("image", "image", shape=(1, 13, 14), axes="HW"),)

TARGETS = {
    "category": Variable("label", "category", classes=(0, 1, 2, 3)),
    "real": Variable("label", "real"),
    "several": Variable(
        "targets",
        "several",
        parts=(
            Variable("kind", "category", classes=(0, 1, 2, 3)),
            Variable("price", "real"),
            Variable("sold", "category", classes=(False, True)),
        ),
    ),
    None: None,
}

# Every model with every kind of target that it says it learns from.
WIRED = [(name, target) for name in models for target in models[name].targets or (None,)]


# Plain layers are tested by tables, and images by convolutions: both together only in the slow tests.
@pytest.fixture(params=["table", pytest.param("image", marks=pytest.mark.slow), "conv"])
def schema_of(request: pytest.FixtureRequest) -> Callable[[str | None], Schema]:
    """Returns the schema for a kind of target."""

    x = TABLE if request.param == "table" else IMAGE

    return lambda target: Schema(x, TARGETS[target], "frame" if x is TABLE else "image")


@pytest.fixture
def build(request: pytest.FixtureRequest) -> Callable[..., Model]:
    """Builds a model, the same at each call."""

    conv = "conv" in request.node.name.split("[")[-1].split("-")

    def wired(name: str, schema: Schema, **settings: Any) -> Model:
        settings = {"hidden": (8, 8), "latents": 3, "network": "conv" if conv else "mlp", **settings}
        plan = plan_of(VAEClassifier(**grouped(VAEClassifier, settings)), name, schema, Counts(10, 90), seed=0)

        with seeded(0):
            return wire(plan, schema, [4, 3, 2, 1])

    return wired


def rows_of(schema: Schema, missing: bool = True) -> torch.Tensor:
    """Rows in the units of a model, with missing cells where the schema has them."""

    random = torch.Generator().manual_seed(1)

    if schema.image:
        return torch.rand(ROWS, *schema.x[0].shape, generator=random)

    x = torch.randn(ROWS, 3, generator=random)
    x[:, 1] = torch.tensor([0.0, 1, 2, 0, 1, 2])

    if missing:
        x[0, 0] = x[1, 1] = x[2, :2] = torch.nan

    return x


def points_of(schema: Schema) -> torch.Tensor:
    """A label point for each row."""

    if schema.y.target_form == "real":
        return torch.linspace(-1, 1, ROWS)[:, None]

    if schema.y.target_form == "several":
        points = torch.stack([torch.arange(ROWS) % 4, torch.linspace(-1, 1, ROWS), torch.arange(ROWS) % 2], dim=-1)
        points[0, 0] = points[1, 1:] = points[2, 2] = torch.nan

        return points

    return torch.eye(schema.y.width)[torch.arange(ROWS) % schema.y.width]


def batch_of(schema: Schema) -> Batch:
    """A batch with both halves, or the unlabeled one alone where there is no target."""

    x = rows_of(schema)

    return Batch(None if schema.y is None else Labeled(x, points_of(schema)), x.flip(0))


@pytest.fixture
def rows() -> Callable[..., torch.Tensor]:
    """See :func:`rows_of`."""

    return rows_of


@pytest.fixture
def points() -> Callable[[Schema], torch.Tensor]:
    """See :func:`points_of`."""

    return points_of


@pytest.fixture
def batch(request: pytest.FixtureRequest) -> Callable[[Schema], Batch]:
    """See :func:`batch_of`; without the half that the model of the test does not learn from."""

    name = request.node.callspec.params.get("name")

    if name not in models or not models[name].labels_only:
        return batch_of

    return lambda schema: batch_of(schema)._replace(unlabeled=None)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs tests that ask for `name` and `target` over every model and target."""

    if {"name", "target"} <= set(metafunc.fixturenames):
        metafunc.parametrize(("name", "target"), WIRED)
