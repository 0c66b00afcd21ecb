r"""Parameters that are declared once: type, default, limits and help in one line of a class.

From a declaration come the constructor, the check of values, the docstring, the settings of the command and the tables
of the documentation.
"""

from __future__ import annotations

__all__ = ["Declared", "Parameter", "declare", "plain"]

import inspect
import reprlib
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from difflib import get_close_matches
from textwrap import fill
from typing import Any, ClassVar, Self, TypeVar, dataclass_transform

from sklearn.base import BaseEstimator

from semivae.errors import SettingError, UnknownSettingError
from semivae.estimators.gaps import Gap
from semivae.estimators.options.values import Values
from semivae.findings import Calibration, Health

T = TypeVar("T", bound=type)

WIDTH = 116


@dataclass(frozen=True)
class Parameter:
    r"""One parameter as it was declared.

    Attributes:
        name: Its name.
        default: Its default.
        values: The values that it may have beside the default.
        help: Its explanation, in a sentence or a few.
    """

    name: str
    default: Any
    values: Values
    help: str

    def holds(self, value: Any) -> bool:
        """Whether the parameter may have a value; "auto" and None are fine where they are the default."""

        if value is None or (isinstance(value, str) and value == "auto"):
            return value == self.default or value in self.values

        return value in self.values

    def check(self, value: Any, name: str = "") -> None:
        r"""Checks a value.

        Arguments:
            value: The value.
            name: The name that a message uses, if it is another one.

        Raises:
            SettingError: If the parameter cannot have it.
        """

        if not self.holds(value):
            name = name or self.name
            auto = "'auto' or " if isinstance(self.default, str) and self.default == "auto" else ""

            raise SettingError(
                f"{name}={reprlib.repr(value)}", f"it must be {auto}{self.values}", f"{name}={self.default!r}"
            )


class Declared(BaseEstimator):
    """Abstract holder of declared parameters, with the face of scikit-learn: `get_params`, `set_params`, `clone`."""

    _declared: ClassVar[dict[str, Parameter]] = {}

    def __new__(cls, *arguments: Any, **given: Any) -> Self:
        """Refuses arguments that the constructor does not have, with more to say of them than Python has."""

        for name, value in given.items():
            if name not in cls._declared:
                raise cls._unknown(name, value)

        return super().__new__(cls)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)

        if cls._declared:
            document(cls)

    def set_params(self, **params: Any) -> Self:
        r"""Sets parameters.

        Raises:
            SettingError: If there is no such parameter; it names the most similar ones.
        """

        for name, value in params.items():
            if name not in self._declared:
                raise self._unknown(name, value)

        return super().set_params(**params)

    def _check(self) -> None:
        r"""Checks the value of every parameter.

        Raises:
            SettingError: If one cannot work; it names the parameter and the values that it may have.
        """

        for name, parameter in self._declared.items():
            parameter.check(getattr(self, name))

    @classmethod
    def _unknown(cls, name: str, value: Any) -> UnknownSettingError:
        """Returns the error for a parameter that does not exist."""

        return UnknownSettingError(
            f"{cls.__name__} has no parameter {name!r}",
            f"it has {', '.join(cls._declared)}",
            f"{closest(name, cls._declared)}={reprlib.repr(value)}",
        )


def closest(name: str, known: Any) -> str:
    """Returns the known name that a wrong one most probably stands for."""

    return (get_close_matches(name, known, n=1, cutoff=0.0) or list(known)[:1])[0]


@dataclass_transform(eq_default=False)
def declare(cls: T) -> T:
    r"""Makes the constructor, the declarations and the docstring of a class whose fields are declared parameters.

    Each field is `name: Annotated[type, Values(...), "help"] = default`. Two objects are equal if they are one, and
    `repr` shows what differs from the default, as scikit-learn has it.
    """

    made: Any = dataclass(eq=False, repr=False)(cls)
    hints = inspect.get_annotations(made, eval_str=True)
    made.__init__.__annotations__ = {name: hint.__origin__ for name, hint in hints.items()}
    made._declared = {}

    for field in fields(made):
        values, words = hints[field.name].__metadata__
        assert field.default is not MISSING
        made._declared[field.name] = Parameter(field.name, field.default, values, words)

    document(made)

    return made


def document(cls: type[Declared]) -> None:
    """Lists the parameters of a class in its docstring, before its attributes."""

    text = inspect.cleandoc(cls.__doc__ or "")

    if "\nArguments:\n" in text:
        return

    lines = [described(parameter) for parameter in cls._declared.values()]
    head, attributes, rest = text.partition("\n\nAttributes:\n")
    cls.__doc__ = f"{head}\n\nArguments:\n" + "\n".join(lines) + f"{attributes}{rest}\n"


def described(parameter: Parameter) -> str:
    """Returns the lines of a docstring about a parameter."""

    text = f"{parameter.name}: {parameter.help} Default: {parameter.default!r}."

    return fill(text, WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 8, break_long_words=False)


def plain(value: Any) -> Any:
    """Returns a value as plain JSON: options as a dictionary, arrays and sets as lists, NumPy's numbers as Python's."""

    if isinstance(value, Declared):
        return {name: plain(part) for name, part in value.get_params(deep=False).items()}

    if isinstance(value, Health | Calibration | Gap):
        value = asdict(value)

    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}

    if isinstance(value, set | frozenset):
        value = sorted(value, key=repr)

    if isinstance(value, tuple | list):
        return [plain(part) for part in value]

    return value.tolist() if hasattr(value, "tolist") else value
