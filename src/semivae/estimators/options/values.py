r"""The values that a parameter may have: each kind says whether it holds a value, and describes itself in words."""

from __future__ import annotations

__all__ = [
    "Anything",
    "Callbacks",
    "Choice",
    "Either",
    "Names",
    "Number",
    "Place",
    "Probabilities",
    "Sides",
    "Sizes",
    "Switch",
    "Values",
    "Whole",
]

import abc
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np


class Values(abc.ABC):
    """Abstract set of values: `value in values`, and `str(values)` for the words of a message."""

    @abc.abstractmethod
    def __contains__(self, value: Any) -> bool: ...

    @abc.abstractmethod
    def __str__(self) -> str: ...


@dataclass(frozen=True)
class Number(Values):
    r"""Numbers between two limits, which are included. True and False are no numbers.

    Attributes:
        low: The smallest.
        high: The largest.
    """

    low: float
    high: float = math.inf

    def __contains__(self, value: Any) -> bool:
        number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)

        # NaN compares as False with anything.
        return number and bool(self.low <= value <= self.high)

    def __str__(self) -> str:
        return f"a number, {self.limits}"

    @property
    def limits(self) -> str:
        """The limits in words."""

        return f"at least {self.low:g}" + ("" if self.high == math.inf else f" and at most {self.high:g}")


@dataclass(frozen=True)
class Whole(Number):
    """Whole numbers between two limits, which are included."""

    def __contains__(self, value: Any) -> bool:
        return super().__contains__(value) and math.isfinite(value) and value == int(value)

    def __str__(self) -> str:
        return f"a whole number, {self.limits}"


class Choice(Values):
    r"""A few values.

    Arguments:
        choices: The values, of plain types.
    """

    def __init__(self, *choices: Any) -> None:
        self.choices = choices

    def __contains__(self, value: Any) -> bool:
        given = value.item() if isinstance(value, np.generic) else value

        # 1 equals True, and is none of False and True.
        return any(type(given) is type(choice) and given == choice for choice in self.choices)

    def __str__(self) -> str:
        return f"one of {', '.join(map(repr, self.choices))}"


class Switch(Choice):
    """On or off."""

    def __init__(self) -> None:
        super().__init__(False, True)


@dataclass(frozen=True)
class Names(Values):
    r"""The names of a registry, which is imported only when a value is checked.

    Attributes:
        known: Returns the names.
    """

    known: Callable[[], Iterable[str]]

    def __contains__(self, value: Any) -> bool:
        return isinstance(value, str) and value in set(self.known())

    def __str__(self) -> str:
        return f"one of {', '.join(map(repr, self.known()))}"


class Sizes(Values):
    """The sizes of one or more layers, but no more than anyone could mean."""

    most = 1000

    def __contains__(self, value: Any) -> bool:
        return isinstance(value, Sequence) and 0 < len(value) <= self.most and all(size in Whole(1) for size in value)

    def __str__(self) -> str:
        return "the size of at least one layer, as in (500, 500)"


class Sides(Values):
    """The height and width of images."""

    def __contains__(self, value: Any) -> bool:
        return isinstance(value, Sequence) and len(value) == 2 and all(side in Whole(1) for side in value)

    def __str__(self) -> str:
        return "a height and a width, as in (48, 64)"


class Probabilities(Values):
    """One or more positive numbers; whether they sum to 1 is checked where their number is known."""

    def __contains__(self, value: Any) -> bool:
        listed = isinstance(value, Sequence | np.ndarray) and not isinstance(value, str)

        return listed and len(value) > 0 and all(share in Number(0, 1) for share in value)

    def __str__(self) -> str:
        return "a probability for each class"


class Either(Values):
    r"""The values of several kinds.

    Arguments:
        kinds: The kinds.
    """

    def __init__(self, *kinds: Values) -> None:
        self.kinds = kinds

    def __contains__(self, value: Any) -> bool:
        return any(value in kind for kind in self.kinds)

    def __str__(self) -> str:
        return " or ".join(map(str, self.kinds))


class Callbacks(Values):
    """Lists of objects that see every epoch; any object with the methods of a callback is one."""

    methods = ("start", "epoch", "end")

    def __contains__(self, value: Any) -> bool:
        return isinstance(value, Sequence) and all(map(self.follows, value))

    def follows(self, one: Any) -> bool:
        """Whether an object, not a class, has the methods."""

        return not isinstance(one, type) and all(callable(getattr(one, name, None)) for name in self.methods)

    def __str__(self) -> str:
        return "a list of semivae.Callback objects"


class Function(Values):
    """Functions, and objects that are called like one."""

    def __contains__(self, value: Any) -> bool:
        return callable(value) and not isinstance(value, type)

    def __str__(self) -> str:
        return "a function or a network"


class Place(Values):
    """Paths of files and folders."""

    def __contains__(self, value: Any) -> bool:
        return isinstance(value, str | PathLike)

    def __str__(self) -> str:
        return "a path"


class Anything(Values):
    """Whatever is checked by the code that uses it."""

    def __contains__(self, value: Any) -> bool:
        return True

    def __str__(self) -> str:
        return "anything"
