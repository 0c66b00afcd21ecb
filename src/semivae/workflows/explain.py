r"""The most surprising rows of a table, and the cells that make them so."""

from __future__ import annotations

__all__ = ["cells_of", "explain", "reason_of"]

from typing import TYPE_CHECKING, Any

from semivae.errors import SettingError
from semivae.workflows.inputs.rows import read_rows, with_ids
from semivae.workflows.plain import short

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from semivae.fitted import Saved, Trained
    from semivae.variables import Variable

# The rows that the others are compared with; samples of the model take the place of fewer than FEWEST.
ROWS, FEWEST = 500, 50


def explain(model: Saved, data: str, n: int = 20, split: str = "train", header: bool = True) -> pd.DataFrame:
    r"""Returns the rows with the lowest density, with a line for each cell that stands out.

    Arguments:
        model: The model.
        data: A file, or the name of a set.
        n: The number of rows.
        split: The rows of a named set: "train", "test" or "all".
        header: Whether the first line of a text file names the columns.

    Returns:
        Identifiers, `row` (its position), `log_density`, `column`, `value`, `expected` (the value at the latent of the
        row), `usual` (of the column), and `nats` (the surprise of the cell beyond the usual). A row without a cell
        that stands out has one line without a column.

    Raises:
        DataError: If the rows cannot be read.
        SettingError: If the rows are images or vectors, or the model has no likelihood of cells.
    """

    import numpy as np
    import pandas as pd
    from sklearn.utils import _safe_indexing

    from semivae.fitted import Trained

    if not isinstance(model, Trained) or not model.schema_.named:
        raise SettingError(
            f"{type(model).__name__} of {model.schema_.words}",
            "rows are explained by the cells of a table, under the likelihood of a VAE",
            "fit a VAE to a table; for other rows, explain(X) returns the parts of each",
        )

    x = read_rows(model, data, split, header).x
    scores = model.score_samples(x)
    chosen = np.argsort(scores, kind="stable")[:n]
    lines: list[dict[str, Any]] = []

    for place, cells in zip(chosen, cells_of(model, x, chosen), strict=True):
        line = {"row": int(place), "log_density": float(scores[place])}
        lines += [line | part for part in cells or [dict.fromkeys(("column", "value", "expected", "usual", "nats"))]]

    found = pd.DataFrame(lines)

    return with_ids(model, _safe_indexing(x, found["row"].to_numpy()), found)


def cells_of(model: Trained, x: Any, chosen: NDArray[np.int64]) -> list[list[dict[str, Any]]]:
    r"""Describes the cells of rows of a table that stand out, the most surprising first.

    Arguments:
        model: The model.
        x: All rows.
        chosen: The positions of the rows to explain.
    """

    import numpy as np
    from sklearn.utils import _safe_indexing
    from sklearn.utils.validation import _num_samples

    from semivae.data.codecs.choose import codec_of
    from semivae.evaluation.reconstruction import rebuilt
    from semivae.trust.explain import reasons
    from semivae.variables import Variable

    rows = _safe_indexing(x, chosen)
    some = _safe_indexing(x, np.random.default_rng(0).permutation(_num_samples(x))[:ROWS])
    parts = model.explain(rows, some if _num_samples(x) >= FEWEST else None).to_numpy()
    decoded, variables = rebuilt(model, rows), model.schema_.x

    if model.schema_.single:
        rows, decoded, some = (modeled(model, matrix) for matrix in (rows, decoded, some))
        variables = tuple(Variable(name, "real") for name in codec_of(model.schema_).numbers)

    return [
        [cell(variables, j, i, rows, decoded, some) | {"nats": -float(parts[i, j])} for j in places]
        for i, places in enumerate(reasons(parts))
    ]


def modeled(model: Trained, matrix: Any) -> NDArray[np.float64]:
    """Returns the modeled columns of sparse rows as an array."""

    from semivae.data.codecs.choose import codec_of

    codec: Any = codec_of(model.schema_)

    return codec.columns_of(matrix).toarray()


def cell(variables: tuple[Variable, ...], j: int, i: int, rows: Any, decoded: Any, some: Any) -> dict[str, Any]:
    r"""Describes a cell.

    Arguments:
        variables: The variables.
        j: The position of its variable.
        i: The position of its row.
        rows: The rows.
        decoded: The same, decoded from their latents.
        some: Rows that show what is usual.
    """

    variable = variables[j]

    return {
        "column": variable.name,
        "value": column(rows, variable.source, j)[i],
        "expected": column(decoded, variable.name, j)[i],
        "usual": "" if variable.part else usual(variable, column(some, variable.source, j)),
    }


def column(x: Any, name: str, j: int) -> list[Any]:
    """Returns the cells of a column of a frame, by its name, or of an array, by its position."""

    import numpy as np

    from semivae.data.codecs.frame import is_frame

    return list(x[name]) if is_frame(x) else np.asarray(x)[:, j].tolist()


def usual(variable: Variable, cells: list[Any]) -> str:
    """Describes the usual cells of a column: the range of the middle 90 %, or the most common class."""

    import numpy as np
    import pandas as pd

    known = pd.Series(cells).dropna()

    if known.empty:
        return ""

    if variable.classes:
        shares = known.value_counts(normalize=True)

        return f"{shares.index[0]} ({shares.iloc[0]:.0%})"

    low, high = np.quantile(known.to_numpy(dtype=float), [0.05, 0.95])

    return f"{short(low)} to {short(high)}"


def reason_of(cells: list[dict[str, Any]]) -> str:
    """Describes the cells of a row that stand out."""

    return "; ".join(map(told, cells)) or "unusual as a whole"


def told(cell: dict[str, Any]) -> str:
    """Describes a cell that stands out."""

    value, expected = (short(cell[name]) for name in ("value", "expected"))

    return f"{cell['column']} is {value}, expected {expected}" + (f", usually {cell['usual']}" if cell["usual"] else "")
