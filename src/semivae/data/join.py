r"""Labels in a second file, joined to rows by the column that both files have."""

from __future__ import annotations

__all__ = ["ROW", "JoinedLabels", "with_labels"]

import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from semivae.data.files.named_rows import FILE
from semivae.data.files.paths import shown
from semivae.data.in_memory import InMemory
from semivae.data.labels.classes import Cells, listed
from semivae.data.read import read
from semivae.errors import DataError

ROW = "row"  # the column with the positions 0, 1, 2, ... for rows without identifiers

# The identifiers of rows that are no table, in words.
KEYS: dict[tuple[str, ...], str] = {
    (ROW,): f"a column {ROW!r} (0, 1, 2, ... as the rows follow)",
    (FILE,): f"a column {FILE!r} (names of files)",
}


class JoinedLabels:
    r"""Labels by identifier, held in memory, as labels are few.

    Arguments:
        path: The file, with a column of identifiers and the target.
        target: The name of the target.
        names: The names of the columns of the rows. One of them must be the column of identifiers.

    Raises:
        DataError: If the file cannot be read, repeats an identifier, or shares no or several columns with the rows.
    """

    def __init__(self, path: Path, target: str, names: Sequence[str]) -> None:
        source = read(path, target, pictures=False)
        shared = [name for name in source.x if name in names] if isinstance(source.x, pd.DataFrame) else []

        if len(shared) != 1 or target in names:
            raise DataError(
                f"{shown(path.name)} shares {listed([*shared, *([target] if target in names else [])]) or 'no column'} "
                "with the rows",
                f"it must share only the identifier by which {target!r} is joined",
                f"keep only {KEYS.get(tuple(names), 'the identifier')} and {target!r} in {shown(path.name)}",
            )

        self.path = path
        self.name: str = shared[0]
        self.index, self.labels = labels_by(source.x[self.name], source.y, path)
        self.found = np.zeros(len(self.index), dtype=bool)

    def of(self, identifiers: Cells) -> Cells:
        """Returns the labels of rows by their identifiers. Rows without a label get a missing one."""

        places = self.index.get_indexer(pd.Index(identifiers))
        self.found[places[places >= 0]] = True

        return self.labels.take(np.where(places < 0, len(self.index), places)).set_axis(identifiers.index)

    def check(self) -> None:
        r"""Warns of labels that belong to no row. To be called after the last row.

        Raises:
            DataError: If no label belongs to a row.
        """

        lost = self.index[~self.found]

        if len(lost) == len(self.found):
            raise DataError(
                f"no row has an identifier of {shown(self.path.name)} in {self.name!r}",
                f"identifiers must be equal in both files, such as {listed(lost.tolist(), 3)}",
                f"compare the values and types of {self.name!r} in both files",
            )

        if len(lost):
            warnings.warn(
                f"{len(lost)} of {len(self.found)} labels in {shown(self.path.name)} belong to no row: "
                f"{listed(lost.tolist(), 3)}",
                stacklevel=2,
            )


def with_labels(source: InMemory, target: str, path: Path) -> InMemory:
    r"""Joins the labels of a second file to rows in memory.

    Arguments:
        source: The rows, without labels.
        target: The name of the target.
        path: The second file, with the target and an identifier of each row: a column of the table, or `file`
            (its name in the folder) for pictures, `row` (positions 0, 1, 2, ...) for other arrays and images.

    Returns:
        The rows with their labels. Rows that the file does not name get a missing label.

    Raises:
        DataError: If the labels cannot be joined.
    """

    table = isinstance(source.x, pd.DataFrame)
    files = getattr(source.x, "files", None)
    rows = pd.Series(np.arange(len(source)), name=ROW) if files is None else pd.Series(files, name=FILE)
    joined = JoinedLabels(path, target, list(source.x) if table else [ROW if files is None else FILE])
    y = joined.of(source.x[joined.name] if table else rows)
    joined.check()

    if not table:
        return replace(source, y=y, target=target)

    return replace(source, y=y, target=target, identifier=joined.name)


def labels_by(identifiers: Cells, labels: Cells, path: Path) -> tuple[pd.Index, Cells]:
    """Returns identifiers and their labels. A missing label follows the last one, for rows without a label."""

    identifiers, labels = identifiers[identifiers.notna()], labels[identifiers.notna()]
    twice = identifiers[identifiers.duplicated()].unique().tolist()

    if twice:
        raise DataError(
            f"{shown(path.name)} has several labels for {listed(twice)} in {identifiers.name!r}",
            "each row has one label",
            f"frame.drop_duplicates({identifiers.name!r})",
        )

    # Whole numbers stay whole beside a missing one.
    labels = labels.astype("Int64") if labels.dtype.kind in "iu" else labels.astype(object)

    return pd.Index(identifiers), pd.concat([labels, pd.Series([None], dtype=labels.dtype)])
