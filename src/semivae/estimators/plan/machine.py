r"""Plan values set by the machine: device, precision, and whether to compile a step."""

from __future__ import annotations

__all__ = ["machine_of", "wide"]

from collections.abc import Sequence
from typing import Any

from semivae.engine import device, half, matrix_units
from semivae.errors import SettingError
from semivae.estimators.options import TrainingOptions
from semivae.estimators.plan.plan import Machine

# The narrowest layer whose products take longer than converting their inputs.
NARROWEST_WIDE = 256

# Steps that repay a minute of compilation: wide ones save more each than narrow ones.
STEPS_TO_COMPILE = {True: 4000, False: 20_000}


def machine_of(choice: str, training: TrainingOptions, hidden: Sequence[int], steps: int) -> Machine:
    r"""Chooses where and how a fit computes.

    Arguments:
        choice: The parameter `device`.
        training: The options of the training.
        hidden: The sizes of the hidden layers.
        steps: The steps of a stage.

    Raises:
        SettingError: If this machine has no such device, or several processes would compile their steps.
    """

    kind: Any = device(choice)

    return Machine(
        device=kind,
        precision="bfloat16" if halved(training.precision, wide(hidden), kind) else "float32",
        compiled=compiled(training, wide(hidden), steps, kind),
        threads=None if wide(hidden) else 1,  # synchronizing threads at every small product costs time
        devices=int(training.devices),
        nodes=int(training.nodes),
    )


def wide(hidden: Sequence[int]) -> bool:
    """Whether layers are wide enough for their products to take longest."""

    return max(hidden) >= NARROWEST_WIDE


def halved(choice: str, wide: bool, device: str) -> bool:
    """Whether products are in bfloat16: "auto" leaves narrow networks alone, where converting costs too much."""

    return (wide or choice != "auto") and half(choice, device)


def compiled(training: TrainingOptions, wide: bool, steps: int, device: str) -> bool:
    r"""Decides whether to compile steps.

    "auto" compiles long runs if products are so fast that overhead dominates: on GPUs, and on processors with matrix
    units. It ignores all that changes from run to run, because compiled steps round differently.
    """

    several = training.devices * training.nodes > 1

    if training.compile == "auto":
        return not several and steps >= STEPS_TO_COMPILE[wide] and matrix_units(device)

    if training.compile and several:
        raise SettingError("compile=True with several processes", "only one process can compile", "compile='auto'")

    return bool(training.compile)
