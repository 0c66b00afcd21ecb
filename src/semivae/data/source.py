r"""Rows with their target, as they were found."""

from __future__ import annotations

__all__ = ["Source", "damaged", "nearest", "no_target"]

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from semivae.data.files.paths import shown
from semivae.data.labels.classes import listed
from semivae.errors import DataError


@dataclass(frozen=True, eq=False)
class Source:
    r"""Rows in the units of the user.

    Attributes:
        x: The rows: a frame, an array with shape (N, P), or images.
        y: The labels, with N entries, missing where a row is unlabeled; None without a target.
        name: What the rows are called: the name of a named set, or of a file.
        target: The name of the target; None without one.
        identifier: The column that labels of a second file were joined by, which is not to be modeled.

    Raises:
        DataError: If there are not as many labels as rows.
    """

    x: Any
    y: Any = None
    name: str = "data"
    target: str | None = None
    identifier: str | None = None

    def __post_init__(self) -> None:
        if self.y is not None and len(self.y) != len(self.x):
            raise DataError(
                f"{self.name} has {len(self.x)} rows and {len(self.y)} labels",
                "every row needs a label, or a marker that it has none",
            )

    def __len__(self) -> int:
        return len(self.x)


def damaged(path: Path, error: Exception) -> DataError:
    """Returns the error for a file that is damaged, or is something else than its ending says."""

    return DataError(
        f"{shown(path)} cannot be read ({type(error).__name__}: {str(error).strip()[:200] or 'no reason'})",
        f"it must be a whole file of the type that its ending says ({shown(''.join(path.suffixes)) or 'idx'})",
        "write or copy the file again",
    )


def nearest(name: str, names: Sequence[str]) -> str:
    """Returns a hint at the names that resemble one."""

    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)

    return f"did you mean {' or '.join(map(repr, close))}?" if close else ""


def no_target(target: str, where: str, names: Sequence[str]) -> DataError:
    r"""Returns the error for a target that is not there.

    Arguments:
        target: Its name.
        where: The file or named set.
        names: The names that are there.
    """

    return DataError(
        f"{where} has no {target!r}",
        f"it has {listed(names, 30)}",
        nearest(target, names) or f"--target {names[-1]!r}",
    )
