r"""The facts of a saved model, checked before use: a file may hold anything."""

from __future__ import annotations

__all__ = ["FACTS", "FORMAT", "Facts", "facts_of"]

import json
import math
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from semivae.data.kinds import problems_of_kind
from semivae.errors import StoreError
from semivae.estimators.gaps import Gap
from semivae.estimators.options.grouped import declarations
from semivae.estimators.parameters import Parameters
from semivae.estimators.plan.plan import Plan
from semivae.findings import Calibration, Health
from semivae.schema import Schema
from semivae.store import SavedFolder
from semivae.variables import Variable

FORMAT = 3

Count = Annotated[int, Field(ge=0)]
Factor = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Text = dict[str, str]

STRICT = ConfigDict(strict=True, extra="forbid")


class Fit(BaseModel):
    """The plain values that a fit sets; some estimators have only a part."""

    model_config = STRICT

    seed_: Count = 0
    counts_: list[Count | list[Count]] = []
    n_steps_: Count = 0
    stopped_: str = ""
    n_labeled_: Count = 0
    n_unlabeled_: Count = 0
    n_held_out_: Count = 0
    calibration_scale_: Factor = 1.0
    calibration_temperature_: Factor = 1.0
    n_features_in_: Count = 0
    feature_names_in_: list[str] = []
    framed_: bool = False
    health_: Health = Health()
    calibration_: Calibration = Calibration("it was saved by an earlier version")
    gaps_: list[Gap] = []


FACTS = tuple(Fit.model_fields)


class Data(BaseModel):
    """The training rows of a model."""

    model_config = ConfigDict(strict=True)

    name: str = ""
    rows: Count | None = None
    target: str | list[str] | None = None


class Metrics(BaseModel):
    """The measurements saved with a model; any other is only shown."""

    model_config = ConfigDict(strict=True, extra="allow")

    data: Data = Data()
    epochs: Count | None = None
    comparison: dict[str, JsonValue] | None = None


class Facts(BaseModel):
    """Everything but the weights."""

    model_config = STRICT

    format: Literal[1, 2, 3]
    estimator: Literal["VAEClassifier", "VAERegressor", "VAEPredictor", "VAEEmbedding", "PCA"]
    model: str
    parameters: dict[str, JsonValue]
    plan: Plan | None = None
    schema_: Schema = Field(alias="schema")
    fit: Fit
    metrics: Metrics
    versions: Text


def facts_of(saved: SavedFolder) -> Facts:
    r"""Returns the facts of a saved model.

    Raises:
        StoreError: If one is missing, unknown, impossible or of another type, or the format differs.
    """

    found = saved.facts.get("format")

    if isinstance(found, int) and found > FORMAT:
        raise StoreError(
            f"{saved.path} has format {found}", f"this version reads format {FORMAT}", "pip install -U semivae"
        )

    try:
        # JSON lists become tuples here, which the check in Python mode would refuse.
        facts = TypeAdapter(Facts).validate_json(json.dumps(saved.facts))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))

        raise saved.wrong(f"{where}: {first['msg']}") from None
    except (ValueError, RecursionError) as error:
        raise saved.wrong(str(error)) from None

    for problem in (*problems(facts.schema_), *problems_of_plan(facts), *problems_of_gaps(facts)):
        raise saved.wrong(problem)

    return facts


def problems_of_plan(facts: Facts) -> list[str]:
    """Returns the reasons why a plan is impossible, in words, also in values that its model does not use."""

    plan = facts.plan

    if plan is None:
        # A baseline has no plan, nor do the first formats.
        return [] if facts.format < FORMAT or facts.estimator == "PCA" else ["there is no plan"]

    allowed = {name: declared.values for name, declared in declarations(Parameters).items()}
    checked = {name: value for name, value in vars(plan).items() if name in allowed and value is not None}
    found = [f"plan: {name}={value!r}" for name, value in checked.items() if value not in allowed[name]]

    return found + ([] if plan.model == facts.model else [f"model {facts.model!r} with the plan of {plan.model!r}"])


def problems_of_gaps(facts: Facts) -> list[str]:
    """Returns the reasons why patterns of missing cells are impossible, in words."""

    width = len(facts.schema_.x)
    wrong = [gap for gap in facts.fit.gaps_ if gap.rows < 1 or not {*gap.columns} <= {*range(width)}]

    return [f"missing cells {wrong[0]} in {width} columns"] if wrong else []


def problems(schema: Schema) -> list[str]:
    """Returns the reasons why a schema is impossible, in words."""

    names = [variable.name for variable in schema.x]
    found = [] if names else ["there is no variable"]

    if len(set(names)) < len(names):
        found.append("two variables have the same name")

    axes = {"image": 3, "sparse": 1, "vector": 1, "sequence": 1}.get(schema.container, 0)

    if any(len(v.shape) != axes for v in schema.x) or (axes and len(names) > 1):
        found.append(f"the rows are of kind {schema.container!r} and the variables are not")

    for variable in (*schema.x, *schema.targets):
        found += [f"variable {variable.name!r}: {problem}" for problem in problems_of(variable)]

    return found


def problems_of(variable: Variable) -> list[str]:
    """Returns the reasons why a variable is impossible, in words."""

    scales = (variable.scale, variable.deviation)
    numbers = (*scales, variable.center, variable.mean, variable.low or 0.0, variable.high or 0.0)
    found = []

    if not all(map(math.isfinite, numbers)) or min(scales) <= 0:
        found.append("a scale must be more than 0, and all numbers finite")

    ends = [end for end in (variable.low, variable.high) if end is not None]

    if len(ends) == 1 or ends != sorted(ends):
        found.append(f"its values cannot go from {variable.low} to {variable.high}")

    return found + problems_of_kind(variable)
