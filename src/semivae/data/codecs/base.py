r"""The translator between the rows of a user and the rows of a model."""

from __future__ import annotations

__all__ = ["Codec", "Rows", "Values"]

import abc
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from semivae.data.kinds import cell_handler
from semivae.schema import Schema
from semivae.variables import SAME, Container, Variable

Rows: TypeAlias = Any  # whatever holds one row per entry: an array, a tensor, a frame, a list
Values: TypeAlias = NDArray[Any]  # rows in the units of a model


class Codec(abc.ABC):
    r"""Abstract codec. It holds the variables but no rows, so that a :class:`Schema` rebuilds it.

    Arguments:
        variables: The columns, or the image or vector.
        left_out: Names of columns that may be present but are not modeled.
        notes: Notes on the columns of the fit, in sentences.
    """

    container: ClassVar[Container]

    def __init__(self, variables: Sequence[Variable], left_out: Sequence[str] = (), notes: Sequence[str] = ()) -> None:
        self.variables = tuple(variables)
        self.left_out = tuple(left_out)
        self.notes = tuple(notes)

    @abc.abstractmethod
    def encode(self, X: Rows) -> Values:
        r"""Translates rows for a model.

        Arguments:
            X: The rows of the user, of any number.

        Returns:
            For a table, float64 values with shape (N, P): scaled real values, indices of classes, NaN where
            missing. For images, float32 values in [0, 1] with shape (N, C, H, W). For vectors, float32 values with
            shape (N, P). For strings, float32 codes with shape (N, L).

        Raises:
            SchemaError: If they differ from the rows of the fit; names every difference.
            DataError: If a value is infinite.
        """

    def to_train(self, X: Rows) -> Values:
        """Translates rows for a fit, which may need more of them than :meth:`encode` gives."""

        return self.encode(X)

    @abc.abstractmethod
    def decode(self, values: Values, within: bool = False) -> Rows:
        r"""Translates back to the container, names, types and units of the user. NaN becomes missing.

        Arguments:
            values: Encoded rows.
            within: Whether cells are clipped to the observed range, as pixels always are.
        """

    def plain(self, X: Rows) -> Rows:
        """Returns rows for methods that read numbers: vectors in a frame, or of its texts, as an array; other rows."""

        return X

    @property
    def columns(self) -> list[str]:
        """The names of the columns of plain rows."""

        return self.names

    def schema(self, y: Variable | None = None) -> Schema:
        """Returns the schema of these rows and a target."""

        return Schema(self.variables, y, self.container, self.left_out)

    @property
    def names(self) -> list[str]:
        """The names of the variables, in order."""

        return [variable.name for variable in self.variables]

    @property
    def width(self) -> int:
        """The number of values of an encoded row."""

        return sum(math.prod(variable.shape) for variable in self.variables)

    @property
    def numbers(self) -> list[str]:
        """The names of the numbers of a row, in order: of the cells of a table, or of the columns of a sparse row."""

        return self.names

    @property
    def sources(self) -> list[str]:
        """The user's column names, in order; a date column has several variables."""

        return list(dict.fromkeys(variable.source for variable in self.variables))

    @property
    def centers(self) -> NDArray[np.float64]:
        """The centers of the variables, with shape (P,); 0 for kinds that are not scaled."""

        return np.array([variable.center for variable in self.variables])

    @property
    def scales(self) -> NDArray[np.float64]:
        """The scales of the variables, with shape (P,); 1 for kinds that are not scaled."""

        return np.array([variable.scale for variable in self.variables])

    @property
    def curved(self) -> list[int]:
        """The positions of the columns with heavy tails, whose map has no single scale."""

        return [j for j, variable in enumerate(self.variables) if variable.knots]

    @property
    def bent(self) -> bool:
        """Whether a column is more than a scaled number: one with heavy tails or spikes."""

        return any(variable.knots or variable.spikes for variable in self.variables)

    def straightened(self) -> Self:
        """Returns a codec that scales every column by one number and knows no spikes, for methods of plain numbers."""

        plain: dict[str, Any] = {"spikes": (), "beside": None, "knots": (), "scores": ()}
        variables = [replace(variable, **plain) for variable in self.variables]

        return type(self)(variables, self.left_out, self.notes)

    def in_model_units(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns cells in the units of the model, from cells in the units of the user, both with shape (N, P)."""

        values = (table - self.centers) / self.scales

        for j in self.curved:
            values[:, j] = self.variables[j].standard(table[:, j])

        return values

    def in_units(self, values: Values, within: bool) -> NDArray[np.float64]:
        """Returns cells in the units of the user, as for :meth:`decode`; NaN in a column that never had a value."""

        table = np.asarray(values, dtype=np.float64) * self.scales + self.centers

        for j in self.curved:
            table[:, j] = self.variables[j].restored(np.asarray(values)[:, j])

        for j, spike, at in self.spikes(values):
            table[at, j] = spike

        low, high = np.array([cell_handler(variable).limits for variable in self.variables], dtype=float).T

        # Columns without a value have NaN limits, so clipping gives NaN.
        return np.clip(table, low, high) if within else np.where(np.isnan(low), np.nan, table)

    def log_volume(self, values: Values) -> NDArray[np.float64]:
        r"""Returns the term that converts a log-density from model units to user units by addition.

        .. math:: - \sum_{j \text{ observed}} \log s_j

        where :math:`s_j` is the unit of the model at the cell: one for the column, or one for each piece of a map that
        makes tails normal. Kinds whose values are not scaled, such as classes and counts, add nothing. Nor does a cell
        at a spike of its column: it has a probability, which has no unit.

        Arguments:
            values: Encoded rows, with shape (N, P).

        Returns:
            The correction, with shape (N,).
        """

        volumes = np.where(np.isnan(values), 0.0, np.log(self.scales))

        for j in self.curved:
            volumes[:, j] = np.where(np.isnan(values[:, j]), 0.0, self.variables[j].log_unit(values[:, j]))

        for j, _, at in self.spikes(values):
            volumes[at, j] = 0.0

        # One sum per row, not a matrix product, whose rounding depends on the number of rows.
        return -volumes.sum(axis=1)

    def spikes(self, values: Values) -> Iterator[tuple[int, float, NDArray[np.bool_]]]:
        """Yields the position of a column, a spike of it in the units of the user, and marks of the cells at it."""

        for j, variable in enumerate(self.variables):
            for spike, place in zip(variable.spikes, variable.standard_spikes, strict=True):
                yield j, spike, np.abs(values[:, j] - place) <= SAME * (1 + abs(place))
