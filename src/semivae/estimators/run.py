r"""The runs of a fit, one per stage: their shared settings, and the identity of a run when it continues."""

from __future__ import annotations

__all__ = ["Runs"]

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray

from semivae.data.batches.loader import Loader
from semivae.data.batches.steps import Steps
from semivae.engine import Callback, History, Training, seeded, stage_place, train
from semivae.estimators.plan.plan import Plan
from semivae.estimators.units import units_of
from semivae.estimators.watched import Watched
from semivae.models.frozen import FrozenModel
from semivae.objectives import Penalties
from semivae.schema import Schema

# Rows encoded at once.
BLOCK = 8192


@dataclass(frozen=True)
class Runs:
    r"""The runs of a fit.

    Attributes:
        plan: The plan of the fit, with the machine that it runs on.
        schema: The variables.
        rows: The rows to train on.
        callbacks: Called after every epoch.
        checkpoint: The folder for the state of the first stage, if any.
        network: The network of the deep-feature loss, if any.
        watched: The labeled rows whose predictions are measured after each epoch, if any.
    """

    plan: Plan
    schema: Schema
    rows: Steps
    callbacks: Sequence[Callback] = ()
    checkpoint: Path | None = None
    network: Callable[[Any], Any] | None = None
    watched: Watched | None = None

    def train(
        self,
        stage: int,
        model: Any,
        objective: Any,
        validation: Steps | None = None,
        penalty: Penalties | None = None,
        epochs: int | None = None,
        predicts: bool = False,
    ) -> History:
        r"""Trains a model in a stage of its own.

        Arguments:
            stage: The number of the stage, counted from 1.
            model: The model of the stage.
            objective: Its objective.
            validation: The held-out rows, if any.
            penalty: The additional terms of the loss, if any.
            epochs: The epochs of the stage, if not those of the plan.
            predicts: Whether the stage learns to predict the target.
        """

        rows, held = (computed(part, model, self.plan.seed) for part in (self.rows, validation))

        measures = [units_of(model, rows), self.watched.measure if predicts and self.watched else None]

        def measure(model: Any) -> dict[str, float]:
            return {name: value for part in measures if part for name, value in part(model).items()}

        training = self.training(stage, epochs)

        return train(
            model, objective, rows, training, self.callbacks, held, penalty, measure if any(measures) else None
        )

    def prepared(self, model: Any) -> Runs:
        """Returns the runs with the values of rows that a stage does not change, which its folds share."""

        return replace(self, rows=computed(self.rows, model, self.plan.seed))

    def tell(self, fold: int, folds: int, truth: NDArray[Any], predicted: NDArray[Any]) -> None:
        """Tells the callbacks of the labels that a fold held out, and of their predictions."""

        for callback in self.callbacks:
            callback.judged({"fold": fold, "folds": folds, "truth": truth, "predicted": predicted})

    def training(self, stage: int, epochs: int | None = None) -> Training:
        """Returns the settings of the run of a stage."""

        plan, machine = self.plan, self.plan.here

        return Training(
            epochs=plan.epochs if epochs is None else epochs,
            learning_rate=plan.learning_rate,
            weight_decay=plan.weight_decay,
            averaging=plan.averaging,
            patience=plan.patience,
            seed=plan.seed,
            device=machine.device,
            compiled=machine.compiled,
            precision=machine.precision,
            threads=machine.threads,
            devices=machine.devices,
            nodes=machine.nodes,
            checkpoint=None if self.checkpoint is None else stage_place(self.checkpoint, stage),
            resume=True,
            about={} if self.checkpoint is None else self.about,
        )

    @property
    def about(self) -> dict[str, Any]:
        """The settings that a continued run must match, as plain JSON values: all but the machine."""

        return {
            "labeled rows": len(self.rows.labeled),
            "unlabeled rows": len(self.rows.unlabeled),
            "plan": replace(self.plan, machine=None).to_json(),
            "schema": self.schema.to_json(),
            "sha256 of the rows": self.rows.digest,
        }


def computed(rows: Any, model: Any, seed: int) -> Any:
    r"""Returns the rows with their values that a stage does not change, if these can be computed once.

    Arguments:
        rows: The loader of the rows, if any.
        model: The model of the stage.
        seed: The seed of the draws.
    """

    # Rows on disk would need as much room again, and drawn pixels change from step to step.
    if not isinstance(rows, Loader) or rows.draws or not isinstance(model, FrozenModel) or rows.frozen is not None:
        return rows

    parts: list[torch.Tensor] = []

    with seeded(seed), torch.no_grad():
        for block in rows.x.split(BLOCK):
            parts.append(model.frozen(block.cpu(), parts[0][:, -1].mean() if parts else None))

    return replace(rows, frozen=torch.cat(parts).to(rows.x.device))
