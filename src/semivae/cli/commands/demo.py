r"""`semivae demo`: the main job on real digits, beside simpler methods on the same labels."""

from __future__ import annotations

__all__ = ["demo"]

import time
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Annotated

import typer

from semivae.cli.health import show_health
from semivae.cli.options import Json, OutFolder, Overwrite, Settings
from semivae.cli.outputs import check_folder
from semivae.cli.screen import emit, put, table
from semivae.cli.state import kept_apart
from semivae.cli.verdict import show_verdict

if TYPE_CHECKING:
    from semivae.workflows.demo import Outcome

# The measures of the generator and of the latent that are shown.
HALVES = {
    "explained_variance": ("reconstruction", "share of the variance that decoded digits explain"),
    "pca_explained": ("by as many components", "the same for PCA with as many components"),
    "asked_class": ("asked class", "samples of a class that a judge puts in this class"),
    "variance_ratio": ("variety", "variance within a class: samples over digits"),
    "linear_probe": ("classes in the latent", "accuracy of a linear model on it, all labels given"),
}


def demo(
    context: typer.Context,
    out: OutFolder,
    draws: Annotated[int, typer.Option(min=1, help="Number of draws of 50 labels.")] = 3,
    settings: Settings = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Classify 1,797 handwritten digits with 50 labels, beside simpler methods.

    In each draw 50 of 1,397 rows keep their label; 400 other rows measure the accuracy. The folder gets the model of
    the first draw, its figures, and its comparison on the given labels alone.
    """

    from semivae.workflows.demo import demonstrate
    from semivae.workflows.fit import describe, save

    context.with_resource(kept_apart(out))
    check_folder(out, overwrite)
    start = time.perf_counter()
    outcome = demonstrate(draws, settings or ())
    verdict = outcome.verdict
    facts = describe(outcome.job, ["label"]) | {"test_accuracy": outcome.accuracies, "scorecard": outcome.halves}
    save(outcome.job, out, facts, verdict, seed=0, overwrite=overwrite)

    if json:
        emit({"folder": out, **facts, "comparison": verdict and verdict.to_json()})
    else:
        show(context, out, outcome, time.perf_counter() - start)


def show(context: typer.Context, out: Path, outcome: Outcome, seconds: float) -> None:
    """Shows a demonstration as text."""

    from semivae.workflows.demo import LABELS, MODEL
    from semivae.workflows.fit import describe

    draws = len(outcome.accuracies[MODEL])
    put(f"\ntest accuracy on 400 held-out digits with {LABELS} labels, over {draws} draws of the labels:\n")
    rows = sorted(outcome.accuracies.items(), key=lambda row: -mean(row[1]))
    shown = [(name, *(f"{value:.3f}" for value in (mean(row), min(row), max(row)))) for name, row in rows]
    table(["method", ">mean", ">lowest", ">highest"], shown)

    put("\ngenerator and latent of the first draw, on held-out digits:\n")
    known = [(name, f"{outcome.halves[key]:.3f}", meaning) for key, (name, meaning) in HALVES.items()]
    table(["measure", ">value", "meaning"], known)

    if outcome.verdict is not None:
        put("\nWithout held-out rows, from the 50 labels of the first draw alone:")
        show_verdict(outcome.verdict)

    show_health(context, describe(outcome.job, ["label"])["health"])
    put(f"\nWrote {out}/ in {seconds:.0f} s (the figures are in {out / 'figures'}/)")
