r"""`semivae plot`: one figure of a model."""

from __future__ import annotations

__all__ = ["plot"]

from pathlib import Path
from typing import Annotated

import typer

from semivae.cli.options import NoHeader, Overwrite, Split
from semivae.cli.outputs import check_file, write
from semivae.cli.screen import say, table
from semivae.errors import SettingError

FORMS = (".png", ".svg", ".pdf")

# The figures of something other than a model, and the options that draw them.
DRAWN_BY = {"seed_bands": "fit --seeds", "latent_search": "optimize --figure"}


def plot(
    model: Annotated[Path | None, typer.Argument(metavar="MODEL", help="Folder of a model.")] = None,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Name of a figure; --list shows all.")] = None,
    data: Annotated[str | None, typer.Argument(metavar="[DATA]", help="Rows to show: a file, or a named set.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help=".png, .svg or .pdf.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List all figures.")] = False,
    split: Split = "test",
    no_header: NoHeader = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the rows that are shown, and of samples.")] = 0,
    overwrite: Overwrite = False,
) -> None:
    """Draw one figure of a model: `semivae plot m latent_map rows.csv --out map.svg`."""

    from semivae.workflows.plot import listed
    from semivae.workflows.plot import plot as plotted

    if list_:
        return table(
            ["figure", "rows", "shows"],
            [(name, DRAWN_BY.get(name, "needed" if rows else "-"), text) for name, rows, text in listed()],
        )

    if model is None or name is None or out is None:
        raise SettingError(
            "semivae plot without MODEL, NAME or --out",
            "it draws one figure of a model into a file",
            "semivae plot MODEL loss_curves --out loss.png, or semivae plot --list",
        )

    from semivae.estimators import load

    check_file(out, overwrite, FORMS)
    write(out, plotted(load(model), name, data, split, not no_header, out.suffix.lower()[1:], seed))
    say(f"Wrote {out}")
