r"""Chooses the estimator of a fit."""

from __future__ import annotations

__all__ = ["estimator_for", "learns_from_target", "settings_for"]

from collections.abc import Mapping, Sequence
from typing import Any

from semivae.errors import SettingError
from semivae.workflows.inputs.settings import settings_of
from semivae.workflows.inputs.task import Task


def learns_from_target(model: str, target: str | None) -> bool:
    r"""Whether a model learns from a target; "auto" does if there is one.

    Raises:
        SettingError: If there is no such model, or it needs a target and none is given.
    """

    from semivae.models import models

    names = ["auto", *models, "pca"]

    if model not in names:
        raise SettingError(f"model={model!r}", f"it must be one of {', '.join(names)}", "model='auto'")

    needs = model in models and bool(models[model].targets)

    if needs and target is None:
        raise SettingError(f"model={model!r}", "it needs a target", "add targets=['COL'], or use model='vae'")

    return needs or (model == "auto" and target is not None)


def settings_for(model: str, pairs: Sequence[str]) -> dict[str, Any]:
    r"""Parses settings, given as name=value, for the estimator of a model.

    Raises:
        SettingError: If there is no such setting.
    """

    from semivae.estimators import PCA, VAEEmbedding

    # Every estimator around a model has the settings of VAEEmbedding.
    return settings_of(pairs, PCA if model == "pca" else VAEEmbedding)


def estimator_for(
    model: str,
    task: Task | None,
    pairs: Sequence[str],
    missing_label: list[str] | None,
    seed: int,
    data: Mapping[str, Any],
) -> Any:
    r"""Returns the estimator for a model and a task, with its settings.

    Raises:
        SettingError: If there is no such setting.
    """

    from semivae.estimators import PCA, VAEClassifier, VAEEmbedding, VAEPredictor, VAERegressor
    from semivae.estimators.options import DataOptions

    settings = settings_for(model, pairs)
    given: dict[str, Any] = {"data": DataOptions(**data), "random_state": seed}

    if model == "pca":
        return PCA(**given).set_params(**settings)

    kinds = {
        Task.CLASS: VAEClassifier,
        Task.REAL: VAERegressor,
        Task.SEVERAL: VAEPredictor,
        None: VAEEmbedding,
    }
    marked = {} if task is None else {"missing_label": missing_label}

    return kinds[task](model=model, **marked, **given).set_params(**settings)
