r"""The vocabulary of data: each variable in the units of the user, and its map to the units of a model."""

from __future__ import annotations

__all__ = ["SAME", "Container", "Pixels", "RowForm", "TargetForm", "Variable", "positions"]

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from semivae.straight import straight

TargetForm = Literal["category", "real", "several"]

# What holds the rows of the user.
Container = Literal["array", "frame", "image", "vector", "sparse", "sequence"]

# The forms of rows, by which simple learners are chosen: columns in units of their own; many numbers in one unit, such
# as counts of words or genes; one vector by another model.
RowForm = Literal["table", "bag", "vector"]

# The distributions that a row of one value can have: those of pixels, and those of counts.
Pixels = Literal["bernoulli", "logistic", "gaussian", "negative_binomial", "zero_inflated", "multinomial"]

# The distance, relative to one more than its size, up to which a value in the units of a model is at a spike.
SAME = 1e-6
# Where variables are read from a file, other keys and types than theirs are refused.
STRICT = {"strict": True, "extra": "forbid"}


@dataclass(frozen=True)
class Variable:
    r"""One variable: a column of a table, a row that is one value, such as an image, or a target.

    A model sees a real value as :math:`(v - c) / s`, or made normal where tails are heavy, a count as it is, a category
    as the index of its class, an image as values in :math:`[0, 1]` with shape (channels, height, width), a vector as
    :math:`(v - c) / s` with one :math:`s`, and several targets as one number each, NaN where it is missing.

    Attributes:
        name: The name of the column or target.
        kind: The name of its kind, which both halves of the package have a handler for; "several" for several targets.
        shape: Shape of one value in the model: () of a cell, (channels, height, width) of an image, (P,) of a vector.
        classes: The classes of a category, sorted, as the user wrote them; the tokens of a string.
        low: Smallest observed value, in the units of the user.
        high: Largest observed value, in the units of the user.
        center: The :math:`c` of the map to the units of the model.
        scale: The :math:`s` of the map to the units of the model.
        mean: The mean that networks subtract: of all pixels of an image, or of the logarithms of counts. Of sparse
            counts, the mean of the logarithms of the sums of rows.
        deviation: The standard deviation of the logarithms whose mean that is, for counts.
        dtype: NumPy's name of the type of the values, which outputs are given back in.
        missing: Whether the value was missing in some row.
        axes: How the user holds an image: "HW", "HWC" or "CHW".
        parts: The targets, where there are several.
        column: The column of the user that it is a part of, if it is a part.
        part: Which part of a date it is: "year", "month", "weekday" or "time of day"; empty for anything else.
        order: How text writes the dates that it is a part of, such as "dd.mm.yyyy".
        rare: Whether the column has rare values, too, that are no classes and count as missing.
        levels: How many equally spaced values the pixels of an image can have, from 0 to 1 in the model; None where
            they are continuous, or not counted.
        binarize: How grey levels become 0 or 1: "threshold", "static" or "stochastic"; empty if they stay.
        resized: Whether images are scaled to the size of this one.
        whole: Whether all observed numbers are whole; False if the model was saved before this was judged.
        spikes: The numbers that many cells of a column hold exactly, in the units of the user.
        beside: The smallest and the largest number that is no spike, where there are spikes and such numbers.
        knots: Numbers of a column with heavy tails, rising, in the units of the user; empty for other columns.
        scores: The knots in the units of the model, between which the map is straight, without :math:`c` and :math:`s`.
        centers: The :math:`c` of each number of a vector.
        norm: The length of all vectors, where they have the same one.
        held: How a cell of a frame holds a vector: as a "list", or as "text" that is embedded; empty for a row of an
            array.
        suits: The distribution that suits a sparse row; None for other kinds.
        among: The number of columns of the user's sparse matrix.
        kept: The positions of the columns that are modeled among them; empty where all are.
        names: The names of the modeled columns of a sparse matrix; empty if they have none.
        means: The mean of each number of a sparse row, as networks read it.
        batch: The column beside cells whose effect on their counts is taken out; empty without one.
        batches: The values of that column, sorted.
        tokens: How a string is split: "characters", "smiles", "selfies" or "words"; empty for anything else.
    """

    __pydantic_config__ = STRICT

    name: str
    kind: str
    shape: tuple[int, ...] = ()
    classes: tuple[Any, ...] = ()
    low: float | None = None
    high: float | None = None
    center: float = 0.0
    scale: float = 1.0
    mean: float = 0.0
    deviation: float = 1.0
    dtype: str = "float64"
    missing: bool = False
    axes: str = ""
    parts: tuple[Variable, ...] = ()
    column: str = ""
    part: str = ""
    order: str = ""
    rare: bool = False
    levels: int | None = None
    binarize: str = ""
    resized: bool = False
    whole: bool = False
    spikes: tuple[float, ...] = ()
    beside: tuple[float, float] | None = None
    knots: tuple[float, ...] = ()
    scores: tuple[float, ...] = ()
    centers: tuple[float, ...] = ()
    norm: float | None = None
    held: str = ""
    suits: Pixels | None = None
    among: int = 0
    kept: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    means: tuple[float, ...] = ()
    batch: str = ""
    batches: tuple[str, ...] = ()
    tokens: str = ""

    @property
    def source(self) -> str:
        """The name of the column of the user; a column of dates gives several variables."""

        return self.column if self.part else self.name

    @property
    def valueless(self) -> bool:
        """Whether the fit found no value at all, so that nothing can be known of it."""

        return self.low is None and not (self.classes or self.parts or self.shape)

    @property
    def integer(self) -> bool:
        """Whether the type of the values is that of whole numbers."""

        return self.dtype.lower().lstrip("u").startswith("int")

    @property
    def range(self) -> list[float]:
        r"""The ends between which numbers that are no spikes are drawn, in the units of the model.

        A whole number stands for all that round to it.
        """

        if self.low is None or self.high is None:
            return [-math.inf, math.inf]

        low, high = self.beside or (self.low, self.high)
        half = 0.5 if self.whole and low < high else 0.0

        return self.standard(np.array([low - half, high + half])).tolist()

    @property
    def standard_spikes(self) -> list[float]:
        """The spikes in the units of the model."""

        return self.standard(np.array(self.spikes)).tolist()

    @property
    def standard_knots(self) -> tuple[list[float], list[float]]:
        """The knots in the units of the model and in standard deviations; two of a column that is not bent."""

        if not self.knots:
            return [-1.0, 1.0], [-1.0, 1.0]

        return list(self.scores), ((np.array(self.knots) - self.center) / self.scale).tolist()

    def standard(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Maps numbers from the units of the user to those of the model."""

        return straight(values, self.knots, self.scores)[0] if self.knots else (values - self.center) / self.scale

    def restored(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Maps numbers from the units of the model to those of the user."""

        return straight(values, self.scores, self.knots)[0] if self.knots else values * self.scale + self.center

    def log_unit(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns the logarithm of the unit of the model in units of the user, at numbers in the units of the model."""

        if not self.knots:
            return np.full_like(values, np.log(self.scale))

        return np.log(straight(values, self.scores, self.knots)[1])

    @property
    def width(self) -> int:
        """Size of the label point of a target: one entry per class, one real value, or one for each of several."""

        return len(self.classes) or len(self.parts) or 1

    @property
    def target_form(self) -> TargetForm:
        """The form of a target: one of several classes, a number, or several targets."""

        if self.parts:
            return "several"

        return "category" if self.classes else "real"

    @property
    def pixels(self) -> Pixels:
        """The distribution that suits the pixels of an image, or a sparse row."""

        if self.suits is not None:
            return self.suits

        if self.levels is None:
            return "gaussian"

        return "bernoulli" if self.levels == 2 else "logistic"

    def to_json(self) -> dict[str, Any]:
        """Returns the variable as a dictionary of plain JSON values."""

        listed = {name: list(value) for name, value in vars(self).items() if isinstance(value, tuple)}

        return dataclasses.asdict(self) | listed | {"parts": [part.to_json() for part in self.parts]}

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Variable:
        """Creates the variable that :meth:`to_json` described."""

        tuples = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}

        return cls(**{**fields, **tuples, "parts": tuple(map(cls.from_json, fields.get("parts", ())))})


def positions(variables: Sequence[Variable], kind: str) -> list[int]:
    """Returns the positions of the variables of a kind."""

    return [j for j, variable in enumerate(variables) if variable.kind == kind]
