r"""The labels that a person gives: a log of actions, one line of JSON each, that is only ever appended to.

A line is on the disk before the page says "saved". Replaying the file gives every label, and what can be undone; undo
is an action, too. The data are never touched. A line that a killed process left in part was never shown as saved: it
is passed over.
"""

from __future__ import annotations

__all__ = ["Change", "LabelLog", "Logged"]

import json
import os
import threading
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from semivae.errors import StoreError
from semivae.store import replaced, resolved, taken, unwritable

Value = str | int | float | bool | None
Action = Literal["label", "undo", "redo"]

# The largest file that is replayed.
LARGEST = 2**30


@dataclass(frozen=True)
class Change:
    r"""A label that a person gives.

    Attributes:
        row: The position of the row.
        new: The label; None for none.
        target: The name of the target.
    """

    row: int
    new: Value
    target: str


@dataclass(frozen=True)
class Logged:
    r"""A line of the log.

    Attributes:
        time: When it was written, in UTC.
        group: The number of the action; the rows of a lasso share it.
        action: Whether it labels, undoes or makes undone again.
        of: The group that is undone or made again; the own one for a label.
        row: The position of the row.
        target: The name of the target.
        old: The label before; None for none.
        new: The label; None for none.
        who: "person" or "suggestion".
        version: The version of the model that the person saw.
    """

    time: str
    group: int
    action: Action
    of: int
    row: int
    target: str
    old: Value
    new: Value
    who: str
    version: str


class LabelLog:
    r"""Opens a file of labels, or makes it, and replays it.

    Arguments:
        path: The file.
        rows: The number of rows that labels belong to.
        data: The name of the data.

    Attributes:
        given: The labels by target and row; None where a label was taken back.
        lines: The lines of the log.

    Raises:
        StoreError: If the file cannot be read, or is about other rows.
    """

    def __init__(self, path: str | Path, rows: int, data: str = "data") -> None:
        self.path, self.rows, self.data = resolved(path), rows, data
        self.given: dict[tuple[str, int], Value] = {}
        self.lines: list[Logged] = []
        self.done: list[int] = []
        self.undone: list[int] = []
        self.lock = threading.RLock()
        self.held = ExitStack()

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Two servers that write one file would not see each other's labels.
            self.held.enter_context(taken(self.path))
            self.replay()
        except StoreError:
            self.close()
            raise
        except OSError as error:
            self.close()
            raise unwritable(self.path, error) from None

    def replay(self) -> None:
        """Reads the lines of the file, and writes its head if there is none."""

        content = self.path.read_bytes()[:LARGEST] if self.path.exists() else b""
        texts = content.decode(errors="replace").splitlines()

        if texts:
            self.check_head(texts[0])
        else:
            self.write([{"semivae labels": 1, "rows": self.rows, "data": self.data}])

        if content and not content.endswith(b"\n"):
            # The next line must not go on in the one that was left in part.
            self.put(b"\n")

        for text in texts[1:]:
            if line := parsed(text, self.rows):
                self.take(line)

    def check_head(self, text: str) -> None:
        """Checks that the file is about these rows."""

        try:
            head = json.loads(text)
            rows = head["rows"] if head["semivae labels"] == 1 else None
        except (ValueError, KeyError, TypeError):
            rows = None

        if rows is None:
            raise StoreError(f"{self.path} is no file of labels", "its first line says so", "give another file")

        if rows != self.rows:
            raise StoreError(
                f"{self.path} holds labels of {rows:,} rows", f"the data have {self.rows:,}", "give another file"
            )

    @property
    def sequence(self) -> int:
        """The number of lines, by which a page knows what it has seen."""

        return len(self.lines)

    def add(self, changes: Sequence[Change], old: Sequence[Value], version: str, who: str = "person") -> list[Logged]:
        r"""Appends labels as one action and returns its lines when they are on the disk.

        Arguments:
            changes: The labels.
            old: The label of each row before.
            version: The version of the model that the person saw.
            who: "person" or "suggestion".
        """

        with self.lock:
            group = self.next_group
            lines = [
                Logged(now(), group, "label", group, change.row, change.target, before, change.new, who, version)
                for change, before in zip(changes, old, strict=True)
            ]

            return self.append(lines)

    def undo(self, version: str) -> list[Logged]:
        """Takes the last action back, if there is one, and returns the lines of this new action."""

        with self.lock:
            return self.again("undo", self.done, version)

    def redo(self, version: str) -> list[Logged]:
        """Does again what was undone last, if anything was, and returns the lines of this new action."""

        with self.lock:
            return self.again("redo", self.undone, version)

    def again(self, action: Action, stack: list[int], version: str) -> list[Logged]:
        """Undoes or redoes the last group of a stack."""

        if not stack:
            return []

        group, number = stack[-1], self.next_group
        lines = []

        for line in self.lines:
            if line.action == "label" and line.group == group:
                old, new = (line.new, line.old) if action == "undo" else (line.old, line.new)
                lines.append(Logged(now(), number, action, group, line.row, line.target, old, new, "person", version))

        return self.append(lines)

    @property
    def next_group(self) -> int:
        """The number of the next action."""

        return self.lines[-1].group + 1 if self.lines else 1

    def append(self, lines: list[Logged]) -> list[Logged]:
        """Writes lines to the disk and then takes them over."""

        if lines:
            self.write([asdict(line) for line in lines])

        for line in lines:
            self.take(line)

        return lines

    def take(self, line: Logged) -> None:
        """Takes a line over into the labels and into the order of what can be undone."""

        first = not self.lines or self.lines[-1].group != line.group
        self.lines.append(line)
        self.given[line.target, line.row] = line.new

        if not first:
            return

        if line.action == "label":
            self.done.append(line.group)
            self.undone.clear()
        else:
            start, end = (self.done, self.undone) if line.action == "undo" else (self.undone, self.done)

            if line.of in start:
                start.remove(line.of)

            end.append(line.of)

    def write(self, lines: Iterable[dict[str, Any]]) -> None:
        """Appends lines of JSON and waits until they are on the disk."""

        self.put("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode())

    def put(self, content: bytes) -> None:
        """Appends to the file and waits until it is on the disk."""

        try:
            with self.path.open("ab") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise unwritable(self.path, error) from None

    def table(self) -> bytes:
        """Returns the labels as CSV with the columns row, target and label."""

        import pandas as pd

        from semivae.data.files.formulas import csv_text

        kept = sorted((row, target) for (target, row), value in self.given.items() if value is not None)
        labels = [self.given[target, row] for row, target in kept]
        table = pd.DataFrame(kept, columns=["row", "target"]).assign(label=pd.Series(labels, dtype=object))

        return csv_text(table).encode()

    def close(self) -> None:
        """Lets another process have the file."""

        self.held.close()

    def export(self) -> Path:
        """Writes the CSV beside the log and returns its path."""

        path = self.path.with_suffix(".csv")

        with replaced(path) as file:
            file.write(self.table())

        return path


def now() -> str:
    """Returns the time in UTC."""

    return datetime.now(UTC).isoformat(timespec="milliseconds")


def parsed(text: str, rows: int) -> Logged | None:
    """Returns a line of the log; None if it is not whole."""

    try:
        line = Logged(**json.loads(text))
    except (ValueError, TypeError):
        return None

    whole = isinstance(line.row, int) and 0 <= line.row < rows and isinstance(line.group, int)
    return line if whole and line.action in ("label", "undo", "redo") else None
