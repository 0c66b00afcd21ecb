r"""The output of the command: results on standard output, everything else on standard error."""

from __future__ import annotations

__all__ = ["complain", "emit", "messages", "put", "quiet_comparison", "say", "silence", "table"]

import json
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any, TextIO

from semivae.workflows import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

# The widest that a table may be.
WIDTH = 80


def say(message: str) -> None:
    """Tells the user something, on standard error."""

    write(sys.stderr, f"{message}\n")


def put(text: str) -> None:
    """Shows a part of the result, on standard output."""

    write(sys.stdout, f"{text}\n")


def write(output: TextIO | None, text: str) -> None:
    """Writes text to an output, which is None where the user closed it."""

    if output is not None:
        output.write(printable(text, output))
        output.flush()


def printable(text: str, output: TextIO | None = None) -> str:
    """Returns text with a replacement for each character that an output, or UTF-8, lacks."""

    return plain.printable(
        text, getattr(output, "encoding", None) or "utf-8", getattr(output, "errors", None) or "strict"
    )


def complain(message: str) -> None:
    """Tells the user of an error, once on each machine."""

    if os.environ.get("LOCAL_RANK", "0") == "0":
        say(f"Error: {message}")


def emit(document: Any) -> None:
    """Shows the result as one JSON document, on standard output."""

    unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")

    put(json.dumps(plain.ready(document), indent=2, ensure_ascii=not unicode, allow_nan=False))


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, error: bool = False) -> None:
    r"""Shows a table of at most 80 columns of text.

    Arguments:
        columns: Their names; one that starts with ">" is aligned to the right.
        rows: The cells.
        error: Whether it goes to standard error, for standard output is for JSON.
    """

    from rich.text import Text

    output = sys.stderr if error else sys.stdout
    shown = empty_table(columns)

    for row in rows:
        # As a text object, for brackets in names that the user gave are no markup.
        shown.add_row(*(Text(printable(plain.short(cell), output)) for cell in row))

    console(error).print(shown)


def empty_table(columns: Sequence[str]) -> Table:
    """Returns a table without rows."""

    from rich import box
    from rich.table import Table

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)

    for name in columns:
        shown.add_column(name.removeprefix(">"), justify="right" if name.startswith(">") else "left", overflow="fold")

    return shown


def console(error: bool) -> Console:
    """Returns the console that tables are written to."""

    from rich.console import Console

    class Output(Console):
        def on_broken_pipe(self) -> None:
            raise

    found = Output(stderr=error, highlight=False)
    found.width = min(found.width, WIDTH)

    return found


@contextmanager
def silence() -> Iterator[None]:
    """Runs a block and shows nothing of it."""

    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        yield


@contextmanager
def quiet_comparison(quiet: bool) -> Iterator[None]:
    """Hides the progress of a comparison, if wanted, while a block runs."""

    logger = logging.getLogger("semivae.trust")
    level = logger.level
    logger.setLevel(logging.WARNING if quiet else level)

    try:
        yield
    finally:
        logger.setLevel(level)


@contextmanager
def messages(reword: Callable[[str], str]) -> Iterator[None]:
    r"""Shows warnings about the data, each once, and what the package logs, as lines on standard error.

    Arguments:
        reword: Rewrites a message for the user of the command.
    """

    handler = Lines(reword)
    told = set[str]()

    def tell_once(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        # Several parts of a command look at the same rows.
        if issubclass(category, UserWarning) and str(message) not in told:
            told.add(str(message))
            say(f"Note: {reword(str(message))}")

    logger = logging.getLogger("semivae")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)

    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("always", category=UserWarning)
            warnings.showwarning = tell_once
            yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)


class Lines(logging.Handler):
    r"""Writes each record as a line.

    Arguments:
        reword: Rewrites a message for the user of the command.
    """

    def __init__(self, reword: Callable[[str], str]) -> None:
        super().__init__()
        self.reword = reword

    def emit(self, record: logging.LogRecord) -> None:
        """Writes a record."""

        say(self.reword(record.getMessage()))
