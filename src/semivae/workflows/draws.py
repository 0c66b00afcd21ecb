r"""Several fits of the same rows, which differ by their seed: their curves by epoch, and a table of their scores."""

from __future__ import annotations

__all__ = ["curves", "scores", "summary"]

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from semivae.workflows.plain import ready

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from semivae.fitted import Fitted, Saved

# The measures of a history that are drawn, with the titles of their panels.
DRAWN = {
    "held_out_accuracy": "accuracy on held-out rows",
    "held_out_r2": "R2 on held-out rows",
    "validation_loss": "loss on held-out rows",
    "loss": "loss",
}
UNITS = "divergence of a unit (mean, nats)"

# The scores of a fit on held-out rows, or else of its comparison, which are few enough for a table.
SCORES = ("accuracy", "log_loss", "calibration_error", "r2", "rmse", "log_likelihood")


def curves(fits: Mapping[str, Sequence[Fitted]]) -> dict[str, dict[str, NDArray[Any]]]:
    r"""Returns the curves of fits by epoch, as the figure `seed_bands` draws them.

    Arguments:
        fits: Fits that differ by their seed, by the name of their line.

    Returns:
        For each measure and each name an array with shape (fits, epochs), NaN where a fit has no value. Stages follow
        each other. The loss is left out where held-out rows were measured.
    """

    found: dict[str, dict[str, NDArray[Any]]] = {}

    for name, group in fits.items():
        measured = {title: [fitted.history_.get(column) for fitted in group] for column, title in DRAWN.items()}
        measured[UNITS] = [divergences(fitted) for fitted in group]

        for title, lines in measured.items():
            if all(line is not None for line in lines):
                found.setdefault(title, {})[name] = stacked(lines)

    held = [title for column, title in DRAWN.items() if column != "loss"]

    if any(title in found for title in held):
        found.pop(DRAWN["loss"], None)

    return found


def divergences(fitted: Fitted) -> pd.Series | None:
    """Returns the mean divergence of a unit of the latent, one value for each line of the history; None without any."""

    units = getattr(fitted, "units_", None)

    if units is None or units.shape[1] < 2:
        return None

    places = [name for name in ("stage", "epoch") if name in units and name in fitted.history_]
    means = units.drop(columns=places).mean(axis=1).rename(UNITS)

    joined: Any = fitted.history_[places].merge(units[places].assign(**{UNITS: means}), "left", places)

    return joined[UNITS]


def stacked(lines: Sequence[Any]) -> NDArray[Any]:
    """Returns lines as an array with shape (lines, epochs), with NaN after the end of the shorter ones."""

    import numpy as np

    longest = max(map(len, lines))

    return np.array(
        [np.pad(np.asarray(line, dtype=float), (0, longest - len(line)), constant_values=np.nan) for line in lines]
    )


def scores(fitted: Saved, held_out: str | None = None, header: bool = True) -> dict[str, float]:
    r"""Returns the scores of a saved fit: on held-out rows, or else of its own comparison.

    Arguments:
        fitted: The fit.
        held_out: A file with labeled rows, or the name of a set, whose test rows are taken; None without any.
        header: Whether the first line of a text file names the columns.
    """

    from semivae.trust.verdict import MODEL
    from semivae.workflows.evaluate import evaluate

    if held_out is None:
        compared = fitted.metrics_.get("comparison") or {"rows": [], "metric": ""}
        own = next((row["mean"] for row in compared["rows"] if row["name"] == MODEL), None)

        return {} if own is None else {compared["metric"]: own}

    found = evaluate(fitted, held_out, header=header).lines()

    return {name: float(found[name]) for name in SCORES if name in found}


def summary(fits: Mapping[str, Saved], held_out: str | None = None, header: bool = True) -> dict[str, Any]:
    r"""Returns the scores of each fit, with their mean and standard deviation, as plain values.

    Arguments:
        fits: The fits by the name of their folder.
        held_out: The rows of :func:`scores`.
        header: Whether the first line of a text file names the columns.
    """

    import pandas as pd

    table = pd.DataFrame([scores(fitted, held_out, header) for fitted in fits.values()], index=list(fits))
    seconds = [fitted.metrics_.get("seconds") for fitted in fits.values()]

    return ready(
        {
            "held_out": held_out,
            "fits": table.assign(seconds=seconds).to_dict("index"),
            "mean": table.mean().to_dict(),
            "deviation": table.std(ddof=1).to_dict(),
        }
    )
