r"""Every setting of a run, the one home of its defaults."""

from __future__ import annotations

__all__ = ["Training"]

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Training:
    r"""The settings of a run.

    Attributes:
        epochs: Passes over all rows.
        learning_rate: The highest learning rate; it rises over the first steps, then falls to zero as a cosine.
        weight_decay: Decay of the weights (decoupled, as in AdamW).
        averaging: Decay of the exponential moving average of the weights. The averaged weights become the model;
            0 keeps the last weights.
        clip: The largest norm of the gradient.
        patience: The run stops after so many epochs without a better validation loss; :py:`None` never stops it.
        seed: Random seed.
        compiled: Whether a step is compiled into one graph; this takes about a minute before the first step.
        device: "auto", "cpu", "cuda" or "mps".
        precision: "float32", "bfloat16", or "auto" for bfloat16 matrix products where the hardware has them.
        threads: The most CPU threads, or :py:`None` for PyTorch's default.
        devices: Processes on each machine, each with its own device; torchrun starts them if there are several.
        nodes: Machines.
        checkpoint: The folder for the state of the run, or :py:`None`. It is written about once a minute, at Ctrl-C
            and at the end.
        resume: Whether to continue from the state in that folder, if it holds one. The result is the same as without
            the stop. The settings must be the same.
        about: More facts about the run, as plain JSON values; a state with other facts is refused.
    """

    epochs: int
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    averaging: float = 0.99
    clip: float = 50.0
    patience: int | None = None
    seed: int = 0
    compiled: bool = False
    device: str = "auto"
    precision: str = "auto"
    threads: int | None = None
    devices: int = 1
    nodes: int = 1
    checkpoint: Path | None = None
    resume: bool = False
    about: Mapping[str, Any] = field(default_factory=dict)
