r"""The data half of a kind of variable: its values as numbers and back, and all else that depends on the kind.

The mathematics half is registered under the same name: the features that a network reads in
:mod:`semivae.networks.kinds`, the family that scores the values in :mod:`semivae.families.kinds`.
"""

from __future__ import annotations

__all__ = ["CellKind", "Kind", "RowKind", "cell_handler", "cell_kinds", "handler", "kinds", "problems_of_kind"]

import abc
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from semivae.data.columns.base import Tally
from semivae.data.labels.classes import Cells
from semivae.errors import SettingError
from semivae.registry import Registry
from semivae.variables import Variable

Limits = tuple[float | None, float | None]


class Kind(abc.ABC):
    r"""Abstract handler of a variable.

    Arguments:
        variable: The variable, whose kind is that of the handler.

    Attributes:
        continuous: Whether every number between two values is a value, too.
        of_columns: Whether a user can say that a column of a frame is of this kind.
    """

    continuous: ClassVar[bool] = False
    of_columns: ClassVar[bool] = False

    def __init__(self, variable: Variable) -> None:
        self.variable = variable

    @property
    def name(self) -> str:
        """The name of the kind."""

        return self.variable.kind

    @property
    def too_close(self) -> bool:
        """Whether values differ by so little that it may be their rounding, so that they were not scaled."""

        return False

    def describe(self, number: Callable[[Any], str]) -> str:
        r"""Returns the values in a few words.

        Arguments:
            number: Writes a number.
        """

        return f"{number(self.variable.low)} to {number(self.variable.high)}"

    @abc.abstractmethod
    def problems(self) -> Iterator[str]:
        """Yields, in words, the reasons why a variable that was read from a file is impossible."""


class RowKind(Kind):
    """Abstract handler of a row that is one value."""

    @property
    @abc.abstractmethod
    def reason(self) -> str:
        """The reason in words for the likelihood that "auto" chooses."""


class CellKind(Kind):
    """Abstract handler of a column of a table."""

    of_columns: ClassVar[bool] = True

    @classmethod
    @abc.abstractmethod
    def tally(cls, name: str, most: float | None = None) -> Tally:
        r"""Returns the tally of a column that the user says is of this kind.

        Arguments:
            name: The name of the column.
            most: How many different values are told apart; :py:`None` for as many as of a stream.
        """

    @property
    @abc.abstractmethod
    def limits(self) -> Limits:
        """The range that samples are moved into, in the units of the user; None where no value was observed."""

    @abc.abstractmethod
    def encode(self, column: Cells) -> NDArray[np.float64]:
        """Returns the cells of a column as numbers in the units of the user, with shape (N,); NaN where missing."""

    @abc.abstractmethod
    def decode(self, values: NDArray[np.float64]) -> Cells:
        """Returns numbers of shape (N,), as :meth:`encode` returns them, as a column of the type the user had."""

    @abc.abstractmethod
    def difference(self, column: Cells) -> str:
        """Returns in words how a new column differs from that of the fit; nothing if it does not."""

    def read(self, text: str) -> Any:
        r"""Returns the value that a text stands for.

        Raises:
            SettingError: If it stands for none.
        """

        name, low = self.variable.name, self.variable.low or 0.0

        try:
            return float(text)
        except ValueError:
            raise SettingError(f"{name}={text}", "it must be a number", f"{name}={low:g}") from None


kinds: Registry[type[Kind]] = Registry("kind")


def cell_kinds() -> dict[str, type[CellKind]]:
    """Returns the handlers of the kinds that a column of a table can be of, by their names."""

    found = {name: kinds[name] for name in kinds}

    return {name: kind for name, kind in found.items() if issubclass(kind, CellKind)}


def handler(variable: Variable) -> Kind:
    """Returns the handler of a variable."""

    return kinds[variable.kind](variable)


def cell_handler(variable: Variable) -> CellKind:
    """Returns the handler of a column of a table."""

    found = handler(variable)

    if not isinstance(found, CellKind):
        raise SettingError(f"kind={variable.kind!r}", "a column of a table is of another kind", "kind='real'")

    return found


def problems_of_kind(variable: Variable) -> list[str]:
    """Returns the reasons, in words, why a variable that was read from a file cannot be of its kind."""

    return list(handler(variable).problems()) if variable.kind in kinds else [f"kind {variable.kind!r} is not known"]
