r"""Rows that are moved in the latent space of a saved model, and clusters of rows in it."""

from __future__ import annotations

__all__ = ["Moved", "clustered", "direction_in", "edited"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from semivae.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd

    from semivae.fitted import Saved
    from semivae.latent import Direction


@dataclass(frozen=True)
class Moved:
    r"""The way in which rows are changed.

    Attributes:
        attribute: The attribute that grows: a column of numbers, or a class as COL=VALUE; None to swap labels.
        amount: How far, in standard deviations of the rows along its direction.
        hold: Attributes that are to stay as they are.
        method: "mean" or "linear", as :func:`semivae.latent.attribute` takes it.
        swap: The new label as TARGET=VALUE; None to move along a direction.
    """

    attribute: str | None = None
    amount: float = 1.0
    hold: Sequence[str] = ()
    method: Literal["mean", "linear"] = "mean"
    swap: str | None = None


def edited(model: Saved, data: str, moved: Moved, rows: int, split: str, header: bool = True) -> Any:
    r"""Returns the first rows of a file, changed.

    Arguments:
        model: The model.
        data: A file with rows and attributes, or the name of a set.
        moved: The change.
        rows: The number of rows.
        split: The rows of a named set.
        header: Whether the first line of a text file names the columns.

    Raises:
        DataError: If the rows cannot be read, or an attribute is the same in all of them.
        SettingError: If no change is given, or a label changes nothing.
    """

    from semivae.data.codecs.choose import codec_of
    from semivae.latent import Space, edit, orthogonal, swap
    from semivae.workflows.generate import labels_of
    from semivae.workflows.inputs.rows import is_several, read_rows

    if (moved.attribute is None) == (moved.swap is None):
        raise SettingError(
            f"attribute={moved.attribute!r} and swap={moved.swap!r}",
            "rows are moved along an attribute, or get another label",
            "attribute='COL'",
        )

    x = codec_of(model.schema_).plain(read_rows(model, data, split, header).x)
    space = Space(model, x)
    some = x[:rows]

    if moved.swap is not None:
        labels = labels_of(model, [moved.swap], "swap")

        return swap(space, some, labels if is_several(model) else next(iter(labels.values())))

    assert moved.attribute is not None
    names = [moved.attribute, *moved.hold]
    found = [direction_of(space, model, data, name, moved.method, split, header) for name in names]

    return edit(space, some, orthogonal(found, space.latents)[0], moved.amount)


def direction_of(
    space: Any, model: Saved, data: str, name: str, method: Literal["mean", "linear"], split: str, header: bool
) -> Direction:
    """Returns the direction of an attribute that a column of a file holds."""

    import numpy as np
    import pandas as pd

    column = name.rpartition("=")[0] or name
    cells: Any = pd.Series(np.asarray(column_in(model, data, column, split, header), dtype=object)).iloc[space.kept]

    return direction_in(space.latents, cells, name, method)


def direction_in(z: Any, cells: Any, name: str, method: Literal["mean", "linear"] = "mean") -> Direction:
    r"""Returns the direction of an attribute. Rows whose cell is missing are left out.

    Arguments:
        z: The latents, with shape (N, D).
        cells: The column of the attribute, a series with shape (N,).
        name: The attribute: a column of numbers, or a class as COL=VALUE.
        method: "mean" or "linear", as :func:`semivae.latent.attribute` takes it.

    Raises:
        DataError: If it is the same in all rows.
        SettingError: If a column of texts is to grow.
    """

    import pandas as pd

    from semivae.latent import attribute

    known = cells.notna().to_numpy()
    z, cells = z[known], cells[known]
    column, _, value = name.rpartition("=")

    if column:
        return attribute(z, (cells.astype(str) == value).to_numpy(), name, method)

    numbers: Any = pd.to_numeric(cells, errors="coerce")

    if numbers.isna().any():
        fix = f"attribute='{name}={cells.iloc[0]}'"

        raise SettingError(f"attribute={name!r}", "it holds texts, and only a number has more and less", fix)

    return attribute(z, numbers.to_numpy(float), name, method)


def column_in(model: Saved, data: str, column: str, split: str, header: bool) -> Any:
    """Returns a column of a file, whether the model has it among its rows, as its target, or not at all."""

    from semivae.data.read import read
    from semivae.workflows.inputs.rows import as_in_fit, read_rows

    if column in {variable.name for variable in model.schema_.x} and not model.schema_.single:
        from semivae.latent import column_of

        return column_of(read_rows(model, data, split, header).x, column)

    return read(data, column, split, download=True, header=header, **as_in_fit(model)).y


def clustered(
    model: Saved,
    data: str,
    count: int | None,
    method: Literal["mixture", "k-means"],
    split: str,
    seed: int,
    header: bool = True,
) -> tuple[pd.DataFrame, Mapping[str, Any]]:
    r"""Finds clusters of rows in the latent space.

    Arguments:
        model: The model.
        data: A file, or the name of a set.
        count: The number of clusters; by the Bayesian information criterion if not given.
        method: A Gaussian mixture, or k-means.
        split: The rows of a named set.
        seed: The seed of the starts.
        header: Whether the first line of a text file names the columns.

    Returns:
        The cluster of each row, with its identifiers; and the number of clusters, their sizes, and their agreement
        with the classes of the target where the file holds some.

    Raises:
        DataError: If the rows cannot be read.
    """

    import numpy as np
    import pandas as pd

    from semivae.latent import cluster
    from semivae.workflows.inputs.rows import read_rows, with_ids

    x = read_rows(model, data, split, header).x
    found = cluster(model.transform(x), count, method, seed=seed)
    columns = {"cluster": found.codes} | ({"certainty": found.certainty} if method == "mixture" else {})
    facts: dict[str, Any] = {"clusters": found.count, "sizes": np.bincount(found.codes).tolist()}
    classes = classes_in(model, data, split, header)

    if classes is not None:
        facts |= found.agreement(classes.to_numpy(dtype=object), classes.notna().to_numpy())

    return with_ids(model, x, pd.DataFrame(columns)), facts


def classes_in(model: Saved, data: str, split: str, header: bool) -> pd.Series | None:
    """Returns the classes of the target in a file, missing where unknown; None without a target or without any."""

    import pandas as pd

    from semivae.errors import DataError
    from semivae.workflows.inputs.rows import is_several, read_labeled

    if model.schema_.y is None or is_several(model) or not model.schema_.y.classes:
        return None

    try:
        y = read_labeled(model, data, None, split, header).y
    except DataError:  # the file holds no target
        return None

    known = {str(name) for name in model.schema_.y.classes}
    y = pd.Series(y).reset_index(drop=True)

    return y.where(y.astype(str).isin(known))
