r"""Options of `semivae fit` that repeat it, or follow its epochs."""

from __future__ import annotations

__all__ = ["HeldOutRows", "Seeds", "Track", "Tracked"]

from enum import StrEnum
from typing import Annotated

import typer


class Tracked(StrEnum):
    """The packages that epochs are sent to."""

    TENSORBOARD = "tensorboard"
    MLFLOW = "mlflow"


Seeds = Annotated[
    int, typer.Option("--seeds", min=1, help="Fit so many times, each with another seed and draw of --labels.")
]
HeldOutRows = Annotated[
    str | None,
    typer.Option(
        "--held-out",
        metavar="DATA2",
        help="Labeled rows that are only measured, after each epoch: a file, or a named set for its test rows.",
    ),
]
Track = Annotated[
    Tracked | None,
    typer.Option("--track", help="Send the terms of every epoch to tensorboard or mlflow, into a folder beside DIR."),
]
