r"""Converts a user's rows to the arrays of a model, with scikit-learn's bookkeeping of features."""

from __future__ import annotations

__all__ = [
    "checked",
    "encoded",
    "fit_rows",
    "no_label",
    "no_target",
    "one_a_row",
    "read_latents",
    "read_rows",
    "refuse_stream",
    "selection_of",
]

import warnings
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from semivae.data.codecs.array import as_array
from semivae.data.codecs.base import Codec
from semivae.data.codecs.frame import is_frame
from semivae.data.codecs.selection import Selection
from semivae.data.files.pictures import sides
from semivae.data.in_memory import InMemory
from semivae.data.labels.classes import listed
from semivae.data.stream.rows import Ingested, Stream
from semivae.data.survey import Survey, survey
from semivae.errors import DataError, SchemaError, SettingError
from semivae.estimators.asked import Coded
from semivae.estimators.options.grouped import Grouped
from semivae.fitted import Parametrized


def fit_rows(estimator: Grouped, rows: Any, in_steps: bool = False) -> tuple[Codec, Any]:
    r"""Fits a codec to rows and translates them.

    Arguments:
        estimator: Gets :py:`n_features_in_` (and :py:`feature_names_in_`) if rows are a table.
        rows: The rows, in memory or ingested.
        in_steps: Whether pixels may stay grey, because the steps of the training draw them.

    Returns:
        The codec, and the rows in the units of a model; rows on disk stay there.

    Raises:
        SettingError: If pixels should be binarized, and the rows are a table.
    """

    selection = selection_of(estimator)
    source = rows if isinstance(rows, InMemory | Ingested) else InMemory(rows)
    found = source.survey if isinstance(source, Ingested) else survey(source, selection)

    if selection.binarize and found.codec.container != "image":
        raise SettingError(
            f"binarize={selection.binarize!r} with a table", "pixels of images are made 0 or 1", "binarize=None"
        )

    if selection.resize and found.codec.container != "image":
        given = estimator.get_params()["data__resize"]
        raise SettingError(f"resize={given} with a table", "images are scaled", "resize=None")

    if selection.most and found.codec.container != "sparse":
        raise SettingError(
            f"most_columns={selection.most} with other rows",
            "columns of a sparse matrix are chosen",
            "most_columns='auto'",
        )

    if selection.batch and found.codec.container != "sparse":
        raise SettingError(
            f"batch={selection.batch!r} with other rows", "the effect of a batch is taken out of cells", "batch=None"
        )

    if isinstance(source, Ingested):
        keep_names(estimator, found)

        return found.codec, source

    keep_names(estimator, found, source.x)
    (x,) = map(found.codec.to_train if in_steps else found.codec.encode, source.rows())

    return found.codec, x


def keep_names(estimator: BaseEstimator, found: Survey, X: Any = None) -> None:
    """Keeps the number and names of the columns of a table as scikit-learn does, and warns of them."""

    (first, *_), container = found.codec.variables, found.codec.container

    if container == "frame":
        X = pd.DataFrame(columns=list(found.names)) if X is None else named(X)
    elif X is None and container == "vector" and first.held:
        X = pd.DataFrame(columns=list(found.names))
    elif X is None:
        X = np.empty((0, first.among if container == "sparse" else len(found.names)))

    if container not in ("image", "sequence"):
        validate_data(estimator, X, reset=True, skip_check_array=True)

    found.warn()


def named(X: Any) -> Any:
    """Returns the names of a frame as scikit-learn takes them, which are text or, all of them, none; other rows."""

    if not is_frame(X):
        return X

    names = X.collect_schema().names() if hasattr(X, "collect_schema") else X.columns
    without = not any(isinstance(name, str) for name in names)

    return pd.DataFrame(columns=range(len(names)) if without else list(map(str, names)))


def selection_of(estimator: Parametrized) -> Selection:
    """Returns the columns of a frame that an estimator models, and their declared kinds."""

    given = estimator.get_params()
    columns = Selection.of(*(given[f"data__{name}"] for name in ("drop", "id_columns", "keep", "kinds", "embed")))
    most = given["data__most_columns"]

    return replace(
        columns,
        most=0 if most == "auto" else most,
        batch=given["data__batch"] or "",
        binarize=given["data__binarize"] or "",
        resize=sides(given["data__resize"]) or (),
    )


def refuse_stream(estimator: BaseEstimator, X: Any) -> None:
    """Checks that rows are in memory."""

    if isinstance(X, Stream):
        raise SettingError(
            f"{type(estimator).__name__} was given a stream",
            "it needs all rows in memory",
            "use VAEEmbedding, or read the rows: pandas.read_parquet(path)",
        )


def read_rows(estimator: Coded, X: Any) -> NDArray[Any]:
    r"""Translates rows with the codec of a fitted estimator.

    Raises:
        SchemaError: If they differ from the rows of the fit beyond column order; names every difference.
    """

    x = encoded(estimator, X)

    if not estimator.codec_.schema().single:
        warn_about_new_gaps(estimator.codec_, x)

    return x


def encoded(estimator: Coded, X: Any) -> NDArray[Any]:
    """Translates rows like :func:`read_rows`, without a warning of cells that are missing where the fit had none."""

    codec = estimator.codec_

    # Columns of frames are matched by name, in any order; columns not modeled may be absent.
    if (
        codec.container in ("array", "sparse")
        or (codec.container == "vector" and not codec.variables[0].held)
        or (codec.container == "frame" and not is_frame(X))
    ):
        X = checked(estimator, X)

    return codec.encode(X)


def checked(estimator: Coded, X: Any) -> Any:
    """Returns rows with columns matched by position, named as in the fit if it had names."""

    try:
        validate_data(cast(BaseEstimator, estimator), X, reset=False, skip_check_array=True)
    except ValueError as names:
        raise mismatch(estimator.codec_, X, names) from None

    names = getattr(estimator, "feature_names_in_", None)

    if estimator.codec_.container in ("array", "vector", "sparse") or names is None:
        return X

    return pd.DataFrame(np.asarray(as_array(X)), columns=list(names)).infer_objects()


def read_latents(z: Any, latents: int) -> NDArray[np.float64]:
    r"""Returns latents as an array with shape (N, latents).

    Raises:
        DataError: If the model has another number of latents.
    """

    values = check_array(z, dtype="float64")

    if values.shape[1] != latents:
        raise DataError(
            f"the latents have shape {values.shape}",
            f"the model has {latents} latents",
            "pass the output of transform",
        )

    return values


def one_a_row(y: Any, n: int) -> NDArray[Any]:
    r"""Returns one label per row, with shape (n,), from one for all or one per row.

    Raises:
        DataError: If there is another number of labels.
    """

    labels = np.asarray(y)

    if labels.shape not in ((), (n,)):
        raise DataError(f"y has shape {labels.shape}", f"it must be one label, or {n}, one a row")

    return np.broadcast_to(labels, (n,))


def no_label(y: Any) -> DataError:
    """Returns the error for a missing label among the labels to generate rows for."""

    return DataError(f"y={y!r} holds a missing label", "every row needs a label", "leave y out to draw labels too")


def no_target(y: Any, model: str) -> SettingError:
    """Returns the error for a label that is given to a model without a target."""

    return SettingError(
        f"y={y!r} was given",
        f"model {model!r} was fitted without a target",
        "leave y out, or fit a VAEClassifier or VAERegressor",
    )


def warn_about_new_gaps(codec: Codec, x: NDArray[Any]) -> None:
    """Warns of missing cells in columns without any in the fit: the encoder never learned to handle them."""

    gaps = np.isnan(x)
    new = [variable.name for j, variable in enumerate(codec.variables) if gaps[:, j].any() and not variable.missing]

    if new:
        warnings.warn(
            f"cells are missing in {listed(new)}, where the fit had none: the encoder reads the mean there",
            stacklevel=4,
        )


def mismatch(codec: Codec, X: Any, names: ValueError) -> ValueError:
    """Returns scikit-learn's error of feature names, with differences in type and category added."""

    try:
        codec.encode(X)
    except SchemaError as error:
        return SchemaError(f"{names}\n{error.given}", error.needed, error.fix)
    except ValueError as error:
        return error  # there are no columns to compare

    return names
