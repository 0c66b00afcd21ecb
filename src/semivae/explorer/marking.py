r"""Labels and classes as the page takes them: those of the data, with those that a person gives laid over them."""

from __future__ import annotations

__all__ = ["FREE", "Marking"]

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.errors import DataError
from semivae.explorer.labels import Change, LabelLog, Logged
from semivae.workflows.explore.beliefs import Goal

Tell = Callable[[dict[str, Any]], None]

# The target of labels for a model that learned without one: they are kept, and a later fit can learn from them.
FREE = Goal("label")

# The most rows that one action labels, and the longest name of a class.
MOST, LONGEST = 200_000, 200


class Marking:
    r"""Lays labels over those of the data.

    Arguments:
        goals: The targets; none for a model without a target, whose labels then are of :py:`FREE`.
        base: The labels of the data by target, each with shape (N,), None where unlabeled.
        log: The labels that were given.
        version: Says the version in use.
        tell: Tells every page of something.

    Attributes:
        classes: The classes of each target, in the order of the page: new ones come last.
    """

    def __init__(
        self,
        goals: Sequence[Goal],
        base: dict[str, NDArray[Any]],
        log: LabelLog,
        version: Callable[[], str],
        tell: Tell,
    ) -> None:
        self.goals = {goal.name: goal for goal in goals or (FREE,)}
        self.base = {name: base.get(name, np.full(log.rows, None, dtype=object)) for name in self.goals}
        self.log, self.version, self.tell = log, version, tell
        self.classes = {goal.name: list(goal.classes) for goal in self.goals.values()}

        for line in log.lines:
            self.meet(line.target, line.new)

    def label(self, target: str, row: int) -> Any:
        """Returns the label of a row; None for none."""

        return self.log.given.get((target, row), self.base[target][row])

    def labels(self) -> dict[str, NDArray[Any]]:
        """Returns all labels by target, each with shape (N,), None where unlabeled."""

        found = {target: labels.copy() for target, labels in self.base.items()}

        for (target, row), value in self.log.given.items():
            if target in found:
                found[target][row] = value

        return found

    def coded(self, target: str) -> NDArray[np.float32]:
        """Returns labels for the page: codes of classes or numbers, with shape (N,), NaN where unlabeled."""

        labels, names = self.labels()[target], self.classes[target]

        if not self.has_classes(target):
            return np.array([np.nan if value is None else value for value in labels], dtype=np.float32)

        codes = {name: place for place, name in enumerate(names)} | {None: np.nan}

        return np.array([codes[value] for value in labels], dtype=np.float32)

    def has_classes(self, target: str) -> bool:
        """Whether a target has classes, or may have some."""

        return target == FREE.name or bool(self.goals[target].classes)

    def counts(self) -> dict[str, int]:
        """Returns the number of labeled rows by target."""

        return {target: int(sum(value is not None for value in labels)) for target, labels in self.labels().items()}

    def give(
        self, target: str, rows: Sequence[int], value: Any, who: str = "person", version: str = ""
    ) -> dict[str, Any]:
        r"""Labels rows as one action, and returns the change; the labels are on the disk when it returns.

        Arguments:
            target: The name of the target.
            rows: The positions of the rows.
            value: The label; None to take labels back.
            who: "person" or "suggestion".
            version: The version that the person saw; the one in use if it is not given.

        Raises:
            DataError: If there is no such row, target or class.
        """

        if target not in self.base:
            raise DataError(f"target={target[:40]!r}", f"the targets are {', '.join(self.base)}", "target='NAME'")

        if not 0 < len(rows) <= MOST or not all(0 <= row < self.log.rows for row in rows):
            raise DataError(f"{len(rows)} rows", f"there are rows 0 to {self.log.rows - 1}", "rows=[0]")

        with self.log.lock:
            value = self.checked(target, value)
            changes = [Change(int(row), value, target) for row in dict.fromkeys(rows)]
            old = [self.label(target, change.row) for change in changes]

            return self.tell_labels(self.log.add(changes, old, version or self.version(), who))

    def checked(self, target: str, value: Any) -> Any:
        """Returns a label in the type of its target."""

        if value is None:
            return None

        if not self.has_classes(target):
            if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
                raise DataError(f"value={value!r}", "the target is a number", "value=1.5")

            return float(value)

        match = [name for name in self.classes[target] if name == value or str(name) == str(value)]

        if not match:
            raise DataError(f"value={str(value)[:40]!r}", "it is no class yet", "make the class first")

        return match[0]

    def make_class(self, target: str, text: str) -> Any:
        r"""Makes a class, of the type of the others, and returns it.

        Raises:
            DataError: If the target has no classes, or a number is needed.
        """

        text = text.strip()

        if not text or len(text) > LONGEST or not self.has_classes(target):
            raise DataError(f"class {text[:40]!r}", "a class of a target needs a short name", "name='unknown'")

        with self.log.lock:
            names = self.classes[target]

            if text in map(str, names):
                return next(name for name in names if str(name) == text)

            whole = names and all(isinstance(name, int) and not isinstance(name, bool) for name in names)

            if whole and not text.lstrip("-").isdigit():
                fix = f"name='{max(names) + 1}'"
                raise DataError(f"class {text[:40]!r}", "the other classes are whole numbers", fix)

            names.append(int(text) if whole else text)
            self.tell({"kind": "classes", "target": target, "classes": [str(name) for name in names]})

            return names[-1]

    def meet(self, target: str, value: Any) -> None:
        """Adds the class of a label that a log holds to the classes."""

        if value is None or target not in self.classes or not self.has_classes(target):
            return

        if value not in self.classes[target]:
            self.classes[target].append(value)

    def undo(self) -> dict[str, Any]:
        """Takes the last action back, and returns the change."""

        with self.log.lock:
            return self.tell_labels(self.log.undo(self.version()))

    def redo(self) -> dict[str, Any]:
        """Does again what was undone last, and returns the change."""

        with self.log.lock:
            return self.tell_labels(self.log.redo(self.version()))

    def since(self, sequence: int) -> dict[str, Any]:
        """Returns all labels after the first lines of the log as one change."""

        with self.log.lock:
            return self.change(self.log.lines[max(0, sequence) :])

    def tell_labels(self, lines: Sequence[Logged]) -> dict[str, Any]:
        """Tells every page of new labels, and returns the change."""

        change = self.change(lines)

        if lines:
            self.tell({"kind": "labels", **change})

        return change

    def change(self, lines: Sequence[Logged]) -> dict[str, Any]:
        """Returns the last lines of the log as the page takes them: codes or numbers by row and target.

        The caller holds the lock, as `sequence` must be the place of the last of these lines.
        """

        codes = {target: {name: code for code, name in enumerate(names)} for target, names in self.classes.items()}
        coded = [
            None if line.new is None else codes[line.target][line.new] if self.has_classes(line.target) else line.new
            for line in lines
        ]

        return {
            "sequence": self.log.sequence,
            "target": [line.target for line in lines],
            "row": [line.row for line in lines],
            "label": coded,
            "undo": len(self.log.done),
            "redo": len(self.log.undone),
            "counts": self.counts(),
        }
