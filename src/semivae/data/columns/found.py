r"""The findings about one column."""

from __future__ import annotations

__all__ = ["Found"]

from dataclasses import dataclass, replace

from semivae.variables import Variable


@dataclass(frozen=True)
class Found:
    r"""The findings about one column.

    Attributes:
        variables: The variables that are modeled: the column itself, or the parts of a date; none if it is left out.
        missing: In how many rows each of them is missing.
        remarks: Notes on this column alone, in sentences.
        unique: Whether it is left out because its text differs in nearly every row.
        crowded: Whether it is left out because a stream cannot count so many different values.
        counts_rows: Whether its numbers rise by one from row to row.
        infinite: Whether a value is infinite.
    """

    variables: tuple[Variable, ...] = ()
    missing: int = 0
    remarks: tuple[str, ...] = ()
    unique: bool = False
    crowded: bool = False
    counts_rows: bool = False
    infinite: bool = False

    def of_kind(self, kind: str) -> Found:
        """Returns the same findings, with variables of another kind."""

        return replace(self, variables=tuple(replace(variable, kind=kind) for variable in self.variables))
