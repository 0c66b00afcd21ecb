r"""Rows with their targets, in memory or in files."""

from __future__ import annotations

__all__ = ["Source", "damaged", "nearest", "no_target"]

import abc
import difflib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from semivae.data.files.paths import shown
from semivae.data.labels.classes import Cells, listed
from semivae.errors import DataError
from semivae.variables import Container


class Source(abc.ABC):
    r"""Abstract rows in the units of the user, each with one label for each target.

    Rows in memory are one block, rows in files are many. One target is a table of one column.

    Attributes:
        in_parts: Whether rows come in blocks that are not held in memory.
        name: The name of a named set, or of a file.
        identifier: The column that joined the labels of a second file to a table, which is not to be modeled.
    """

    in_parts: ClassVar[bool]
    name: str
    identifier: str | None

    @property
    @abc.abstractmethod
    def container(self) -> Container:
        """The container of the rows."""

    @property
    @abc.abstractmethod
    def columns(self) -> list[str]:
        """The names of the columns of a table without the targets."""

    @property
    @abc.abstractmethod
    def targets(self) -> list[str]:
        """The names of the targets."""

    @abc.abstractmethod
    def __len__(self) -> int: ...

    @abc.abstractmethod
    def rows(self, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """Yields blocks of rows without the targets; of frames, some columns if they are named."""

    @abc.abstractmethod
    def labels(self) -> Iterator[Mapping[str, Cells]]:
        """Yields the targets of each block of rows, by their names."""

    @cached_property
    def judged(self) -> list[Any]:
        """The findings about the targets, which are so coded once."""

        return []


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
        nearest(target, names) or f"target={names[-1]!r}",
    )
