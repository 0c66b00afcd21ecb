r"""The cells of a frame for each variable, and the differences from the frame of the fit."""

from __future__ import annotations

__all__ = ["Columns", "cells_of", "difference", "warn_about_valueless"]

import warnings
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from semivae.data.columns.dates import date_parts, part_cells, undated
from semivae.data.kinds.base import cell_handler
from semivae.data.labels.classes import Cells, listed
from semivae.variables import Variable

Columns: TypeAlias = Mapping[str, Cells]


def cells_of(columns: Columns, name: str, variables: Sequence[Variable]) -> Sequence[Cells]:
    """Returns the cells of each variable of a column: its own cells, or the parts of its dates."""

    first = variables[0]

    if not first.part or name not in columns:
        return [columns[variable.name] for variable in variables]

    parts = date_parts(columns[name], first.order)

    return [part_cells(parts, variable.part) for variable in variables]


def warn_about_valueless(columns: Sequence[Cells], variables: Sequence[Variable]) -> None:
    """Warns of values in columns that had none in the fit."""

    pairs = zip(columns, variables, strict=True)
    new = [variable.name for column, variable in pairs if variable.valueless and column.notna().any()]

    if new:
        warnings.warn(
            f"columns that were empty in the fit now hold values, which count as missing: {listed(new)}",
            stacklevel=4,
        )


def difference(column: Cells, variable: Variable, whole: bool = False) -> str:
    r"""Describes how a column differs from its variable; empty if it does not.

    Arguments:
        column: The column.
        variable: Its variable, or the first of several.
        whole: Whether the column holds whole dates where the variable is a part of them.
    """

    if variable.part and whole:
        return not_dates(column, variable)

    return cell_handler(variable).difference(column)


def not_dates(column: Cells, variable: Variable) -> str:
    """Describes the first cell of a column that is no date; empty if all are dates."""

    odd = undated(column, variable.order)

    if odd.empty:
        return ""

    orders = " or ".join(dict.fromkeys(filter(None, ("yyyy-mm-dd", variable.order))))

    return f"column {variable.source!r} must hold dates ({orders}), but row {odd.index[0]} holds {odd.iloc[0]!r}"
