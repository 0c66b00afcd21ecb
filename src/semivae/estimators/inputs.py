r"""From whatever a user holds to the arrays of a model, with scikit-learn's bookkeeping of features."""

from __future__ import annotations

__all__ = ["fit_rows", "read_rows"]

from typing import Any

from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from semivae.data.choose import codec_for
from semivae.data.codec import Codec
from semivae.errors import SchemaError


def fit_rows(estimator: BaseEstimator, X: Any) -> tuple[Codec, NDArray[Any]]:
    r"""Fits a codec to rows and translates them.

    Arguments:
        estimator: Gets :py:`n_features_in_` (and :py:`feature_names_in_`) where rows are a table.
        X: The rows.

    Returns:
        The codec, and the rows in the units of a model.
    """

    codec = codec_for(X)

    if codec.container != "image":
        validate_data(estimator, X, reset=True, skip_check_array=True)

    return codec, codec.encode(X)


def read_rows(estimator: Any, X: Any) -> NDArray[Any]:
    r"""Translates rows with the codec of a fitted estimator.

    Raises:
        SchemaError: If they differ from the rows of the fit; names every difference.
    """

    codec: Codec = estimator.codec_

    if codec.container == "image":
        return codec.encode(X)

    try:
        validate_data(estimator, X, reset=False, skip_check_array=True)
    except ValueError as names:
        raise mismatch(codec, X, names) from None

    return codec.encode(X)


def mismatch(codec: Codec, X: Any, names: ValueError) -> ValueError:
    """Returns scikit-learn's error of feature names, with the differences in type and category beside it."""

    try:
        codec.encode(X)
    except SchemaError as error:
        return SchemaError(f"{names}\n{error.given}", error.needed, error.fix)
    except ValueError:
        return names

    return names
