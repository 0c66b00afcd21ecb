r"""Settings of an estimator as text, name=value: any parameter or option, by its own name."""

from __future__ import annotations

__all__ = ["setting_names", "settings_of"]

import ast
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from semivae.errors import SettingError

# Settings with an option of their own, or that a command cannot express.
ELSEWHERE = {
    "model": "model=...",
    "random_state": "random_state=...",
    "missing_label": "missing_label=...",
    "drop": "drop=['COL']",
    "keep": "keep=['COL']",
    "id_columns": "id_columns=['COL']",
    "kinds": "kinds={'COL': 'KIND'}",
    "embed": "embed='COL'",
    "resize": "resize=64",
    "verbose": "quiet=True",
    "callbacks": "fit(...) in Python",
    "devices": "devices=...",
    "nodes": "nodes=...",
    "checkpoint": "checkpoint=...",
}


def settings_of(pairs: Iterable[str], estimator: type[Any]) -> dict[str, Any]:
    r"""Reads settings such as "epochs=20", "precision=float32" and "hidden=(256, 256)".

    Arguments:
        pairs: The settings. A name may start with its group, as in `training__precision`. A value that is not a
            Python literal is text, but true and false may be lower case.
        estimator: The class that declares the settings. It checks the values itself when it is fitted.

    Returns:
        The settings as `set_params` takes them.

    Raises:
        SettingError: If a setting is unknown, with similar ones; or if one is given twice, with different values.
    """

    from semivae.estimators.options.grouped import paths

    known = paths(estimator)

    found: dict[str, Any] = {}

    for pair in pairs:
        name, value = setting(pair, known)

        if name in found and found[name] != value:
            raise SettingError(
                f"settings={[pair]}", f"the same setting is also given as {found[name]!r}", "give it once"
            )

        found[name] = value

    return found


def setting(pair: str, known: dict[str, str]) -> tuple[str, Any]:
    """Reads one setting; `known` holds the path of each by its own name."""

    given, equals, text = (part.strip() for part in pair.partition("="))
    name = given.rpartition("__")[2]

    if name in ELSEWHERE and name in known:
        raise SettingError(f"settings={[pair]}", f"{name} is not set this way", f"use {ELSEWHERE[name]}")

    if options := group_of(name, known):
        raise group_is_no_setting(pair, name, options)

    if not equals or name not in known or given not in (name, known[name]):
        names = [name for name in known if name not in ELSEWHERE and not group_of(name, known)]
        raise SettingError(f"settings={[pair]}", f"it must be name=value, of {', '.join(names)}", guess(name, names))

    try:
        return known[name], ast.literal_eval(text.capitalize() if text in ("true", "false") else text)
    except (ValueError, SyntaxError):
        return known[name], text


def group_is_no_setting(pair: str, name: str, options: list[str]) -> SettingError:
    """Returns the error for a group of options that is set as one; it names the options and each way to set one."""

    first = next((option for option in options if option not in ELSEWHERE), None)
    ways = {option: f"settings=['{option}=...']" for option in options if option == first} | ELSEWHERE
    fix = " or ".join(ways[option] for option in options if option in ways)

    return SettingError(f"settings={[pair]}", f"{name} is a group of options, {', '.join(options)}", f"use {fix}")


def guess(name: str, known: list[str]) -> str:
    """Returns the settings probably meant."""

    close = get_close_matches(name, known, n=3, cutoff=0.5)

    return " or ".join(f"settings=['{name}=...']" for name in close or known[:1])


def group_of(name: str, known: dict[str, str]) -> list[str]:
    """Returns the options in a group of this name; none if it is not a group."""

    return [option for option, path in known.items() if path.startswith(f"{name}__")]


def setting_names() -> set[str]:
    """Returns the names of all settings, of every estimator."""

    from semivae.estimators import PCA, VAEEmbedding
    from semivae.estimators.options.grouped import paths

    known = paths(PCA) | paths(VAEEmbedding)

    return {name for name in known if name not in ELSEWHERE and not group_of(name, known)}
