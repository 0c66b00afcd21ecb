r"""Tables of predictions and of scores, block by block, so that large files need little memory."""

from __future__ import annotations

__all__ = ["predict", "score", "table_of"]

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from semivae.errors import SettingError
from semivae.workflows.inputs.rows import read_blocks, score_prefix, with_ids

if TYPE_CHECKING:
    import pandas as pd

    from semivae.fitted import Classifier, Fitted, Method, Predictor, Regressor, Saved
    from semivae.workflows.inputs.shard import Shard


def predict(
    model: Saved, data: str, split: str = "test", part: Shard | None = None, header: bool = True
) -> Iterator[pd.DataFrame]:
    r"""Predicts rows in their order, block by block.

    Arguments:
        model: The model.
        data: A file or folder, or the name of a set.
        split: The rows of a named set: "train", "test" or "all".
        part: The part of these rows; all of them if not given.
        header: Whether the first line of a text file names the columns.

    Returns:
        Tables with identifiers, the columns of :func:`table_of`, and `outlier_score`.

    Raises:
        DataError: If the rows cannot be read.
        SettingError: If the model has no target.
    """

    if model.schema_.y is None:
        raise SettingError(
            "the model was fitted without a target",
            "it predicts no label",
            "take its densities: score_samples(X), or `semivae score`",
        )

    blocks = read_blocks(model, data, split, part, header)
    tables = ((x, table_of(model, x).assign(outlier_score=model.outlier_score(x))) for x in blocks)

    return (with_ids(model, *pair) for pair in tables)


def score(
    model: Saved, data: str, split: str = "test", header: bool = True, method: Method = "importance"
) -> Iterator[pd.DataFrame]:
    r"""Scores rows in their order, block by block.

    Arguments:
        model: The model.
        data: A file or folder, or the name of a set.
        split: The rows of a named set: "train", "test" or "all".
        header: Whether the first line of a text file names the columns.
        method: The estimate of the density, as in the method `evidence` of estimators.

    Returns:
        Tables with identifiers, `log_density` (a plain autoencoder has `reconstruction_log_likelihood` instead, and
        Bernoulli pixels of grey images have `bernoulli_log_likelihood`), `outlier_score`, and, except for PCA, whose
        density is exact, `error`, the standard error of the draws.

    Raises:
        DataError: If the rows cannot be read.
        SettingError: If the model has no estimate of this name.
    """

    blocks = read_blocks(model, data, split, header=header)

    return (with_ids(model, x, scores_of(model, x, method)) for x in blocks)


def scores_of(model: Saved, x: Any, method: Method) -> pd.DataFrame:
    """Returns the density of each row, its outlier score, and the error of its draws."""

    import pandas as pd

    from semivae.fitted import Trained

    prefix = score_prefix(model)
    name = f"{prefix}log_likelihood" if prefix else "log_density"

    if not isinstance(model, Trained):
        scores = model.score_samples(x)

        return pd.DataFrame({name: scores, "outlier_score": -scores})

    scores, error, _ = model.evidence(x, method)

    return pd.DataFrame({name: scores, "outlier_score": -scores, "error": error})


def table_of(model: Fitted, x: Any) -> pd.DataFrame:
    r"""Returns the predictions of rows.

    Columns: `prediction`; `probability_<class>` of each class, or `lower` and `upper` (the ends of a 90% interval) of
    a number. With several targets the name of the target comes first: `<target>_prediction`.
    """

    from semivae.fitted import Classifier, Predictor, Regressor

    if isinstance(model, Predictor):
        return targets_of(model, x)

    if isinstance(model, Classifier):
        return classes_of(model, x)

    assert isinstance(model, Regressor)

    return numbers_of(model, x)


def classes_of(model: Classifier, x: Any) -> pd.DataFrame:
    """Returns the predicted class of each row and the probability of each class."""

    import pandas as pd

    probabilities = model.predict_proba(x)
    columns = {f"probability_{name}": probabilities[:, i] for i, name in enumerate(model.classes_)}

    return pd.DataFrame({"prediction": model.classes_[probabilities.argmax(axis=1)], **columns})


def numbers_of(model: Regressor, x: Any) -> pd.DataFrame:
    """Returns the predicted value of each row and its interval."""

    import pandas as pd

    lower, upper = model.predict_interval(x)

    return pd.DataFrame({"prediction": model.predict(x), "lower": lower, "upper": upper})


def targets_of(model: Predictor, x: Any) -> pd.DataFrame:
    """Returns the prediction of each of several targets, with its probabilities or its interval."""

    import numpy as np
    import pandas as pd

    predicted = np.asarray(model.predict(x)).T
    lower, upper = (iter(np.asarray(end).T) for end in model.predict_interval(x))
    probabilities = zip(model.classes_, model.predict_proba(x), strict=True)
    columns = {}

    for part, values in zip(model.schema_.targets, predicted, strict=True):
        columns[f"{part.name}_prediction"] = values

        if part.classes:
            classes, table = next(probabilities)
            columns |= {f"{part.name}_probability_{name}": table[:, i] for i, name in enumerate(classes)}
        else:
            columns |= {f"{part.name}_lower": next(lower), f"{part.name}_upper": next(upper)}

    return pd.DataFrame(columns).infer_objects()
