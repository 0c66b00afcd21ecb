r"""`semivae optimize`: rows with wanted values, found in the latent space of a saved model."""

from __future__ import annotations

__all__ = ["optimize"]

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from semivae.cli.options import Json, Model, NoHeader, Overwrite, RawCsv, Seed, Split
from semivae.cli.outputs import check_file, write, write_table
from semivae.cli.screen import emit, put, say, table
from semivae.workflows.plain import short

if TYPE_CHECKING:
    from semivae.latent import Found

FORMS, PICTURES = (".csv", ".parquet", ".npz"), (".png", ".svg", ".pdf")
SHOWN = 5


class GateMode(StrEnum):
    """The treatment of designs that are unlike the data."""

    REFUSE = "refuse"
    MARK = "mark"
    NONE = "none"


class SurrogateMode(StrEnum):
    """The library of the Gaussian process."""

    AUTO = "auto"
    SCIKIT_LEARN = "scikit-learn"
    BOTORCH = "botorch"


Columns = list[str] | None


def optimize(
    model: Model,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The designs: .csv or .parquet, .npz for images.")],
    data: Annotated[
        str | None, typer.Argument(metavar="[DATA]", help="Rows that designs have to look like: those of the fit.")
    ] = None,
    maximize: Annotated[Columns, typer.Option(metavar="COL", help="A number to be high. Repeatable.")] = None,
    minimize: Annotated[Columns, typer.Option(metavar="COL", help="A number to be low. Repeatable.")] = None,
    target: Annotated[Columns, typer.Option(metavar="COL=VALUE", help="A number to be hit. Repeatable.")] = None,
    classes: Annotated[Columns, typer.Option("--class", metavar="COL=VALUE", help="The class to be of.")] = None,
    black_box: Annotated[
        str | None, typer.Option(metavar="MODULE:FUNCTION", help="A function of rows that measures the number.")
    ] = None,
    bounds: Annotated[
        Columns, typer.Option("--bound", metavar="COL=LOW:HIGH", help="Bounds of a column of the rows. Repeatable.")
    ] = None,
    evaluations: Annotated[int, typer.Option(min=1, help="Designs that are evaluated.")] = 50,
    proposals: Annotated[int, typer.Option(min=1, help="Designs that are written, the best first.")] = 10,
    batch: Annotated[int, typer.Option(min=1, help="Designs that are chosen at a time.")] = 1,
    ask: Annotated[int | None, typer.Option(min=1, help="Write so many new designs, to be evaluated by you.")] = None,
    tell: Annotated[Path | None, typer.Option(metavar="FILE", help="A file of --ask with your values.")] = None,
    history: Annotated[Path | None, typer.Option(metavar="FILE", help="The search so far (.json), continued.")] = None,
    figure: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the search and its objective: .png, .svg or .pdf.")
    ] = None,
    gate: Annotated[GateMode, typer.Option(help="What happens to designs that are unlike DATA.")] = GateMode.REFUSE,
    prior_weight: Annotated[float, typer.Option(min=0, help="Weight of the density of DATA in the search.")] = 0.1,
    surrogate: Annotated[
        SurrogateMode, typer.Option(help="Library of the Gaussian process; auto is BoTorch if it is installed.")
    ] = SurrogateMode.AUTO,
    split: Split = "train",
    no_header: NoHeader = False,
    seed: Seed = 0,
    raw_csv: RawCsv = False,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Find rows with wanted values: `semivae optimize m rows.csv --maximize price --bound rooms=2:4 --out best.csv`.

    COL is a target of the model, which predicts it, or a column of the rows. A black box or you may measure it instead:
    `--ask 8 --out batch.csv --history s.json`, fill in the column, then `--tell batch.csv` with the same options.
    Designs that are unlike DATA are refused, and counted with the reason.
    """

    from semivae.estimators import load
    from semivae.workflows import search
    from semivae.workflows.aims import Aims

    check_file(out, overwrite, FORMS)

    if figure is not None:
        check_file(figure, overwrite, PICTURES)

    by_hand = ask is not None or tell is not None
    aims = Aims(maximize or (), minimize or (), target or (), classes or (), black_box, bounds or (), by_hand)
    wishes = search.Asked(data, split, not no_header, passed(gate), prior_weight, history, seed, surrogate.value)
    fitted = load(model)
    search.refuse_form(fitted, out)
    found = None

    if tell is not None:
        found = search.tell(fitted, aims, wishes, tell, proposals)

    if ask is not None:
        found = search.ask(fitted, aims, wishes, ask)

    found = found or search.search(fitted, aims, wishes, evaluations, proposals, batch)
    save(found, out, raw_csv)

    if figure is not None:
        write(figure, search.figure_of(fitted, aims, found, figure.suffix.lower()[1:]))

    show(found, out, json)


def passed(gate: GateMode) -> Any:
    """Returns the treatment of strange designs as Python has it."""

    return None if gate is GateMode.NONE else gate.value


def save(found: Found, out: Path, raw: bool) -> None:
    """Writes designs in the form that the ending of the file names."""

    from semivae.workflows.search import arrays_of

    if out.suffix.lower() == ".npz":
        write(out, arrays_of(found))
    else:
        write_table(out, [found.table()], raw)


def show(found: Found, out: Path, json: bool) -> None:
    """Shows the best designs and the refused ones."""

    facts = found.facts

    if json:
        emit({"file": out, **found.to_json()})
    else:
        columns = [name for name in facts if name not in ("reason", "log_density_of_latent", "within_constraints")]
        table([f">{name}" for name in columns], facts[columns].head(SHOWN).astype(object).to_numpy().tolist())
        weight = short(found.prior_weight)
        put(f"{found.evaluations} designs have values; the density of latents has weight {weight}")

        if found.surrogates:
            put(f"the Gaussian process is that of {' and '.join(found.surrogates)}")

        for line in found.refusals:
            put(f"refused {line}")

        if not any(facts["trusted"]):
            put("no design passed the gate; those that were evaluated are shown, with the check that they fail")

    say(f"Wrote {len(facts):,} designs to {out}")
