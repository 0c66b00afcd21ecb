r"""Callbacks that send the terms of every epoch to TensorBoard or MLflow.

Both packages are imported when a run starts. Epochs are counted through all stages of a fit, so that its curves go on.

Use:
    :py:`VAEClassifier(callbacks=[TensorBoard("runs/first")])`, then `tensorboard --logdir runs`.
"""

from __future__ import annotations

__all__ = ["TRACKERS", "MLflow", "TensorBoard", "Tracker"]

import math
import os
import time
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from semivae.engine.callbacks import Callback
from semivae.errors import StoreError

# What counts epochs is no term.
BESIDE = ("epoch", "stage")


class Tracker(Callback):
    r"""Abstract tracker of one fit.

    Arguments:
        place: The folder of the records.
        title: The name of the run.
        facts: The settings that are kept beside the curves.
    """

    needs: ClassVar[str]

    def __init__(self, place: str | Path, title: str = "fit", facts: Mapping[str, Any] | None = None) -> None:
        self.place = Path(place)
        self.title = title
        self.facts = dict(facts or {})
        self.stages = self.steps = 0

    @abstractmethod
    def open(self) -> None:
        """Opens the records, at the start of a stage."""

    @abstractmethod
    def write(self, terms: Mapping[str, float], step: int) -> None:
        """Writes the terms of an epoch."""

    def start(self, epochs: int) -> None:
        r"""Opens the records.

        Raises:
            StoreError: If the package is not installed.
        """

        self.stages += 1

        try:
            self.open()
        except ImportError as error:
            raise StoreError(
                f"{self.needs} is not installed", f"{type(self).__name__} needs it", "pip install 'semivae[track]'"
            ) from error

    def epoch(self, record: dict[str, Any]) -> None:
        """Writes the terms of an epoch."""

        self.steps += 1
        terms = {name: float(value) for name, value in record.items() if name not in BESIDE}
        self.write({"stage": float(self.stages), **{n: v for n, v in terms.items() if math.isfinite(v)}}, self.steps)


class TensorBoard(Tracker):
    """Tracker that writes event files for TensorBoard into a folder."""

    needs = "tensorboard"

    def open(self) -> None:
        """Opens an event file."""

        from torch.utils.tensorboard import SummaryWriter

        self.writer = SummaryWriter(str(self.place))

        if self.stages == 1 and self.facts:
            self.writer.add_text("settings", "\n".join(f"    {name}: {value}" for name, value in self.facts.items()))

    def write(self, terms: Mapping[str, float], step: int) -> None:
        """Writes the terms of an epoch."""

        for name, value in terms.items():
            self.writer.add_scalar(name, value, step)

    def end(self) -> None:
        """Closes the event file."""

        self.writer.close()

        # A writer holds locks, which cannot be copied along with an estimator.
        del self.writer


class MLflow(Tracker):
    r"""Tracker that writes a run of the experiment "semivae" into a folder, or to the server of MLFLOW_TRACKING_URI."""

    needs = "mlflow-skinny"

    def open(self) -> None:
        """Starts a run, or goes on with it in a later stage."""

        client = self.client()

        if self.stages > 1:
            client.update_run(self.run, status="RUNNING")
            return

        found = client.get_experiment_by_name("semivae")
        experiment = found.experiment_id if found else client.create_experiment("semivae")
        self.run: str = client.create_run(experiment, run_name=self.title).info.run_id

        for name, value in self.facts.items():
            client.log_param(self.run, name, str(value)[:500])

    def write(self, terms: Mapping[str, float], step: int) -> None:
        """Writes the terms of an epoch."""

        from mlflow.entities import Metric  # pyright: ignore[reportMissingImports]

        now = int(1000 * time.time())
        self.client().log_batch(self.run, [Metric(name, value, now, step) for name, value in terms.items()])

    def end(self) -> None:
        """Ends the run."""

        self.client().set_terminated(self.run)

    def client(self) -> Any:
        """Returns the client of the records."""

        # Nothing is sent anywhere but to the server that the user named. The small package has no database, and newer
        # versions write to a folder only if they are told so.
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")

        from mlflow import MlflowClient  # pyright: ignore[reportMissingImports]

        return MlflowClient(os.environ.get("MLFLOW_TRACKING_URI") or self.place.resolve().as_uri())


TRACKERS: dict[str, type[Tracker]] = {"tensorboard": TensorBoard, "mlflow": MLflow}
