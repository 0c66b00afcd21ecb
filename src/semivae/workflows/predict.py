r"""Tables of predictions and of scores, block by block, so that large files need little memory."""

from __future__ import annotations

__all__ = ["Asked", "predict", "score", "table_of"]

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from semivae.errors import SettingError
from semivae.workflows.inputs.rows import read_blocks, score_prefix, with_ids
from semivae.workflows.plain import short

if TYPE_CHECKING:
    import pandas as pd

    from semivae.fitted import Classifier, Fitted, Method, Predictor, Regressor, Saved
    from semivae.workflows.inputs.shard import Shard


@dataclass(frozen=True)
class Asked:
    r"""The wishes of a prediction beyond the most probable label.

    Attributes:
        coverage: The probability that a set or an interval holds the truth; None for no set, and 90 % intervals.
        by_class: Whether sets have it in each class.
        reject: The largest p-value of the density of a row that gets no prediction; None to predict all.
    """

    coverage: float | None = None
    by_class: bool = False
    reject: float | None = None


def predict(
    model: Saved,
    data: str,
    split: str = "test",
    part: Shard | None = None,
    header: bool = True,
    asked: Asked | None = None,
) -> Iterator[pd.DataFrame]:
    r"""Predicts rows in their order, block by block.

    Arguments:
        model: The model.
        data: A file or folder, or the name of a set.
        split: The rows of a named set: "train", "test" or "all".
        part: The part of these rows; all of them if not given.
        header: Whether the first line of a text file names the columns.
        asked: The coverage of sets and intervals, and the rows to reject.

    Returns:
        Tables with identifiers, the columns of :func:`table_of`, `outlier_score`, and `novelty` if rows are rejected.

    Raises:
        DataError: If the rows cannot be read, or the labels or reference rows are too few.
        SettingError: If the model has no target, or no held-out labels or reference rows.
    """

    if model.schema_.y is None:
        raise SettingError(
            "the model was fitted without a target",
            "it predicts no label",
            "take its densities: score_samples(X), or `semivae score`",
        )

    asked = asked or Asked()
    blocks = read_blocks(model, data, split, part, header)
    tables = ((x, table_of(model, near(model, x), asked).assign(outlier_score=model.outlier_score(x))) for x in blocks)

    return (with_ids(model, x, with_novelty(model, x, table, asked.reject)) for x, table in tables)


def near(model: Saved, x: Any) -> Any:
    """Returns rows, and warns of numbers that are further outside those of the fit than these are apart."""

    import warnings

    import numpy as np
    import pandas as pd

    from semivae.data.codecs.frame import is_frame, pandas_frame

    if model.schema_.single or not is_frame(x):
        return x

    frame, far, said = pandas_frame(x), np.zeros(len(x), dtype=bool), ""

    for variable in model.schema_.x:
        low, high = variable.low, variable.high

        if variable.classes or low is None or high is None or low == high or variable.name not in frame:
            continue

        numbers: Any = pd.to_numeric(frame[variable.name], errors="coerce")
        values = numbers.to_numpy(float, na_value=np.nan)
        outside = (values < 2 * low - high) | (values > 2 * high - low)
        far |= outside

        if outside.any() and not said:
            said = f"{short(values[outside][0])} in {variable.name!r} ({short(low)} to {short(high)} in the fit)"

    if said:
        warnings.warn(
            f"{far.sum():,} of {len(far):,} rows have numbers far outside those of the fit, such as {said}: "
            "predictions of these are guesses, and their intervals do not hold",
            stacklevel=2,
        )

    return x


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


def with_novelty(model: Fitted, x: Any, table: pd.DataFrame, reject: float | None) -> pd.DataFrame:
    r"""Returns predictions with the p-value of each row's density, and without the predictions of unusual rows.

    Arguments:
        model: The model.
        x: The rows.
        table: Their predictions.
        reject: The largest p-value of a row without predictions; None leaves all as they are.
    """

    from semivae.fitted import Trained
    from semivae.trust.novelty import check_level

    if reject is None:
        return table

    assert isinstance(model, Trained)
    found = model.novelty(x)
    check_level(reject, len(model.reference_) if model.reference_ is not None else 0)

    for name in (name for name in table if str(name).endswith("prediction")):
        column = table[name]
        # A type that is the same in every block, also in one without a rejected row.
        table[name] = (column if column.dtype.kind == "f" else column.convert_dtypes()).mask(found <= reject)

    return table.assign(novelty=found)


def table_of(model: Fitted, x: Any, asked: Asked | None = None) -> pd.DataFrame:
    r"""Returns the predictions of rows.

    Columns: `prediction`; `probability_<class>` of each class, or `lower` and `upper` (the ends of an interval, of 90 %
    if no coverage is asked for) of a number. With several targets the name of the target comes first:
    `<target>_prediction`. If a coverage is asked for, `in_set_<class>` says whether a class is in the set.

    Raises:
        DataError: If there are too few labels for the coverage.
        SettingError: If a coverage is asked for, and the model cannot give it.
    """

    from semivae.fitted import Classifier, Predictor, Regressor

    asked = asked or Asked()

    if isinstance(model, Predictor):
        if asked.coverage is not None:
            raise SettingError(
                f"coverage={asked.coverage} with several targets",
                "sets and intervals of a given coverage are made for one target",
                "coverage=None, or fit one target",
            )

        return targets_of(model, x)

    if isinstance(model, Classifier):
        return classes_of(model, x, asked)

    assert isinstance(model, Regressor)

    if asked.by_class:
        raise SettingError("by_class=True", "sets are by class, and the target is a number", "by_class=False")

    return numbers_of(model, x, asked.coverage)


def classes_of(model: Classifier, x: Any, asked: Asked) -> pd.DataFrame:
    """Returns the predicted class of each row, the probabilities of the classes, and a set if one is asked for."""

    import pandas as pd

    probabilities = model.predict_proba(x)
    columns = {f"probability_{name}": probabilities[:, i] for i, name in enumerate(model.classes_)}

    if asked.coverage is not None:
        sets = model.predict_set(x, asked.coverage, asked.by_class)
        columns |= {f"in_set_{name}": sets[:, i] for i, name in enumerate(model.classes_)}

    return pd.DataFrame({"prediction": model.classes_[probabilities.argmax(axis=1)], **columns})


def numbers_of(model: Regressor, x: Any, coverage: float | None) -> pd.DataFrame:
    """Returns the predicted value of each row and its interval."""

    import pandas as pd

    from semivae.evaluation import interval_of

    lower, upper = (interval_of(model, x) if coverage is None else model.predict_interval(x, coverage)).T

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
