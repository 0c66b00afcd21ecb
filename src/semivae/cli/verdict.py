r"""How a comparison is shown."""

from __future__ import annotations

__all__ = ["show_verdict"]

from typing import Any

from semivae.cli.screen import put, table


def show_verdict(verdict: Any) -> None:
    """Shows a verdict as a table and a sentence."""

    put(f"\n{verdict.metric} on {verdict.labels:,} given labels, each held out once (95% intervals):\n")
    rows = [(row.name, f"{row.mean:.3f}", f"{row.low:.3f} to {row.high:.3f}") for row in verdict.rows]
    table(["method", f">{verdict.metric}", ">interval"], rows)
    put(f"\n{verdict.sentence}")

    if (found := verdict.confidence) is None:
        put("How sure it may be was not measured: `semivae fit --calibrate` takes the time for it.")
    elif verdict.metric == "accuracy":
        sure = f"Held out, it was right in {found.right:.0%} of the rows and {found.mean:.0%} sure on average"
        put(f"{sure}: its probabilities are taken at temperature {found.temperature:.2f}.")
    else:
        held = f"Held out, {found.held:.0%} of its {found.nominal:.0%} intervals held their value"
        put(f"{held}: its deviations are taken {found.scale:.2f} times as large.")
