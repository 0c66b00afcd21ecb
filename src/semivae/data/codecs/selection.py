r"""The user's choice of modeled columns and their kinds."""

from __future__ import annotations

__all__ = ["EVERYTHING", "Selection"]

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from semivae.data.columns.base import Tally
from semivae.data.columns.dates import PARTS
from semivae.data.columns.judge import ColumnTally
from semivae.data.kinds import CellKind, cell_kinds, kinds
from semivae.data.labels.classes import listed
from semivae.data.source import nearest
from semivae.errors import SettingError

# Strings that are split into the tokens of molecules.
MOLECULE = "selfies"


@dataclass(frozen=True)
class Selection:
    r"""The columns that the user drops, carries along, keeps, or declares the kind of.

    Attributes:
        drop: The columns that are ignored.
        id_columns: The columns that are not modeled but carried into predictions.
        keep: The columns that are modeled even if they look like identifiers.
        kinds: The columns whose kind is not judged by their values, with their kinds.
        embed: The column of texts that become vectors; empty for none.
        row: The kind of a whole row: of an array "vector" or "real", of strings "selfies"; empty to judge it.
        most: The most columns of a sparse matrix; 0 to choose them by their number.
        batch: The column of `obs` whose effect on the counts of cells is taken out; empty for none.
        binarize: How grey levels of images become 0 or 1; empty if they stay.
        resize: The height and width that images are scaled to; empty for none.

    Raises:
        SettingError: If a column is both modeled and left out.
    """

    drop: tuple[str, ...] = ()
    id_columns: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()
    embed: str = ""
    row: str = ""
    most: int = 0
    batch: str = ""
    binarize: str = ""
    resize: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        embed = (self.embed,) if self.embed else ()

        for setting, names in (("keep", self.keep), ("kinds", tuple(dict(self.kinds))), ("embed", embed)):
            both = [name for name in names if name in self.left_out]

            if both:
                raise SettingError(
                    f"{setting}={self.shown[setting]} with {'drop' if both[0] in self.drop else 'id_columns'}={both}",
                    f"{listed(both)} cannot be both modeled and left out",
                    "name it once",
                )

    @classmethod
    def of(
        cls, drop: Any = None, id_columns: Any = None, keep: Any = None, kinds: Any = None, embed: str | None = None
    ) -> Self:
        """Returns the selection for column names (none, one, or a list), kinds by name, and a column of texts."""

        names = (names_in("drop", drop), names_in("id_columns", id_columns), names_in("keep", keep))

        if isinstance(kinds, str) and kinds in ROWS:
            return cls(*names, embed=embed or "", row=kinds)

        return cls(*names, kinds_in(kinds), embed or "")

    @property
    def shown(self) -> dict[str, Any]:
        """The settings that were given, as a user writes them."""

        given = {name: list(getattr(self, name)) for name in ("drop", "id_columns", "keep") if getattr(self, name)}
        given |= {"kinds": dict(self.kinds)} if self.kinds else {}

        return given | ({"embed": [self.embed]} if self.embed else {})

    @property
    def left_out(self) -> tuple[str, ...]:
        """The columns that are not modeled."""

        return (*self.drop, *self.id_columns)

    def modeled(self, names: Iterable[str], identifier: str | None) -> list[str]:
        """Returns the columns that are modeled among some, without the one by which labels are joined."""

        return [name for name in names if name not in (identifier, *self.left_out)]

    @property
    def whole(self) -> str | None:
        """The column that a row is read from as one value; None if rows are cells."""

        return next(
            (name for name, kind in self.kinds if kind == MOLECULE or not issubclass(kinds[kind], CellKind)), None
        )

    @property
    def way(self) -> str:
        """How strings are split; empty to judge it."""

        return MOLECULE if MOLECULE in (self.row, *dict(self.kinds).values()) else ""

    def check(self, names: Iterable[str]) -> None:
        r"""Checks that a frame has the columns.

        Raises:
            SettingError: If it does not; suggests columns with similar names.
        """

        if self == EVERYTHING:
            return

        if self.row:
            raise SettingError(
                f"kinds={self.row!r} for a frame",
                "the rows of an array are of one kind; each column of a frame is of its own",
                "X.to_numpy(), or kinds={'NAME': 'real'}",
            )

        names = list(names)
        # Sampled rows hold the parts of a date instead.
        known = {*names, *(start for start, _, part in (name.rpartition(": ") for name in names) if part in PARTS)}

        for setting, wanted in self.shown.items():
            absent = [name for name in wanted if name not in known]

            if absent:
                example = {names[-1]: "count"} if setting == "kinds" else [names[-1]]

                raise SettingError(
                    f"{setting}={wanted}",
                    f"there is no column {absent[0]!r} among {listed(names, 30)}",
                    nearest(absent[0], names) or f"{setting}={example}",
                )

    def refuse(self, what: str) -> None:
        r"""Checks that no columns are selected from rows without column names.

        Arguments:
            what: A word for the rows, such as "arrays".
        """

        if self.shown:
            raise SettingError(
                ", ".join(f"{name}={value}" for name, value in self.shown.items()),
                f"{what} have no column names",
                "give a frame: pandas.DataFrame(X, columns=[...])",
            )

    def tally(self, name: str, most: float | None = None) -> Tally:
        r"""Returns the tally of a column: of the declared kind, or judging by the values.

        Arguments:
            name: The name of the column.
            most: The most different values to count; :py:`None` for the limit of a stream.
        """

        kind = dict(self.kinds).get(name)

        return ColumnTally(name, name in self.keep, most) if kind is None else cell_kinds()[kind].tally(name, most)


EVERYTHING = Selection()

# The kinds that all rows of an array can be said to be of, and the strings that are read as molecules.
ROWS = ("vector", "real", MOLECULE)


def names_in(setting: str, value: Any) -> tuple[str, ...]:
    """Returns the column names in a parameter (none, one, or a list) as text."""

    if value is None:
        return ()

    single = bool(np.isscalar(value))

    if isinstance(value, dict) or not (single or hasattr(value, "__len__")):
        raise SettingError(
            f"{setting}={value!r}", "it must be the name of a column, or a list of names", f"{setting}=['NAME']"
        )

    return tuple(dict.fromkeys([str(value)] if single else map(str, value)))


def kinds_in(value: Any) -> tuple[tuple[str, str], ...]:
    r"""Returns the kinds in a parameter: none, or a dictionary by column name.

    Raises:
        SettingError: If it holds something else or an unknown kind.
    """

    if value is None:
        return ()

    known = [*(kind for kind in kinds if kinds[kind].of_columns), MOLECULE]
    wrong = not isinstance(value, Mapping) or [kind for kind in value.values() if kind not in known]

    if wrong:
        raise SettingError(
            f"kinds={value!r}",
            f"each kind must be one of {', '.join(map(repr, known))}",
            "kinds={'NAME': 'count'}; for arrays of vectors kinds='vector'",
        )

    return tuple((str(name), kind) for name, kind in value.items())
