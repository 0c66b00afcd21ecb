r"""Rows that are held in memory, with their targets."""

from __future__ import annotations

__all__ = ["InMemory"]

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from semivae.data.cells import genes_of, is_cells
from semivae.data.codecs.frame import is_frame, pandas_frame
from semivae.data.codecs.images import is_images
from semivae.data.codecs.sequences import is_texts
from semivae.data.labels.classes import Cells
from semivae.data.labels.markers import as_column
from semivae.data.source import Source
from semivae.data.sparse import is_sparse
from semivae.errors import DataError
from semivae.variables import Container


@dataclass(frozen=True, eq=False)
class InMemory(Source):
    r"""Rows in memory.

    Attributes:
        x: The rows: a frame, an array with shape (N, P), images, a sparse matrix, cells, or strings.
        y: The labels, missing where a row is unlabeled: a column with N entries, or a frame of several targets;
            None without a target.
        name: The name of a named set, or of a file.
        target: The name of a single target; None to take the name of the column.
        identifier: The column that joined the labels of a second file to a table, which is not to be modeled.

    Raises:
        DataError: If there are not as many labels as rows.
    """

    in_parts: ClassVar[bool] = False

    x: Any
    y: Any = None
    name: str = "data"
    target: str | None = None
    identifier: str | None = None

    def __post_init__(self) -> None:
        if self.y is not None and len(self.y) != len(self):
            raise DataError(
                f"{self.name} has {len(self)} rows and {len(self.y)} labels",
                "every row needs a label, or a marker that it has none",
            )

    def __len__(self) -> int:
        return self.held.shape[0] if hasattr(self.held, "shape") else len(self.held)

    @cached_property
    def container(self) -> Container:
        """The container of the rows."""

        if is_frame(self.x):
            return "frame"

        if is_sparse(self.x) or is_cells(self.x):
            return "sparse"

        if is_texts(self.x):
            return "sequence"

        return "image" if is_images(self.x) else "array"

    @cached_property
    def held(self) -> Any:
        """The rows: a polars frame as a pandas frame, cells as they are, and the rest as arrays have them."""

        if self.container == "frame":
            return pandas_frame(self.x)

        if is_sparse(self.x):
            return self.x.tocsr()

        return self.x if hasattr(self.x, "__len__") or hasattr(self.x, "shape") else np.atleast_1d(np.asarray(self.x))

    @property
    def columns(self) -> list[str]:
        """The names of the columns of a frame, or of the genes of cells; none of other rows."""

        if is_cells(self.x):
            return genes_of(self.x)

        return list(self.held) if self.container == "frame" else []

    @property
    def targets(self) -> list[str]:
        """The names of the targets."""

        return list(next(self.labels()))

    def rows(self, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """Yields all rows; of a frame, some columns if they are named."""

        yield self.held if columns is None or self.container != "frame" else self.held[list(columns)]

    def labels(self) -> Iterator[Mapping[str, Cells]]:
        """Yields the targets of all rows, by their names."""

        if self.y is None:
            yield {}
        elif is_frame(self.y):
            yield dict(pandas_frame(self.y).items())
        else:
            column = as_column(self.y)
            yield {self.target or ("label" if column.name is None else str(column.name)): column}
