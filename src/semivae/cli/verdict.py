r"""The honest comparison: what the same labels give with and without the unlabeled rows, and with simpler methods."""

from __future__ import annotations

__all__ = ["judge", "show_verdict", "temper"]

from collections.abc import Callable
from typing import Any

from semivae.cli.screen import put, say, table
from semivae.errors import SemivaeError

FOLDS = 5

# The comparison may take a minute, or half as long as the fit if that is more; never longer than the same fits again.
SECONDS = 60.0


def judge(estimator: Any, x: Any, y: Any, seed: int, tell: Callable[[str], None], seconds: float | None = None) -> Any:
    r"""Compares a fitted estimator with simpler methods on the same labels.

    Arguments:
        estimator: The estimator.
        x: The rows of its fit.
        y: The labels that it saw.
        seed: What the folds are drawn from.
        tell: Is told what is being done.
        seconds: About how long it may take; the fits never get more epochs than the model had.

    Returns:
        The verdict; None if no label can be held out, or the user stopped it.
    """

    from semivae.cli.task import encoded
    from semivae.data.split import stratified_folds
    from semivae.trust import compare

    codes = encoded(estimator, y)
    labels = codes[codes >= 0] if codes.dtype.kind != "f" else codes[codes == codes]  # NaN is not equal to itself
    folds = stratified_folds(labels, FOLDS, seed)

    if folds is None:
        say("No comparison: no label can be held out (one a class).")

        return None

    trained = float(estimator.history_["seconds"].iloc[-1])
    most = min(FOLDS * trained, seconds or max(SECONDS, trained / 2))

    try:
        return compare(estimator, x, codes, folds, most, tell=tell)
    except KeyboardInterrupt:
        say("The comparison was stopped by hand; the model is kept.")
    except SemivaeError as error:
        # The model itself is good, and is not lost for what the comparison ran into.
        say(f"No comparison: {error}")

    return None


def temper(estimator: Any, verdict: Any) -> None:
    """Makes a model as sure as it was right of labels that were held out, where a verdict says so."""

    if verdict is None or verdict.confidence is None:
        return

    if verdict.metric == "accuracy":
        estimator.calibration_temperature_ = verdict.confidence.temperature
    else:
        estimator.calibration_scale_ = verdict.confidence.scale


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
