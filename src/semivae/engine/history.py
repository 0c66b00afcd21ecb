r"""The history of a run."""

from __future__ import annotations

__all__ = ["UNIT", "History"]

import math
from dataclasses import dataclass, field
from typing import Any

# The start of the name of a measure of a unit of the latent, before its number.
UNIT = "unit "


@dataclass
class History:
    r"""The records of a run, and how it ended.

    Attributes:
        records: One record per epoch: its number, the seconds so far, and the mean of every term.
        units: The number of each epoch and its measures of the units of the latent, if these are measured.
        stopped: Why the run ended: "done", "patience" or "interrupted".
        best: The epoch whose weights were kept.
    """

    records: list[dict[str, Any]] = field(default_factory=list)
    units: list[dict[str, Any]] = field(default_factory=list)
    stopped: str = "done"
    best: int = 0

    def add(self, record: dict[str, Any], measured: dict[str, float]) -> None:
        """Adds the record of an epoch; its measures of units are kept apart, and other measures join it."""

        units = {name: value for name, value in measured.items() if name.startswith(UNIT)}
        record |= {name: value for name, value in measured.items() if name not in units}
        self.records.append(record)
        self.units += [{"epoch": record["epoch"]} | units] if units else []

    @property
    def lowest(self) -> float:
        """The validation loss of the best epoch; without validation every later epoch counts as better."""

        return self.records[self.best - 1].get("validation_loss", -math.inf) if self.best else math.inf
