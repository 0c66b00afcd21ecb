r"""The runs of a fit, one per stage: their shared settings, and the identity of a run when it continues."""

from __future__ import annotations

__all__ = ["Runs"]

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from semivae.data.batches.steps import Steps
from semivae.engine import Callback, History, Training, stage_place, train
from semivae.estimators.plan.plan import Plan
from semivae.objectives import Penalties
from semivae.variables import Schema


@dataclass(frozen=True)
class Runs:
    r"""The runs of a fit.

    Attributes:
        plan: The plan of the fit, with the machine that it runs on.
        schema: The variables.
        rows: The rows to train on.
        callbacks: Called after every epoch.
        checkpoint: The folder for the state of the first stage, if any.
    """

    plan: Plan
    schema: Schema
    rows: Steps
    callbacks: Sequence[Callback] = ()
    checkpoint: Path | None = None

    def train(
        self,
        stage: int,
        model: Any,
        objective: Any,
        validation: Steps | None = None,
        penalty: Penalties | None = None,
        epochs: int | None = None,
    ) -> History:
        r"""Trains a model in a stage of its own.

        Arguments:
            stage: The number of the stage, counted from 1.
            model: The model of the stage.
            objective: Its objective.
            validation: The held-out rows, if any.
            penalty: The additional terms of the loss, if any.
            epochs: The epochs of the stage, if not those of the plan.
        """

        return train(model, objective, self.rows, self.training(stage, epochs), self.callbacks, validation, penalty)

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
