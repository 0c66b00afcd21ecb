r"""From Python parameters to the flags of the command, in messages that were written below it.

Errors, warnings and news of the package quote parameters as Python has them: `labels=3`, `targets=['y']`,
`header=False`. The user of the command has flags instead. The table of flags is read off the declared options of all
commands, so that a message names only flags that exist. A setting without a flag of its own is given by `--set`. A
parameter inside a call, such as `fit(X, y, real=[...])`, is
Python that the message shows on purpose, and stays.
"""

from __future__ import annotations

__all__ = ["in_flags"]

import ast
import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from typer.core import TyperOption

from semivae.workflows.inputs.settings import setting_names

# A call with its arguments, which may hold other calls; or a parameter with its value.
CALL = r"[\w.]+\((?:[^()]|\([^()]*\))*\)"
VALUE = r"\[(?:'[^']*'|\"[^\"]*\"|[^\[\]'\"])*\]|\([^()]*\)|\{[^{}]*\}|'[^']*'|\"[^\"]*\"|\.\.\.|[\w.+-]*\w"
PATTERN = re.compile(rf"(?P<call>{CALL})|(?<![\w./-])(?P<name>[a-z_]+)=(?P<value>{VALUE})")

# Other names in Python of the parameters of options.
OTHER_NAMES = {"target": "targets", "seed": "random_state", "kind": "kinds"}


def in_flags(text: str, commands: Iterable[Any]) -> str:
    r"""Rewrites the parameters in a message as flags.

    Arguments:
        text: The message.
        commands: The commands, whose options are the flags that there are.
    """

    flags = flags_of(commands)

    def rewritten(found: re.Match[str]) -> str:
        name = found["name"] or ""
        # Streams have a second file as `labels`, where the option of that name is a number.
        text = name == "labels" and isinstance(literal(found["value"]), str)
        option = flags.get("labels_from" if text else name)

        if option is None:
            return setting(name, found["value"]) if name in setting_names() else found[0]

        return flag(option, name, found["value"]) or found[0]

    return PATTERN.sub(rewritten, text)


def flags_of(commands: Iterable[Any]) -> Mapping[str, TyperOption]:
    """Returns the options of commands by the parameters that they set."""

    found: dict[str, TyperOption] = {}

    for option in (part for command in commands for part in command.params if isinstance(part, TyperOption)):
        name = str(option.name)
        found |= {name: option, OTHER_NAMES.get(name, name): option}

        if option.is_flag and name.startswith("no_"):
            found[name.removeprefix("no_")] = option

    return found


def setting(name: str, value: str) -> str:
    """Returns a setting without a flag of its own as the command takes it."""

    return f"--set {name}=..." if value == "..." else f"--set {shlex.quote(f'{name}={literal(value)}')}"


def flag(option: TyperOption, name: str, value: str) -> str | None:
    """Returns a parameter with its value as a flag; None if the value is none that the flag can have."""

    spelled = max(option.opts, key=len)
    given: Any = ... if value == "..." else literal(value)

    if option.is_flag:
        wanted = given is not (name != option.name)
        other = option.secondary_opts[0] if option.secondary_opts else f"no {spelled}"

        return None if not isinstance(given, bool) else spelled if wanted else other

    if given == []:  # no value has a meaning: a flag says so with a text that does not occur
        return f"{spelled} none" if name == "missing_label" else None

    if given is None:
        return f"no {spelled}"

    pairs = [f"{key}={value}" for key, value in given.items()] if isinstance(given, dict) else given
    every = pairs if isinstance(pairs, list) else [pairs]

    return " ".join(f"{spelled} {'...' if one is ... else shlex.quote(str(one))}" for one in every)


def literal(text: str) -> Any:
    """Returns the value of a Python literal; other text as it is."""

    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
