r"""The contract of a tally: the facts of a column, collected block by block."""

from __future__ import annotations

__all__ = ["Tally"]

import abc

from semivae.data.columns.found import Found
from semivae.data.labels.classes import Cells


class Tally(abc.ABC):
    r"""Abstract collector of the facts of a column, block by block.

    Arguments:
        name: The name of the column.
    """

    infinite: bool = False
    """Whether a value is infinite."""

    def __init__(self, name: str) -> None:
        self.name = name

    @abc.abstractmethod
    def add(self, column: Cells) -> None:
        r"""Takes in a block.

        Raises:
            DataError: If a value cannot be of this kind.
        """

    @abc.abstractmethod
    def found(self) -> Found:
        """Returns the findings about the column, judged by all its blocks."""
