r"""How the health of a fit is shown."""

from __future__ import annotations

__all__ = ["health_lines", "show_health"]

from collections.abc import Mapping
from typing import Any

import typer

from semivae.cli.flags import in_flags
from semivae.cli.screen import put


def show_health(context: typer.Context, health: Mapping[str, Any] | None) -> None:
    """Shows each fault in a line; nothing for a method that is not trained."""

    lines = health_lines(context, health)

    if lines:
        put("\nHealth: " + "\n        ".join(lines))


def health_lines(context: typer.Context, health: Mapping[str, Any] | None) -> list[str]:
    """Returns the health in lines, with flags for settings, given its plain JSON values."""

    from semivae.findings import Finding, Health

    if health is None:
        return []

    root: Any = context.find_root().command
    findings = tuple(Finding(**finding) for finding in health["findings"])

    return in_flags(str(Health(findings, health["not_judged"])), root.commands.values()).split("\n")
