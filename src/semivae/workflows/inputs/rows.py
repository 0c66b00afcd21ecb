r"""Rows for a command: read, without the target, and with their identifiers beside results."""

from __future__ import annotations

__all__ = [
    "as_in_fit",
    "is_several",
    "levels_in",
    "read_blocks",
    "read_labeled",
    "read_maybe_labeled",
    "read_rows",
    "score_prefix",
    "targets_of",
    "with_ids",
]

import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semivae.errors import DataError, SettingError
from semivae.workflows.inputs.shard import Shard

if TYPE_CHECKING:
    import pandas as pd

    from semivae.data.in_memory import InMemory
    from semivae.data.labels.classes import Cells
    from semivae.fitted import Fitted, Saved


def targets_of(estimator: Saved) -> list[str]:
    """Returns the names of the columns that are targets of a saved model, or were left out of its rows."""

    given = estimator.metrics_.get("data", {}).get("target") or []
    learned = [part.name for part in estimator.schema_.targets]

    return learned or ([given] if isinstance(given, str) else given)


def is_several(estimator: Fitted) -> bool:
    """Whether a saved model has several targets."""

    return estimator.schema_.y is not None and bool(estimator.schema_.y.parts)


def score_prefix(estimator: Fitted) -> str:
    """Returns the prefix of the names of scores that are no density: reconstructions, and cross-entropies of pixels."""

    image = estimator.schema_.x[0] if estimator.schema_.image else None

    if estimator.model_name_ == "ae":
        return "reconstruction_"

    return "bernoulli_" if image and pixels_of(estimator) == "bernoulli" and image.levels != 2 else ""


def levels_in(estimator: Fitted) -> int | None:
    """Returns the number of values with levels in a row, if scores are log-probabilities of all of them, or None."""

    discrete = pixels_of(estimator) in ("bernoulli", "logistic") and not score_prefix(estimator)

    return math.prod(estimator.schema_.x[0].shape) if discrete else None


def pixels_of(estimator: Fitted) -> str | None:
    """Returns the distribution of pixels of a model; None for a table or a baseline."""

    from semivae.fitted import Trained

    return estimator.plan_.likelihood if isinstance(estimator, Trained) else None


def as_in_fit(estimator: Fitted) -> dict[str, Any]:
    """Returns how a file is read for a saved model: columns that stay text though they look like numbers, pictures."""

    from semivae.estimators.rows.inputs import selection_of

    variables = (*estimator.schema_.x, *estimator.schema_.targets)
    text = [v.name for v in variables if v.held == "text" or any(isinstance(name, str) for name in v.classes)]

    like = estimator.schema_.x[0] if estimator.schema_.image else None

    return {"text": text, "exact": list(selection_of(estimator).id_columns), "like": like}


def read_rows(estimator: Saved, data: str, split: str, header: bool = True) -> InMemory:
    r"""Reads rows for a saved model, whose target they may or may not hold.

    Raises:
        DataError: If they cannot be read.
    """

    from dataclasses import replace

    from semivae.data.read import read

    source = read(data, None, split, download=True, header=header, **as_in_fit(estimator))

    return replace(source, x=aligned(estimator, source.x))


def read_blocks(
    estimator: Saved, data: str, split: str, part: Shard | None = None, header: bool = True
) -> Iterator[Any]:
    r"""Yields the rows for a saved model: block by block from files that allow it, so in constant memory.

    Arguments:
        estimator: The model.
        data: A file or folder, or the name of a set.
        split: Which rows of a named set.
        part: The part of these rows that is read; all of them if it is not given.
        header: Whether the first line of a text file names the columns.

    Raises:
        DataError: If they cannot be read.
    """

    from sklearn.utils import _safe_indexing
    from sklearn.utils.validation import _num_samples

    from semivae.data.files.paths import exists
    from semivae.data.read import refuse_headless
    from semivae.data.sets import named as datasets
    from semivae.data.stream.choose import are_large, blocks_of, is_blocks

    path, part = Path(data).expanduser(), part or Shard()

    if data in datasets.names() or not exists(path) or not (is_blocks(path) or are_large(path)):
        x = read_rows(estimator, data, split, header).x
        yield _safe_indexing(x, part.rows(_num_samples(x)))
        return

    refuse_headless(data, header)
    blocks = blocks_of(path, like=as_in_fit(estimator)["like"])

    for block in blocks.read(rows=part.rows(len(blocks))):
        yield aligned(estimator, block)


def read_labeled(
    estimator: Saved,
    data: str,
    target: str | None,
    split: str,
    header: bool = True,
    labels_from: Path | None = None,
) -> InMemory:
    r"""Reads rows and their labels for a saved model.

    Arguments:
        estimator: The model.
        data: A file, or the name of a set.
        target: The column of the labels; the target of the model if it is not given.
        split: Which rows of a named set.
        header: Whether the first line of a text file names the columns.
        labels_from: A second file that holds the target; None if the rows hold it.

    Raises:
        DataError: If they cannot be read, or hold no such target.
        SettingError: If the model has no target.
    """

    from dataclasses import replace

    from semivae.workflows.inputs.sources import read_several, read_target

    if estimator.schema_.y is None:
        given = f"labels_from={str(labels_from)!r}" if target is None else f"target={target!r}"
        raise SettingError(given, "the model was fitted without a target", f"{given.split('=')[0]}=None")

    if is_several(estimator):
        if target is not None:
            needed = "the model has several targets, each of which is measured"
            raise SettingError(f"target={target!r}", needed, "target=None")

        if labels_from is not None:
            raise SettingError(f"labels_from={str(labels_from)!r}", "the rows hold several targets", "labels_from=None")

        source = read_several(
            *(data, targets_of(estimator), split, estimator.get_params(deep=False)["missing_label"]),
            part=True,
            header=header,
            how=as_in_fit(estimator),
        )

        return replace(source, x=aligned(estimator, source.x))

    name, markers = target or estimator.schema_.y.name, estimator.get_params()["missing_label"]
    source = read_target(data, name, split, markers, header, labels_from, as_in_fit(estimator))

    return replace(source, x=aligned(estimator, source.x))


def read_maybe_labeled(
    model: Saved, data: str, target: str | None, split: str, header: bool, labels_from: Path | None = None
) -> InMemory:
    """Reads rows, with their labels if there are some; the arguments are as for :func:`read_labeled`."""

    asked = target is not None or labels_from is not None

    if model.schema_.y is None and not asked:
        return read_rows(model, data, split, header)

    try:
        return read_labeled(model, data, target, split, header, labels_from)
    except DataError:
        if asked:
            raise

        # Rows without the target; a file that cannot be read raises its error again.
        return read_rows(model, data, split, header)


def aligned(estimator: Saved, x: Any) -> Any:
    """Returns a frame without the target of a saved model, and cells with their genes as in its fit; else the rows."""

    from semivae.data.cells import is_cells
    from semivae.data.codecs.choose import codec_of
    from semivae.data.codecs.frame import is_frame

    if is_cells(x):
        codec: Any = codec_of(estimator.schema_)

        return codec.arranged(x)

    return x.drop(columns=targets_of(estimator), errors="ignore") if is_frame(x) else x


def with_ids(estimator: Fitted, x: Any, results: pd.DataFrame) -> pd.DataFrame:
    r"""Returns results with the identifiers of their rows before them.

    Arguments:
        estimator: The model, fitted with `id_columns` if its rows have identifiers.
        x: The rows.
        results: One row for each of them.
    """

    import pandas as pd

    from semivae.data.codecs.frame import is_frame
    from semivae.data.files.named_rows import FILE
    from semivae.data.labels.classes import listed
    from semivae.estimators.rows.inputs import selection_of

    names = selection_of(estimator).id_columns
    files = getattr(x, "files", None)
    absent = [name for name in names if not is_frame(x) or name not in x]
    ids = {name: id_cells(x[name]).set_axis(results.index) for name in names if name not in absent}
    ids |= {} if files is None else {FILE: pd.Series(files, results.index, dtype="string")}
    taken = [name for name in ids if name in results]

    if absent:
        warnings.warn(f"the rows hold no {listed(absent)}, so that the output does not, either", stacklevel=2)

    if taken:
        warnings.warn(f"the output has its own {listed(taken)}: the identifiers are in 'id: NAME'", stacklevel=2)

    named = {f"id: {name}" if name in taken else name: cells for name, cells in ids.items()}

    return pd.concat([pd.DataFrame(named, index=results.index), results], axis=1)


def id_cells(column: Cells) -> Cells:
    """Returns identifiers in a type that is the same in every block, also in one where they are missing."""

    from pandas.api import types

    if types.infer_dtype(column, skipna=True) in ("string", "empty"):
        return column.astype("string")

    whole = column.dtype.kind == "f" and column.notna().any() and (column.dropna() % 1 == 0).all()

    return column.astype("Int64") if whole or types.is_integer_dtype(column.dtype) else column
