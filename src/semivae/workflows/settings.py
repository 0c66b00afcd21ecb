r"""Settings of an estimator as text, name=value, read off its signature."""

from __future__ import annotations

__all__ = ["settings_of"]

import ast
import difflib
import inspect
from collections.abc import Iterable
from typing import Any

from semivae.errors import SettingError

# Settings that have an option of their own, or that cannot be written in a command.
ELSEWHERE = {
    "model": "model=...",
    "random_state": "random_state=...",
    "missing_label": "missing_label=...",
    "drop": "drop=...",
    "keep": "keep=...",
    "id_columns": "id_columns=...",
    "verbose": "quiet=True",
    "callbacks": "fit(...) in Python",
    "devices": "devices=...",
    "nodes": "nodes=...",
    "checkpoint": "checkpoint=...",
}


def settings_of(pairs: Iterable[str], estimator: type[Any]) -> dict[str, Any]:
    r"""Reads settings such as "epochs=20" and "hidden=(256, 256)".

    Arguments:
        pairs: The settings; a value that is no Python literal is text, but true and false may be small.
        estimator: The class whose signature says what there is. It checks the values itself when it is fitted.

    Raises:
        SettingError: If there is no such setting; it names those that resemble it.
    """

    known = [name for name in inspect.signature(estimator).parameters if name not in ELSEWHERE]

    return dict(setting(pair, known) for pair in pairs)


def setting(pair: str, known: list[str]) -> tuple[str, Any]:
    """Reads one setting."""

    name, equals, text = (part.strip() for part in pair.partition("="))

    if name in ELSEWHERE:
        raise SettingError(f"settings={[pair]}", f"{name} is not set this way", f"use {ELSEWHERE[name]}")

    if name not in known or not equals:
        raise SettingError(f"settings={[pair]}", f"it must be name=value, of {', '.join(known)}", guess(name, known))

    try:
        return name, ast.literal_eval(text.capitalize() if text in ("true", "false") else text)
    except (ValueError, SyntaxError):
        return name, text


def guess(name: str, known: list[str]) -> str:
    """Returns a setting that was probably meant."""

    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)

    return " or ".join(f"settings=['{name}=...']" for name in close or known[:1])
