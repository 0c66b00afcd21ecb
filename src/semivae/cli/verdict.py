r"""How a comparison is shown."""

from __future__ import annotations

__all__ = ["show_verdict"]

from typing import TYPE_CHECKING

from semivae.cli.screen import put, table

if TYPE_CHECKING:
    from semivae.trust import Confidence, Row, Verdict, Width


def show_verdict(verdict: Verdict) -> None:
    """Shows a verdict as a table and some sentences."""

    put(f"\n{verdict.metric} on {verdict.labels:,} given labels, each held out once (95% intervals):\n")
    weighted = any(row.weight is not None for row in verdict.rows)
    columns = ["method", f">{verdict.metric}", ">interval", *[">weight"] * weighted]
    table(columns, [cells(row, weighted) for row in verdict.rows])
    put(f"\n{verdict.sentence}")

    if verdict.needed is not None:
        put("`semivae fit --calibrate` makes this comparison, however long it takes.")

    if verdict.needed is None or verdict.confidence is not None:
        put(calibration(verdict.confidence))


def cells(row: Row, weighted: bool) -> list[str]:
    """Returns the cells of a line, with its weight in a committee or an empty cell, if wanted."""

    shown = [row.name, f"{row.mean:.3f}", f"{row.low:.3f} to {row.high:.3f}"]
    weight = "" if row.weight is None else f"{row.weight:.2f}"

    return [*shown, weight] if weighted else shown


def calibration(found: Confidence | Width | None) -> str:
    """Returns the calibration in one sentence."""

    from semivae.trust import Confidence

    if found is None:
        return "Confidence is not calibrated: add --calibrate, which takes longer."

    if isinstance(found, Confidence):
        held = (
            f"On held-out labels the model was right in {found.right:.0%} of the rows, and {found.mean:.0%} confident"
        )

        return f"{held}; its probabilities are corrected for that (temperature {found.temperature:.2f})."

    held = f"On held-out labels {found.held:.0%} of its {found.nominal:.0%} intervals held the true value"

    return f"{held}; its deviations are corrected for that (scale {found.scale:.2f})."
