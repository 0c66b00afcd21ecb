r"""Several fits of one command, each with a seed of its own, and all of them together."""

from __future__ import annotations

__all__ = ["fit_seeds"]

import io
import json as json_text
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import typer

from semivae.cli.given import words
from semivae.cli.outputs import check_new_folder, write
from semivae.cli.screen import emit, put, say, table
from semivae.cli.state import state_of
from semivae.errors import SettingError

# The options that each fit has for itself.
OWN = ("seeds", "seed", "out", "json")


def fit_seeds(context: typer.Context) -> None:
    r"""Runs `semivae fit` once for each seed, into folders named by the seed, and shows the scores together.

    Arguments:
        context: The context of the command with --seeds.

    Raises:
        SettingError: If the fits would share a folder, or be shared by several processes.
        StoreError: If the folder holds other files.
    """

    asked = context.params
    refuse(asked)
    out, first = asked["out"], asked["seed"]

    if not asked["overwrite"] and not asked["resume"]:
        check_new_folder(out)

    for seed in range(first, first + asked["seeds"]):
        say(f"seed {seed}:")

        if fit_one(context, seed, out / f"seed-{seed}") == "interrupted":
            say("The same command with --resume continues, and keeps the fits that are done.")
            raise typer.Exit(1)

    show(out, range(first, first + asked["seeds"]), asked)


def refuse(asked: dict[str, Any]) -> None:
    """Refuses options that several fits cannot share."""

    if asked["devices"] * asked["nodes"] > 1:
        raise SettingError(
            "--seeds with --devices or --nodes", "each of the fits is one process", "fit one --seed at a time"
        )

    if asked["checkpoint"] is not None:
        raise SettingError(
            "--seeds with --checkpoint", "each fit keeps its state beside its own folder", "leave --checkpoint out"
        )


def fit_one(context: typer.Context, seed: int, out: Path) -> str:
    """Fits with one seed, unless a continued command did already, and returns how the fit ended."""

    from semivae.store import exists, open_folder

    if not (context.params["resume"] and exists(out) and not exists(state_of(out))):
        names = [str(part.name) for part in context.command.params if part.name not in OWN]
        arguments = [*words(context, names), "--seed", str(seed), "--out", str(out)]

        # Each fit shows its result, which the table at the end repeats.
        with redirect_stdout(io.StringIO()):
            name = str(context.info_name)

            with context.command.make_context(name, arguments, parent=context.parent) as one:
                context.command.invoke(one)

    return open_folder(out).facts["metrics"]["stopped"]


def show(out: Path, seeds: range, asked: dict[str, Any]) -> None:
    """Shows the scores of all fits, and writes them beside the curves by epoch."""

    from semivae.estimators import load
    from semivae.workflows.draws import summary

    fits = {f"seed-{seed}": load(out / f"seed-{seed}") for seed in seeds}
    found = summary(fits, asked["held_out"], not asked["no_header"])
    write(out / "seeds.json", (json_text.dumps(found, indent=2) + "\n").encode())
    drawn = asked["figures"] and draw(out / "bands.png", fits)

    if asked["json"]:
        emit({"folder": out, **found})
        return

    names = list(found["mean"])
    rows = [(fit, *(line.get(name) for name in names), line["seconds"]) for fit, line in found["fits"].items()]
    rows += [(name, *(found[name][measure] for measure in names), None) for name in ("mean", "deviation")]
    put(f"measured on {asked['held_out']}\n" if asked["held_out"] else "by the comparison of each fit\n")
    table(["fit", *(f">{name}" for name in names), ">seconds"], rows)
    put(f"\nWrote {len(fits)} models and seeds.json to {out}/" + (" (bands.png shows their epochs)" if drawn else ""))


def draw(path: Path, fits: dict[str, Any]) -> bool:
    """Draws the curves of fits by epoch, if there are any, and returns whether it did."""

    from semivae.figures import seed_bands, to_png
    from semivae.workflows.draws import curves

    name = next(iter(fits.values())).model_name_
    found = curves({name: list(fits.values())})

    if found:
        write(path, to_png(seed_bands(found)))

    return bool(found)
