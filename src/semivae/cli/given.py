r"""The command as the user gave it, so that a report can say how to run it again."""

from __future__ import annotations

__all__ = ["given"]

import shlex
from collections.abc import Iterator

import typer
from typer.core import TyperOption


def given(context: typer.Context) -> str:
    """Returns the command of a context with the arguments and options that were given."""

    return shlex.join(["semivae", str(context.info_name), *words(context)])


def words(context: typer.Context) -> Iterator[str]:
    """Yields the words after the name of a command."""

    for part in context.command.params:
        name = str(part.name)
        value = context.params.get(name)
        source = context.get_parameter_source(name)

        if value is None or source is None or source.name != "COMMANDLINE":
            continue

        for one in value if isinstance(value, list | tuple) else [value]:
            if not isinstance(part, TyperOption):
                yield str(one)
            elif part.is_flag:
                yield max(part.opts if one else part.secondary_opts, key=len)
            else:
                yield from (max(part.opts, key=len), str(getattr(one, "value", one)))
