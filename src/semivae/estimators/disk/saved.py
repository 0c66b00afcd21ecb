r"""Estimators on disk: a folder of safetensors and JSON that a fresh process gives back exactly."""

from __future__ import annotations

__all__ = ["load", "save", "unfitted"]

import io
import platform
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from semivae.data.codecs.choose import codec_of
from semivae.data.labels.markers import marker_set
from semivae.errors import StoreError
from semivae.estimators.classifier import VAEClassifier
from semivae.estimators.disk.card import card
from semivae.estimators.embedding import VAEEmbedding
from semivae.estimators.options.declared import plain
from semivae.estimators.options.grouped import Grouped, grouped, paths
from semivae.estimators.pca import PCA
from semivae.estimators.predictor import VAEPredictor
from semivae.estimators.regressor import VAERegressor
from semivae.store import SavedFolder, open_folder, write_folder

if TYPE_CHECKING:
    from semivae.estimators.disk.facts import Facts

# The first format in which options are in groups and a model has its plan.
NESTED = 3

HISTORY = "history.csv"
LARGEST_HISTORY = 2**26

KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (VAEClassifier, VAERegressor, VAEPredictor, VAEEmbedding, PCA)
}


def save(
    estimator: Any,
    folder: str | Path,
    overwrite: bool = False,
    metrics: Mapping[str, Any] | None = None,
    extra: Mapping[str, bytes] | None = None,
) -> None:
    r"""Saves a fitted estimator.

    Arguments:
        estimator: The estimator.
        folder: The folder.
        overwrite: Whether a saved model there may be replaced.
        metrics: What was measured, to be kept with it: plain JSON values.
        extra: The contents of other files to keep in the folder (figures), by their path in it.

    Raises:
        StoreError: If the folder cannot be written.
    """

    # With PyTorch, for which the import of an estimator does not wait.
    from semivae.engine import discard
    from semivae.estimators.disk.tensors import TENSORS, write_tensors

    facts = describe(estimator) | {"metrics": dict(metrics or {})}

    files = {
        TENSORS: write_tensors(estimator._tensors()),
        HISTORY: estimator.history_.to_csv(index=False).encode(),
        "README.md": card(facts, extra or ()).encode(),
    }

    write_folder(folder, facts, {**files, **(extra or {})}, overwrite)

    state = getattr(estimator, "checkpoint_", None)

    # A fit that was stopped by hand may still be continued.
    if state is not None and estimator.stopped_ != "interrupted":
        # If another fit keeps its state there by now, that state is not this fit's to remove.
        with suppress(StoreError):
            discard(state)


def load(folder: str | Path) -> Any:
    r"""Loads a saved estimator, on any machine, without unpickling anything.

    Arguments:
        folder: The folder.

    Raises:
        StoreError: If it is no saved model, a file is missing or damaged, or it is of another format.
    """

    from semivae.estimators.disk.facts import facts_of

    saved = open_folder(folder)
    facts = facts_of(saved)

    try:
        return rebuilt(saved, facts)
    except StoreError:
        raise
    except Exception as error:
        # Whatever goes wrong while a model is built from a file is damage to that file.
        raise saved.wrong(f"{type(error).__name__}: {error}") from error


def rebuilt(saved: SavedFolder, facts: Facts) -> Any:
    """Builds the estimator that a folder holds."""

    from semivae.estimators.build.rebuilt import plan_again
    from semivae.estimators.disk.tensors import read_tensors

    estimator = unfitted(facts)
    estimator._check()
    estimator.schema_ = facts.schema_
    estimator.codec_ = codec_of(estimator.schema_)
    estimator.history_ = history(saved)
    estimator.metrics_ = saved.facts["metrics"]

    for name, value in facts.fit.model_dump(exclude_unset=True).items():
        setattr(estimator, name, np.array(value, dtype=object) if name == "feature_names_in_" else value)

    if not isinstance(estimator, PCA):
        estimator.plan_ = plan_again(estimator, facts.plan)

    if (known := estimator._model_name()) != facts.model:
        raise saved.wrong(f"model {facts.model!r} with the parameters of {known!r}")

    estimator._restore(read_tensors(saved, estimator._expected))

    return estimator


def unfitted(facts: Facts) -> Any:
    """Returns the estimator with the parameters of a saved model; the first formats knew no groups of them."""

    kind = KINDS[facts.estimator]

    if facts.format < NESTED:
        return kind(**grouped(kind, facts.parameters))

    groups = kind._groups()
    held = {name: value for name, value in facts.parameters.items() if name in groups and isinstance(value, dict)}

    return kind(**facts.parameters | {name: groups[name].kind(**cast(Any, value)) for name, value in held.items()})


def history(saved: SavedFolder) -> pd.DataFrame:
    """Reads the history of the fit."""

    if (size := saved.size(HISTORY)) > LARGEST_HISTORY:
        raise saved.wrong(f"{HISTORY} has {size:,} bytes, where {LARGEST_HISTORY:,} are the most")

    table = pd.read_csv(io.BytesIO(saved.read(HISTORY)))

    numbers = all(dtype.kind in "fi" for dtype in table.dtypes) or table.empty  # without a row, columns have no type

    if not numbers or not {"epoch", "component"} & set(table):
        raise saved.wrong(f"{HISTORY} is no table of numbers")

    return table


def describe(estimator: Any) -> dict[str, Any]:
    """Returns everything but the weights as plain JSON values."""

    from semivae.estimators.disk.facts import FACTS, FORMAT

    check_is_fitted(estimator)

    plan = getattr(estimator, "plan_", None)

    return {
        "format": FORMAT,
        "estimator": type(estimator).__name__,
        "model": estimator._model_name(),
        "parameters": plain(portable(estimator)),
        "schema": estimator.schema_.to_json(),
        "fit": {name: plain(getattr(estimator, name)) for name in FACTS if hasattr(estimator, name)},
        "versions": {name: version(name) for name in ("semivae", "torch", "numpy", "scikit-learn")}
        | {"python": platform.python_version()},
    } | ({} if plan is None else {"plan": plan.to_json()})


def portable(estimator: Any) -> Grouped:
    """Returns an estimator, not fitted, with the parameters of another, but for machine and objects."""

    known = paths(type(estimator))
    state = estimator.random_state
    # A generator is no plain value; the seed that it gave is.
    seed = state if isinstance(state, int | np.integer) else estimator.seed_
    changed = {"random_state": seed, "callbacks": None, "checkpoint": None, "missing_label": markers(estimator)}
    alone = {name: 1 for name in ("devices", "nodes") if estimator.get_params().get(known.get(name), 1) != 1}

    twin = type(estimator)(**estimator.get_params(deep=False))

    return twin.set_params(**{known[name]: value for name, value in (changed | alone).items() if name in known})


def markers(estimator: Any) -> Any:
    """Returns what marks a missing label as plain JSON values."""

    given = getattr(estimator, "missing_label", None)

    return given if given is None else marker_set(given)
