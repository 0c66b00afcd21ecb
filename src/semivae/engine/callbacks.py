r"""Callbacks: they see every epoch of a run and change nothing."""

from __future__ import annotations

__all__ = ["Callback", "Progress"]

from typing import Any

# The terms that fit in a line, as they are shown to the user; the history holds all terms.
SHOWN = {
    "loss": "loss {:.4g} (lower is better)",
    "validation_loss": "on held-out rows {:.4g}",
    "held_out_accuracy": "held-out accuracy {:.3f}",
    "held_out_r2": "held-out R2 {:.3f}",
}


class Callback:
    """Follows a run; override the methods that you need."""

    def start(self, epochs: int) -> None:
        """Called before the first epoch of each stage of a fit."""

    def epoch(self, record: dict[str, Any]) -> None:
        """Called after each epoch with its record: its number and the mean of every term."""

    def end(self) -> None:
        """Called once, however the run ended."""

    def judged(self, record: dict[str, Any]) -> None:
        """Called after each fold of held-out labels: `fold` of `folds`, and their `truth` and `predicted`."""


class Progress(Callback):
    r"""Creates a progress bar on standard error, with the time left and the loss.

    If standard error is not a terminal, it writes a line after each tenth of the run instead.

    Arguments:
        title: The name shown before the bar.
    """

    def __init__(self, title: str = "fit") -> None:
        self.title = title

    def start(self, epochs: int) -> None:
        """Opens the bar."""

        # A process that only predicts does without these.
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

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
        """Advances the bar, or writes a line."""

        terms = ", ".join(text.format(record[term]) for term, text in SHOWN.items() if term in record)
        self.bar.update(self.task, completed=record["epoch"], terms=terms)

        if not self.console.is_terminal and record["epoch"] % max(1, self.epochs // 10) == 0:
            left = record["seconds"] * (self.epochs / record["epoch"] - 1)
            line = f"{self.title}: epoch {record['epoch']}/{self.epochs}, {terms}, {left:.0f} s left"
            self.console.print(line, soft_wrap=True, highlight=False)

    def end(self) -> None:
        """Closes the bar."""

        self.bar.stop()

        # A bar holds locks, which cannot be copied along with an estimator.
        del self.bar, self.console
