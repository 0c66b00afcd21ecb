r"""What a plan takes from the machine: where to compute, how precisely, and whether to compile a step."""

from __future__ import annotations

__all__ = ["machine_of", "wide"]

from collections.abc import Sequence
from typing import Any

from semivae.engine import device, half, matrix_units
from semivae.errors import SettingError
from semivae.estimators.options import TrainingOptions
from semivae.estimators.plan.plan import Machine

# The narrowest layer whose products take longer than to convert what they multiply.
NARROWEST_WIDE = 256

# Steps that save the minute of a compilation: wide ones save much each, narrow ones little.
STEPS_TO_COMPILE = {True: 4000, False: 20_000}


def machine_of(choice: str, training: TrainingOptions, hidden: Sequence[int], steps: int) -> Machine:
    r"""Returns where and how a fit computes.

    Arguments:
        choice: The parameter `device`.
        training: The options of the training.
        hidden: The sizes of the hidden layers.
        steps: The steps of a stage.

    Raises:
        SettingError: If this machine has no such device, or several processes are to compile their steps.
    """

    kind: Any = device(choice)

    return Machine(
        device=kind,
        precision="bfloat16" if halved(training.precision, wide(hidden), kind) else "float32",
        compiled=compiled(training, wide(hidden), steps, kind),
        threads=None if wide(hidden) else 1,  # threads that wait for each other at every small product lose time
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
    r"""Returns whether steps are compiled.

    "auto" compiles long runs where products are so fast that all else takes longest: on GPUs, and on processors with
    matrix units. It looks at nothing that changes from run to run, for compiled steps round in another way.
    """

    several = training.devices * training.nodes > 1

    if training.compile == "auto":
        return not several and steps >= STEPS_TO_COMPILE[wide] and matrix_units(device)

    if training.compile and several:
        raise SettingError("compile=True with several processes", "only one process can compile", "compile='auto'")

    return bool(training.compile)
