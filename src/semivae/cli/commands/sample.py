r"""`semivae sample`: new rows from a saved model."""

from __future__ import annotations

__all__ = ["sample"]

import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from semivae.cli.options import Model, Overwrite, RawCsv, Seed
from semivae.cli.outputs import TABLES, check_file, write, write_table
from semivae.cli.screen import say
from semivae.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd

    from semivae.variables import Variable


def sample(
    model: Model,
    out: Annotated[Path, typer.Option(metavar="FILE", help=".csv, .parquet or .npz; for images .png or .npz.")],
    n: Annotated[int, typer.Option("-n", min=1, help="How many rows.")] = 64,
    given: Annotated[
        list[str] | None,
        typer.Option(metavar="COL=VALUE", help="The label of all rows. Repeatable where there are several targets."),
    ] = None,
    seed: Seed = 0,
    raw_csv: RawCsv = False,
    overwrite: Overwrite = False,
) -> None:
    """Draw new rows from a saved model."""

    from semivae.estimators import load
    from semivae.workflows.rows import is_several

    check_file(out, overwrite, (*TABLES, ".npz", ".png"))
    estimator = load(model)
    check_kind(estimator, out)

    labels = labels_of(estimator, given or [])
    y = (labels or None) if is_several(estimator) else next(iter(labels.values()), None)
    x = estimator.sample(n, y, random_state=seed)

    if out.suffix.lower() == ".png":
        write(out, grid(x))
    elif out.suffix.lower() == ".npz":
        write(out, arrays(x, y))
    else:
        write_table(out, [frame(estimator, x, labels)], raw_csv)

    say(f"Wrote {n:,} rows to {out}")


def check_kind(estimator: Any, out: Path) -> None:
    """Checks that the rows of a model can be written to a kind of file."""

    image, ending = estimator.schema_.image, out.suffix.lower()

    if image and ending in TABLES:
        raise SettingError(
            f"--out {out}", "the model makes images, which are no table", f"--out {out.with_suffix('.png')}"
        )

    if not image and ending == ".png":
        raise SettingError(f"--out {out}", "the model makes rows of a table", f"--out {out.with_suffix('.csv')}")

    if estimator.schema_.container == "frame" and ending == ".npz":
        raise SettingError(f"--out {out}", "columns have names and types", f"--out {out.with_suffix('.csv')}")


def labels_of(estimator: Any, given: list[str]) -> dict[str, Any]:
    r"""Returns the labels that are given as COL=VALUE by target, in the types of the targets.

    Raises:
        SettingError: If one is no label of a target, or a target has two.
    """

    targets = {variable.name: variable for variable in estimator.schema_.targets}
    labels: dict[str, Any] = {}

    for pair in given:
        name, _, text = (part.strip() for part in pair.partition("="))

        if not targets:
            raise SettingError(f"--given {pair}", "the model was fitted without a target", "leave --given out")

        if name not in targets:
            raise SettingError(f"--given {pair}", "only a target can be given", f"--given {next(iter(targets))}=VALUE")

        if name in labels:
            raise SettingError(f"--given {pair}", f"{name!r} is given twice", f"--given {name}={labels[name]}")

        labels[name] = label_of(targets[name], text)

    return labels


def label_of(variable: Variable, text: str) -> Any:
    """Returns the label that is written as a text."""

    from semivae.data.kinds import cell_handler

    try:
        return cell_handler(variable).read(text)
    except SettingError as error:
        raise SettingError(f"--given {error.given}", error.needed, f"--given {error.fix}") from None


def grid(images: Any) -> bytes:
    """Returns images as a square grid, as PNG."""

    import math

    from semivae.figures.grids import image_grid
    from semivae.figures.style import to_png

    return to_png(image_grid(images, columns=math.ceil(math.sqrt(len(images)))))


def arrays(x: Any, y: Any) -> bytes:
    """Returns rows, and their label if it was given, as npz."""

    import numpy as np

    buffer = io.BytesIO()

    if y is None:
        np.savez_compressed(buffer, X=x)
    else:
        np.savez_compressed(buffer, X=x, y=np.full(len(x), y))

    return buffer.getvalue()


def frame(estimator: Any, x: Any, labels: dict[str, Any]) -> pd.DataFrame:
    """Returns rows, and their labels if these were given, as a table."""

    import pandas as pd

    table = x if isinstance(x, pd.DataFrame) else pd.DataFrame(x, columns=[v.name for v in estimator.schema_.x])

    return table.assign(**labels)
