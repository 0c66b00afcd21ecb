r"""What a run tells while it goes: a callback sees every epoch and changes nothing."""

from __future__ import annotations

__all__ = ["Callback", "Progress"]

from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

# The terms that a line has room for, as a reader knows them; the history holds all.
SHOWN = {"loss": "loss", "validation_loss": "on held-out rows"}


class Callback:
    """Sees a run from outside; every method may be left as it is."""

    def start(self, epochs: int) -> None:
        """Called before the first epoch; where a fit has several stages, of each."""

    def epoch(self, record: dict[str, Any]) -> None:
        """Called after each epoch, with its number and the mean of every term."""

    def end(self) -> None:
        """Called once, however the run ended."""


class Progress(Callback):
    r"""Creates a progress bar on standard error, with the time left and the loss.

    Where standard error is no terminal, it writes a line at each tenth of the run instead.

    Arguments:
        title: What is being fitted.
    """

    def __init__(self, title: str = "fit") -> None:
        self.title = title

    def start(self, epochs: int) -> None:
        """Opens the bar."""

        self.epochs = epochs
        self.console = Console(stderr=True)
        self.bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[terms]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
        )
        self.task = self.bar.add_task(self.title, total=epochs, terms="")
        self.bar.start()

    def epoch(self, record: dict[str, Any]) -> None:
        """Moves the bar on, or writes a line."""

        terms = ", ".join(f"{name} {record[term]:.4g}" for term, name in SHOWN.items() if term in record)
        terms += " (lower is better)"
        self.bar.update(self.task, completed=record["epoch"], terms=terms)

        if not self.console.is_terminal and record["epoch"] % max(1, self.epochs // 10) == 0:
            left = record["seconds"] * (self.epochs / record["epoch"] - 1)
            line = f"{self.title}: epoch {record['epoch']}/{self.epochs}, {terms}, {left:.0f} s left"
            self.console.print(line, soft_wrap=True, highlight=False)

    def end(self) -> None:
        """Closes the bar."""

        self.bar.stop()

        # A bar holds locks, with which an estimator could not be copied.
        del self.bar, self.console
