r"""From flat parameters to the settings of a run: the home of every "auto" of a run, and of what it is known by."""

from __future__ import annotations

__all__ = ["MOST_EPOCHS", "batch_for", "epochs_for", "several", "stops_early", "training"]

from pathlib import Path
from typing import Any

from semivae.data.batches.steps import Steps
from semivae.engine import Training, device, matrix_units, stage_place
from semivae.errors import SettingError
from semivae.estimators.build.auto import hidden_for
from semivae.estimators.parameters import plain
from semivae.estimators.state import State

# Parameters that do not change what is learned, or that say it another way.
ANY_RUN = (
    *("callbacks", "checkpoint", "device", "devices", "missing_label", "model", "nodes", "verbose"),
    *("drop", "id_columns", "keep"),
)

# The narrowest layer whose products take longer than to convert what they multiply.
NARROWEST_WIDE = 256

# More passes than these only overfit small data.
MOST_EPOCHS = 500

# Steps where labels say what is to be learned, and where rows alone do.
STEPS, STEPS_WITHOUT_LABELS = 800, 3200

# The fewest rows whose loss tells when to stop: with 20 of 200 held out a VAE gets better, with 6 of 60 worse.
FEWEST_HELD = 20

# The least epochs without improvement that "auto" has patience with.
LEAST_PATIENCE = 10

# Steps that save the minute which the compilation takes: wide ones save much each, narrow ones little.
STEPS_TO_COMPILE = {True: 4000, False: 20_000}


def training(estimator: State, epochs: int, rows: Steps, stage: int) -> Training:
    """Returns the settings of the run that fits an estimator, or a stage of it, counted from 1."""

    kept = estimator.checkpoint is not None
    wide = max(hidden_for(estimator.settings_, estimator.schema_)) >= NARROWEST_WIDE

    return Training(
        epochs=epochs,
        learning_rate=estimator.learning_rate,
        weight_decay=estimator.weight_decay,
        averaging=estimator.averaging,
        patience=patience_for(estimator.patience, epochs),
        seed=estimator.seed_,
        device=estimator.device,
        compiled=compiled(estimator, wide, epochs * len(rows)),
        precision=precision_for(estimator.precision, wide),
        threads=None if wide else 1,  # those that wait for each other at every small product, only lose time
        devices=estimator.devices,
        nodes=estimator.nodes,
        checkpoint=None if estimator.checkpoint is None else stage_place(Path(estimator.checkpoint), stage),
        resume=True,
        about=about(estimator, rows) if kept else {},
    )


def about(estimator: State, rows: Steps) -> dict[str, Any]:
    """Returns what a run has to have in common with the one that it continues, as plain JSON values."""

    return {
        "model": estimator._model_name(),
        "labeled rows": len(rows.labeled),
        "unlabeled rows": len(rows.unlabeled),
        "settings": {name: plain(value) for name, value in estimator.settings_.items() if name not in ANY_RUN},
        "schema": estimator.schema_.to_json(),
        "sha256 of the rows": rows.digest,
    }


def precision_for(choice: str, wide: bool) -> str:
    r"""Returns the precision of the products.

    "auto" leaves narrow networks in float32 everywhere: there bfloat16 costs more in conversions than it saves.
    """

    return choice if wide or choice != "auto" else "float32"


def compiled(estimator: State, wide: bool, steps: int) -> bool:
    r"""Returns whether steps are compiled.

    "auto" compiles long runs where products are so fast that all else takes longest: on GPUs, and on processors with
    matrix units. It looks at nothing that changes from run to run, for compiled steps round in another way.

    Raises:
        SettingError: If several processes are to compile theirs.
    """

    if estimator.compile is True and several(estimator):
        raise SettingError("compile=True with several processes", "one process can compile its steps", "compile='auto'")

    if estimator.compile != "auto":
        return bool(estimator.compile)

    return not several(estimator) and steps >= STEPS_TO_COMPILE[wide] and matrix_units(device(estimator.device))


def several(estimator: State) -> bool:
    """Whether several processes share the fit of an estimator."""

    return estimator.devices * estimator.nodes > 1


def batch_for(choice: int | str, rows: int) -> int:
    """Returns the unlabeled rows of a step: "auto" is small where it makes steps many, large where rows are many."""

    if choice != "auto":
        return int(choice)

    return 64 if rows < 20_000 else 256


def stops_early(estimator: State, rows: int) -> bool:
    r"""Returns whether rows are held out.

    "auto" does without a target, unless the epochs are given or rows are so few that their share says little.
    """

    if estimator.early_stopping != "auto":
        return bool(estimator.early_stopping)

    enough = rows * estimator.validation_share >= FEWEST_HELD

    return enough and not estimator.schema_.targets and estimator.epochs == "auto"


def patience_for(choice: int | str, epochs: int) -> int:
    """Returns the epochs without improvement after which a run stops: "auto" is a tenth of all, and at least 10."""

    return max(LEAST_PATIENCE, epochs // 10) if choice == "auto" else int(choice)


def epochs_for(settings: dict[str, Any], steps: int, without_labels: bool = False) -> int:
    r"""Returns the epochs of a run, or of each stage of it.

    "auto" gives small data many passes and large data few: about 800 steps, between 10 and 500 epochs. What is learned
    from rows alone needs four times as many.

    Arguments:
        settings: The parameters of the estimator.
        steps: The steps of an epoch.
        without_labels: Whether the model, or its first stage, learns from rows alone.
    """

    if settings["epochs"] != "auto":
        return settings["epochs"]

    return int(min(MOST_EPOCHS, max(10, round((STEPS_WITHOUT_LABELS if without_labels else STEPS) / steps))))
