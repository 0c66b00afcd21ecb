r"""`semivae sample`: new rows from a saved model."""

from __future__ import annotations

__all__ = ["sample"]

import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from semivae.cli.options import Model, Overwrite, Seed
from semivae.cli.outputs import TABLES, check_file, write, write_table
from semivae.cli.rows import refuse_several
from semivae.cli.screen import say
from semivae.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd


def sample(
    model: Model,
    out: Annotated[Path, typer.Option(metavar="FILE", help=".csv, .parquet or .npz; for images .png or .npz.")],
    n: Annotated[int, typer.Option("-n", min=1, help="How many rows.")] = 64,
    given: Annotated[str | None, typer.Option(metavar="COL=VALUE", help="The label of all rows.")] = None,
    seed: Seed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Draw new rows from a saved model."""

    from semivae.estimators import load

    check_file(out, overwrite, (*TABLES, ".npz", ".png"))
    estimator = load(model)
    check_kind(estimator, out)

    y = None if given is None else label_of(estimator, given)
    x = estimator.sample(n, y, random_state=seed)

    if out.suffix.lower() == ".png":
        write(out, grid(x))
    elif out.suffix.lower() == ".npz":
        write(out, arrays(x, y))
    else:
        write_table(out, [frame(estimator, x, y)])

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


def label_of(estimator: Any, given: str) -> Any:
    r"""Returns the label that COL=VALUE names, in the type of the target.

    Raises:
        SettingError: If it names no label.
    """

    refuse_several(estimator, f"--given {given}", "semivae.load(MODEL).sample(64, y={'COL': 'VALUE'})")

    column, _, text = (part.strip() for part in given.partition("="))
    variable = estimator.schema_.y

    if variable is None:
        raise SettingError(f"--given {given}", "the model was fitted without a target", "leave --given out")

    if column != variable.name:
        raise SettingError(f"--given {given}", "only the target can be given", f"--given {variable.name}=VALUE")

    if variable.kind == "category":
        return class_of(variable, text)

    try:
        return float(text)
    except ValueError:
        raise SettingError(f"--given {given}", "it must be a number", f"--given {column}={variable.low:g}") from None


def class_of(variable: Any, text: str) -> Any:
    """Returns the class that is written as a text."""

    names = {str(name): name for name in variable.classes}

    if text not in names:
        raise SettingError(
            f"--given {variable.name}={text}",
            f"it must be one of {', '.join(names)}",
            f"--given {variable.name}={next(iter(names))}",
        )

    return names[text]


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


def frame(estimator: Any, x: Any, y: Any) -> pd.DataFrame:
    """Returns rows, and their label if it was given, as a table."""

    import pandas as pd

    table = x if isinstance(x, pd.DataFrame) else pd.DataFrame(x, columns=[v.name for v in estimator.schema_.x])

    return table if y is None else table.assign(**{estimator.schema_.y.name: y})
