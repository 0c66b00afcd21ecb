r"""The vocabulary of data: each variable in the units of the user, and its map to the units of a model."""

from __future__ import annotations

__all__ = ["SAME", "Container", "Pixels", "Schema", "TargetForm", "Variable", "positions", "straight"]

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from semivae.errors import SettingError

TargetForm = Literal["category", "real", "several"]

# What holds the rows of the user.
Container = Literal["array", "frame", "image", "sequence"]

# The distributions that pixels can have.
Pixels = Literal["bernoulli", "logistic", "gaussian"]

# The distance, relative to one more than its size, up to which a value in the units of a model is at a spike.
SAME = 1e-6
# Where variables are read from a file, other keys and types than theirs are refused.
STRICT = {"strict": True, "extra": "forbid"}


@dataclass(frozen=True)
class Variable:
    r"""One variable: a column of a table, an image, a string, or a target.

    A model sees a real value as :math:`(v - c) / s`, or made normal where tails are heavy, a count as it is, a category
    as the index of its class, an image as values in :math:`[0, 1]` with shape (channels, height, width), and several
    targets as one number each, NaN where it is missing.

    Attributes:
        name: The name of the column or target.
        kind: The name of its kind, which both halves of the package have a handler for; "several" for several targets.
        shape: Shape of one value in the model: () of a cell, (channels, height, width) of an image, (L,) of a sequence.
        classes: The classes of a category, sorted, as the user wrote them; the tokens of a sequence.
        low: Smallest observed value, in the units of the user.
        high: Largest observed value, in the units of the user.
        center: The :math:`c` of the map to the units of the model.
        scale: The :math:`s` of the map to the units of the model.
        mean: The mean that networks subtract: of all pixels of an image, or of the logarithms of counts.
        deviation: The standard deviation that networks divide the logarithms of counts by.
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
        tokens: How a string is split: "characters", "smiles" or "words"; empty for anything else.
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
        """The distribution that suits the pixels of an image."""

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


@dataclass(frozen=True)
class Schema:
    r"""The variables :math:`x` and :math:`y`.

    Attributes:
        x: The columns of a table, or a single image or sequence.
        y: The target, if there is one.
        container: The container of the user's rows: "array", "frame", "image" or "sequence".
        left_out: Names of columns that may be there but are not modeled: identifiers, and columns the user dropped.
    """

    __pydantic_config__ = STRICT

    x: tuple[Variable, ...]
    y: Variable | None = None
    container: Container = "array"
    left_out: tuple[str, ...] = ()

    @property
    def target(self) -> Variable:
        """The target, of a schema that has one."""

        if self.y is None:
            raise SettingError("there is no target", "this needs one", "fit with labels: fit(X, y)")

        return self.y

    @property
    def targets(self) -> tuple[Variable, ...]:
        """The targets one by one: none, the only one, or each of several."""

        return () if self.y is None else self.y.parts or (self.y,)

    @property
    def image(self) -> bool:
        """Whether a row is one image."""

        return len(self.x) == 1 and len(self.x[0].shape) == 3

    @property
    def tabular(self) -> bool:
        """Whether a row is a list of cells rather than one image or sequence."""

        return not self.x[0].shape

    def to_json(self) -> dict[str, Any]:
        """Returns the schema as a dictionary of plain JSON values."""

        y = None if self.y is None else self.y.to_json()
        kept = {"container": self.container, "left_out": list(self.left_out)}

        return {"x": [variable.to_json() for variable in self.x], "y": y} | kept

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Schema:
        """Creates the schema that :meth:`to_json` described."""

        y = fields["y"]

        return cls(
            x=tuple(map(Variable.from_json, fields["x"])),
            y=None if y is None else Variable.from_json(y),
            container=fields["container"],
            left_out=tuple(fields["left_out"]),
        )


def positions(variables: Sequence[Variable], kind: str) -> list[int]:
    """Returns the positions of the variables of a kind."""

    return [j for j, variable in enumerate(variables) if variable.kind == kind]


def straight(
    values: NDArray[np.float64],
    start: Sequence[float] | NDArray[np.float64],
    end: Sequence[float] | NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Maps values by straight pieces between knots; the first and the last piece go on.

    Arguments:
        values: The values, with shape (*); NaN stays.
        start: The knots, rising.
        end: The knots after the map, rising.

    Returns:
        The mapped values and the slopes there, each with shape (*).
    """

    x, y = np.asarray(start), np.asarray(end)
    place = (np.searchsorted(x, values, side="right") - 1).clip(0, len(x) - 2)
    slope = (np.diff(y) / np.diff(x))[place]

    return y[place] + slope * (values - x[place]), slope
