r"""Which columns of a frame are modeled, as far as the user says."""

from __future__ import annotations

__all__ = ["EVERYTHING", "Selection"]

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from semivae.data.kinds.dates import PARTS
from semivae.data.labels.classes import listed
from semivae.data.source import nearest
from semivae.errors import SettingError


@dataclass(frozen=True)
class Selection:
    r"""The columns that the user drops, carries along or keeps.

    Attributes:
        drop: The columns that are ignored.
        id_columns: The columns that are not modeled but carried into predictions.
        keep: The columns that are modeled even if they look like identifiers.

    Raises:
        SettingError: If a column is to be modeled and not to be modeled.
    """

    drop: tuple[str, ...] = ()
    id_columns: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        both = [name for name in self.keep if name in self.left_out]

        if both:
            raise SettingError(
                f"keep={list(self.keep)} with {'drop' if both[0] in self.drop else 'id_columns'}={both}",
                f"{listed(both)} cannot be modeled and left out",
                "name it once",
            )

    @classmethod
    def of(cls, drop: Any = None, id_columns: Any = None, keep: Any = None) -> Self:
        """Returns the selection for names as an estimator takes them: none, one, or a list."""

        return cls(names_in("drop", drop), names_in("id_columns", id_columns), names_in("keep", keep))

    @property
    def left_out(self) -> tuple[str, ...]:
        """The columns that are not modeled."""

        return (*self.drop, *self.id_columns)

    def check(self, names: Iterable[str]) -> None:
        r"""Checks that a frame has the columns.

        Raises:
            SettingError: If it has not; it names those that resemble them.
        """

        if self == EVERYTHING:
            return

        names = list(names)
        # The parts of a date stand for it in what a model sampled.
        known = {*names, *(start for start, _, part in (name.rpartition(": ") for name in names) if part in PARTS)}

        for setting, wanted in (("drop", self.drop), ("id_columns", self.id_columns), ("keep", self.keep)):
            absent = [name for name in wanted if name not in known]

            if absent:
                raise SettingError(
                    f"{setting}={list(wanted)}",
                    f"there is no column {absent[0]!r} among {listed(names, 30)}",
                    nearest(absent[0], names) or f"{setting}=[{names[-1]!r}]",
                )

    def refuse(self, what: str) -> None:
        r"""Checks that nothing is selected from rows whose columns have no names.

        Arguments:
            what: What the rows are, such as "arrays".
        """

        if self != EVERYTHING:
            chosen = {name: list(value) for name, value in vars(self).items() if value}

            raise SettingError(
                ", ".join(f"{name}={value}" for name, value in chosen.items()),
                f"{what} have no names of columns",
                "give a frame: pandas.DataFrame(X, columns=[...])",
            )


EVERYTHING = Selection()


def names_in(setting: str, value: Any) -> tuple[str, ...]:
    """Returns the names that a parameter holds: none, one, or a list of them, in the text that they stand for."""

    if value is None:
        return ()

    single = bool(np.isscalar(value))

    if isinstance(value, dict) or not (single or hasattr(value, "__len__")):
        raise SettingError(
            f"{setting}={value!r}", "it must be the name of a column, or a list of names", f"{setting}=['NAME']"
        )

    return tuple(dict.fromkeys([str(value)] if single else map(str, value)))
