r"""The command as the user gave it, so that a report can say how to run it again."""

from __future__ import annotations

__all__ = ["given", "rows_given", "words"]

import shlex
from collections.abc import Container, Iterator

import typer
from typer.core import TyperOption


def given(context: typer.Context) -> str:
    """Returns the command of a context with the arguments and options that were given."""

    return shlex.join(["semivae", str(context.info_name), *words(context)])


def rows_given(context: typer.Context) -> str:
    """Returns the options of a fit that say which rows and labels it read."""

    return shlex.join(words(context, ("labels", "labels_per_class", "seed", "labels_from", "no_header", "split")))


def words(context: typer.Context, names: Container[str] | None = None) -> Iterator[str]:
    """Yields the words after the name of a command, or some of its options with their values."""

    for part in context.command.params:
        name = str(part.name)

        if names is not None and name not in names:
            continue

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
