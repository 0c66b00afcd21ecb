r"""What the user sees: results on standard output, everything else on standard error."""

from __future__ import annotations

__all__ = ["complain", "emit", "messages", "number", "put", "ready", "say", "silence", "table"]

import json
import logging
import math
import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

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
    """Returns text in which what an output, or UTF-8, has no characters for is replaced, as in names of files."""

    encoding = getattr(output, "encoding", None) or "utf-8"

    try:
        text.encode(encoding, getattr(output, "errors", None) or "strict")
    except UnicodeEncodeError:
        return text.encode(encoding, "replace").decode(encoding, "replace")

    return text


def complain(message: str) -> None:
    """Tells the user what went wrong, once on each machine."""

    if os.environ.get("LOCAL_RANK", "0") == "0":
        say(f"Error: {message}")


def emit(document: Any) -> None:
    """Shows the result as one JSON document, on standard output."""

    unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")

    put(json.dumps(ready(document), indent=2, ensure_ascii=not unicode, allow_nan=False))


def ready(value: Any) -> Any:
    """Returns a value as plain JSON values; a number that is not finite is null there."""

    if isinstance(value, dict):
        return {printable(str(key)): ready(entry) for key, entry in value.items()}

    if isinstance(value, list | tuple):
        return [ready(entry) for entry in value]

    if hasattr(value, "tolist"):  # NumPy's scalars and arrays
        return ready(value.tolist())

    if isinstance(value, float) and not math.isfinite(value):
        return None

    return printable(str(value)) if isinstance(value, str | Path) else value


def number(value: Any) -> str:
    """Returns a number as text with a useful number of digits, anything else as it is."""

    if isinstance(value, bool) or not isinstance(value, int | float):
        return "-" if value is None else str(value)

    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


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
        # As a text object, for brackets in what the user named are no markup.
        shown.add_row(*(Text(printable(number(cell), output)) for cell in row))

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
    """Returns where tables are written."""

    from rich.console import Console

    class Output(Console):
        def on_broken_pipe(self) -> None:
            raise

    found = Output(stderr=error, highlight=False)
    found.width = min(found.width, WIDTH)

    return found


@contextmanager
def silence() -> Iterator[None]:
    """Runs a block of which nothing is shown."""

    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        yield


@contextmanager
def messages() -> Iterator[None]:
    """Shows warnings for the user of the data, each once, and what the package logs, as lines on standard error."""

    handler = Lines()
    told = set[str]()

    def tell_once(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        # Several parts of a command look at the same rows.
        if issubclass(category, UserWarning) and str(message) not in told:
            told.add(str(message))
            say(f"Note: {message}")

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
    """Writes each record as a line."""

    def emit(self, record: logging.LogRecord) -> None:
        """Writes a record."""

        say(record.getMessage())
