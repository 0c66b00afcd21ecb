r"""Parameters in groups: an estimator holds objects of options, and reaches each option by a name of its own.

`objective=None` stands for `ObjectiveOptions()`, and `model="m2"` for `ModelOptions("m2")`: options of objects that
were left out are read, set and searched as any others. Names of options differ in all groups, so that `precision`
alone tells that `training__precision` is meant.
"""

from __future__ import annotations

__all__ = ["Group", "Grouped", "declarations", "grouped", "paths", "settings"]

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from semivae.errors import SettingError, UnknownSettingError
from semivae.estimators.options.declared import Declared, Parameter, closest
from semivae.estimators.options.values import Values


@dataclass(frozen=True)
class Group(Values):
    r"""Objects of one class of options.

    Attributes:
        kind: The class.
        name: The option that a plain text stands for, if a text is allowed.
    """

    kind: type[Declared]
    name: str = ""

    def __contains__(self, value: Any) -> bool:
        return isinstance(value, self.kind) or (isinstance(value, str) and self.name != "")

    def __str__(self) -> str:
        return f"{'a name or ' if self.name else ''}{self.kind.__name__}(...)"

    def options(self, value: Any) -> Any:
        """Returns the object that a value stands for; anything that is no value of the group as it is."""

        if value is None:
            return self.kind()

        return self.kind(**{self.name: value}) if self.name and isinstance(value, str) else value


class Grouped(Declared):
    """Abstract holder of parameters some of which are groups."""

    @classmethod
    def _groups(cls) -> dict[str, Group]:
        """Returns the parameters that are groups."""

        return {name: one.values for name, one in cls._declared.items() if isinstance(one.values, Group)}

    def _options(self, group: str) -> Any:
        r"""Returns the options of a group, the defaults where they were left out.

        Raises:
            SettingError: If the parameter holds something else.
        """

        kind, value = self._groups()[group], getattr(self, group)

        if value not in kind and (value is not None or kind.name):
            name = kind.kind.__name__
            raise SettingError(f"{group}={reprlib.repr(value)}", f"it must be {kind}", f"{group}={name}(...)")

        return kind.options(value)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Returns all parameters, with those of groups that were left out (`training__precision`) if `deep`."""

        found = {}

        for name in self._declared:
            found[name] = value = getattr(self, name)
            options = self._groups()[name].options(value) if name in self._groups() else None

            if deep and isinstance(options, Declared):
                found |= {f"{name}__{option}": part for option, part in options.get_params().items()}

        return found

    def set_params(self, **params: Any) -> Self:
        r"""Sets parameters, and options by `group__option`. An object of options is replaced, never changed.

        Raises:
            SettingError: If there is no such parameter; it names the most similar ones.
        """

        whole, parts = {}, {}

        for name, value in params.items():
            group, nested, option = name.partition("__")

            if nested and group in self._groups():
                parts.setdefault(group, {})[option] = value
            elif name in self._declared:
                whole[name] = value
            else:
                raise self._unknown(name, value)

        twin = type(self)(**{**self.get_params(deep=False), **whole})
        changed = {group: replaced(twin._options(group), options) for group, options in parts.items()}

        for name, value in (whole | changed).items():
            setattr(self, name, value)

        return self

    def _check(self) -> None:
        r"""Checks the value of every parameter and option.

        Raises:
            SettingError: If one cannot work; it names the parameter and the values that it may have.
        """

        for name, parameter in self._declared.items():
            if name not in self._groups():
                parameter.check(getattr(self, name))
                continue

            options, group = self._options(name), self._groups()[name]

            for option, declared in options._declared.items():
                declared.check(getattr(options, option), name if option == group.name else "")

    @classmethod
    def _unknown(cls, name: str, value: Any) -> UnknownSettingError:
        """Returns the error for a parameter that does not exist: the group that it is in, or the closest name."""

        known = paths(cls)
        group, nested, option = known.get(name, "").partition("__")
        shown = reprlib.repr(value)

        if nested:
            kind = cls._groups()[group].kind.__name__

            return UnknownSettingError(
                f"{cls.__name__} has no parameter {name!r}",
                f"it is an option of {group!r}",
                f"{group}={kind}({option}={shown}), or set_params({group}__{option}={shown})",
            )

        meant = closest(name.rpartition("__")[2], known)
        group, nested, option = known[meant].partition("__")
        fix = f"{group}={cls._groups()[group].kind.__name__}({option}={shown})" if nested else f"{meant}={shown}"

        return UnknownSettingError(
            f"{cls.__name__} has no parameter {name!r}", f"the most similar one is {meant!r}", fix
        )


def replaced(options: Declared, changes: Mapping[str, Any]) -> Declared:
    """Returns options of which some are others."""

    return type(options)(**{**options.get_params(deep=False), **changes})


def paths(cls: type[Grouped]) -> dict[str, str]:
    """Returns the name by which `set_params` knows each parameter and option, by its own name."""

    found = {}

    for name, parameter in cls._declared.items():
        group = parameter.values

        if not isinstance(group, Group):
            found[name] = name
            continue

        if group.name:
            found[name] = name

        found |= {option: f"{name}__{option}" for option in group.kind._declared if option != group.name}

    return found


def declarations(cls: type[Grouped]) -> dict[str, Parameter]:
    """Returns the declaration of each parameter and option by its own name; a group that has a name is that option."""

    found = {}

    for name, parameter in cls._declared.items():
        if not isinstance(group := parameter.values, Group):
            found[name] = parameter
            continue

        found |= {name if option == group.name else option: one for option, one in group.kind._declared.items()}

    return found


def grouped(cls: type[Grouped], flat: Mapping[str, Any]) -> dict[str, Any]:
    r"""Returns the arguments of a constructor for parameters and options by their own names.

    Raises:
        SettingError: If there is no such parameter or option.
    """

    known = paths(cls)

    for name, value in flat.items():
        if name not in known:
            raise cls._unknown(name, value)

    named = {known[name]: value for name, value in flat.items()}
    given = cls().set_params(**named).get_params(deep=False)

    return {name: given[name] for name in given if any(path.partition("__")[0] == name for path in named)}


def settings(estimator: Grouped) -> dict[str, Any]:
    """Returns the value of each parameter and option of an estimator by its own name."""

    every = estimator.get_params()
    named = {name: group.name for name, group in estimator._groups().items() if group.name}

    known = {name: f"{path}__{named[path]}" if path in named else path for name, path in paths(type(estimator)).items()}

    return {name: every[path] for name, path in known.items()}
