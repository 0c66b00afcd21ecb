r"""Loading a saved estimator, on any machine, without unpickling anything."""

from __future__ import annotations

__all__ = ["load", "unfitted", "units_of"]

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from semivae.data.codecs.choose import codec_of
from semivae.errors import StoreError
from semivae.estimators.classifier import VAEClassifier
from semivae.estimators.disk.save import HISTORY, UNITS
from semivae.estimators.embedding import VAEEmbedding
from semivae.estimators.options.grouped import grouped
from semivae.estimators.pca import PCA
from semivae.estimators.predictor import VAEPredictor
from semivae.estimators.regressor import VAERegressor
from semivae.store import SavedFolder, open_folder

if TYPE_CHECKING:
    from semivae.estimators.base import VAEEstimator
    from semivae.estimators.disk.facts import Facts

# The first format with grouped options and a plan.
NESTED = 3

# The models that "auto" stood for in the formats without a plan.
OLD_DEFAULTS = {"VAEClassifier": "m2", "VAERegressor": "m2", "VAEPredictor": "predictor", "VAEEmbedding": "vae"}

LARGEST_HISTORY = 2**26

KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (VAEClassifier, VAERegressor, VAEPredictor, VAEEmbedding, PCA)
}


def load(folder: str | Path) -> Any:
    r"""Loads a saved estimator, on any machine, without unpickling anything.

    Arguments:
        folder: The folder.

    Raises:
        StoreError: If it is not a saved model, a file is missing or damaged, or the format differs.
    """

    from semivae.estimators.disk.facts import facts_of

    saved = open_folder(folder)
    facts = facts_of(saved)

    try:
        return rebuilt(saved, facts)
    except StoreError:
        raise
    except Exception as error:
        # Any error while a model is built from a file means that the file is damaged.
        raise saved.wrong(f"{type(error).__name__}: {error}") from error


def rebuilt(saved: SavedFolder, facts: Facts) -> Any:
    """Builds the estimator in a folder."""

    from semivae.estimators.build.rebuilt import plan_again
    from semivae.estimators.disk.committee import COMMITTEE, read_committee
    from semivae.estimators.disk.held_out import read_evidence, read_outliers
    from semivae.estimators.disk.tensors import read_tensors
    from semivae.estimators.plan.rows import Counts

    estimator = unfitted(facts)
    estimator._check()
    estimator.schema_ = facts.schema_
    estimator.codec_ = codec_of(estimator.schema_)
    estimator.history_ = table_of(saved, HISTORY)
    estimator.metrics_ = saved.facts["metrics"]

    for name in facts.fit.model_fields_set:
        value = getattr(facts.fit, name)
        setattr(estimator, name, np.array(value, dtype=object) if name == "feature_names_in_" else value)

    if not isinstance(estimator, PCA):
        counts = Counts(estimator.n_labeled_, estimator.n_unlabeled_)
        asked = model_of(facts, estimator)
        estimator.plan_ = plan_again(facts.plan, estimator, asked, estimator.schema_, counts, estimator.seed_)

    if (known := estimator.model_name_) != facts.model:
        raise saved.wrong(f"model {facts.model!r} with the parameters of {known!r}")

    estimator._restore(read_tensors(saved, estimator._expected))

    if not isinstance(estimator, PCA):
        estimator.held_out_, estimator.reference_ = read_evidence(saved, estimator.schema_)
        estimator.usual_, estimator.known_outliers_ = read_outliers(saved, estimator.latents_)
        estimator.units_ = units_of(saved)

    if not isinstance(estimator, PCA) and COMMITTEE in saved.sums:
        estimator.committee_ = read_committee(saved, estimator.schema_, estimator.latents_)

    return estimator


def unfitted(facts: Facts) -> Any:
    """Returns the estimator with the parameters of a saved model; the first formats had no groups."""

    kind = KINDS[facts.estimator]

    if facts.format < NESTED:
        return kind(**grouped(kind, facts.parameters))

    groups = kind._groups()
    held = {name: value for name, value in facts.parameters.items() if name in groups and isinstance(value, dict)}

    return kind(**facts.parameters | {name: groups[name].kind(**cast(Any, value)) for name, value in held.items()})


def model_of(facts: Facts, estimator: VAEEstimator) -> str:
    """Returns the model that the parameters of a saved estimator chose, with the "auto" of its format."""

    name = estimator._options("model").name

    if name == "auto" and facts.format < NESTED:
        return OLD_DEFAULTS[facts.estimator]

    return estimator._chosen()


def units_of(saved: SavedFolder) -> pd.DataFrame:
    """Reads the divergence of each unit of the latent by epoch; without a row for models that do not have it."""

    return table_of(saved, UNITS) if UNITS in saved.sums else pd.DataFrame(columns=["epoch"])


def table_of(saved: SavedFolder, name: str) -> pd.DataFrame:
    """Reads a table of numbers, with a row for each epoch or component."""

    if (size := saved.size(name)) > LARGEST_HISTORY:
        raise saved.wrong(f"{name} has {size:,} bytes, but at most {LARGEST_HISTORY:,} are read")

    table = pd.read_csv(io.BytesIO(saved.read(name)))

    numbers = all(dtype.kind in "fi" for dtype in table.dtypes) or table.empty  # without a row, columns have no type

    if not numbers or not {"epoch", "component"} & set(table):
        raise saved.wrong(f"{name} is not a table of numbers")

    return table
