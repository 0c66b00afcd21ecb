r"""Saving an estimator: a folder of safetensors and JSON that a new process loads exactly."""

from __future__ import annotations

__all__ = ["HISTORY", "UNITS", "save"]

import platform
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from semivae.data.labels.markers import marker_set
from semivae.errors import StoreError
from semivae.estimators.asked import Stored
from semivae.estimators.disk.card import card
from semivae.estimators.options.declared import plain
from semivae.estimators.options.grouped import Grouped, paths
from semivae.fitted import Fitted
from semivae.store import write_folder

HISTORY, UNITS = "history.csv", "units.csv"


def save(
    estimator: Fitted,
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
        metrics: Measurements to save with it, as plain JSON values.
        extra: The contents of other files to keep in the folder (figures), by their path in it.

    Raises:
        SettingError: If a parameter was set to an impossible value since the fit: it could not be loaded.
        StoreError: If the folder cannot be written.
    """

    # Needs PyTorch, which the import of an estimator avoids.
    from semivae.engine import discard
    from semivae.estimators.disk.committee import committee_file
    from semivae.estimators.disk.held_out import evidence_file
    from semivae.estimators.disk.tensors import TENSORS, write_tensors

    cast(Stored, estimator)._check()
    facts = describe(estimator) | {"metrics": dict(metrics or {})}

    files = {
        TENSORS: write_tensors(cast(Stored, estimator)._tensors()),
        HISTORY: estimator.history_.to_csv(index=False).encode(),
        "README.md": card(facts, extra or ()).encode(),
    }
    units = getattr(estimator, "units_", pd.DataFrame())
    files |= {UNITS: units.to_csv(index=False).encode()} if len(units) else {}
    files |= committee_file(estimator) | evidence_file(estimator)

    write_folder(folder, facts, {**files, **(extra or {})}, overwrite)

    state = getattr(estimator, "checkpoint_", None)

    # A fit stopped by hand may still be continued.
    if state is not None and getattr(estimator, "stopped_", "") != "interrupted":
        # Another fit may keep its state there by now: this fit must not remove it.
        with suppress(StoreError):
            discard(state)


def describe(estimator: Fitted) -> dict[str, Any]:
    """Returns everything but the weights as plain JSON values."""

    from semivae.estimators.disk.facts import FACTS, FORMAT

    check_is_fitted(estimator)

    plan = getattr(estimator, "plan_", None)

    return {
        "format": FORMAT,
        "estimator": type(estimator).__name__,
        "model": estimator.model_name_,
        "parameters": plain(portable(estimator)),
        "schema": estimator.schema_.to_json(),
        "fit": {name: plain(getattr(estimator, name)) for name in FACTS if hasattr(estimator, name)},
        "versions": {name: version(name) for name in ("semivae", "torch", "numpy", "scikit-learn")}
        | {"python": platform.python_version()},
    } | ({} if plan is None else {"plan": plan.to_json()})


# Parameters that are no plain values: each fit gets its own.
OBJECTS = ("callbacks", "checkpoint", "perceptual_network")


def portable(estimator: Fitted) -> Grouped:
    """Returns an unfitted estimator with the parameters of another, except machine and objects."""

    kind: Any = type(estimator)
    known = paths(kind)
    state = cast(Stored, estimator).random_state
    # A generator is not a plain value; its seed is.
    seed = state if isinstance(state, int | np.integer) else estimator.seed_
    given = estimator.get_params()
    objects = {name: None for name in OBJECTS if given.get(known.get(name, "")) is not None}
    changed = {"random_state": seed, "missing_label": markers(estimator)} | objects
    alone = {name: 1 for name in ("devices", "nodes") if given.get(known.get(name, ""), 1) != 1}

    twin = kind(**estimator.get_params(deep=False))

    return twin.set_params(**{known[name]: value for name, value in (changed | alone).items() if name in known})


def markers(estimator: Fitted) -> Any:
    """Returns the markers of missing labels as plain JSON values."""

    given = getattr(estimator, "missing_label", None)

    return given if given is None else marker_set(given)
