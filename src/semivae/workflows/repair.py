r"""Rows of a file that a saved model completes, cleans or codes."""

from __future__ import annotations

__all__ = ["compressed", "denoised", "imputed"]

from typing import TYPE_CHECKING, Any

from semivae.errors import SettingError
from semivae.workflows.generate import Generated

if TYPE_CHECKING:
    import pandas as pd

    from semivae.fitted import Saved


def imputed(
    model: Saved,
    data: str,
    draws: int | None = None,
    coverage: float | None = None,
    split: str = "test",
    seed: int = 0,
    header: bool = True,
) -> tuple[Generated, int]:
    r"""Returns the rows of a file with their missing cells filled, and the number of these cells.

    Arguments:
        model: The model.
        data: A file, or the name of a set.
        draws: The number of completions, one below the other, counted by a column `draw`; None fills the center.
        coverage: The probability of intervals of numbers, in columns that end in `_low` and `_high`; None without.
        split: The rows of a named set.
        seed: Random seed.
        header: Whether the first line of a text file names the columns.

    Raises:
        DataError: If the rows cannot be read.
        SettingError: If the model cannot complete rows, or the rows are images.
    """

    import numpy as np
    import pandas as pd

    from semivae.estimators.base import VAEEstimator
    from semivae.workflows.inputs.rows import read_rows, words_of

    if not isinstance(model, VAEEstimator) or not model.schema_.tabular:
        raise SettingError(
            f"{type(model).__name__} of {words_of(model.schema_)}",
            "the missing cells of a table are filled by a VAE; for images, give the missing pixels in Python",
            "impute(X, missing=mask)",
        )

    if draws is not None and coverage is not None:
        raise SettingError(f"draws={draws} and coverage={coverage}", "completions have no interval", "draws=None")

    x = read_rows(model, data, split, header).x
    names = [variable.name for variable in model.schema_.x]
    holes = int(np.asarray(pd.isna(x)).sum())

    if draws is not None:
        parts = [table(one, names).assign(draw=i + 1) for i, one in enumerate(model.impute(x, draws, None, seed))]

        return Generated(pd.concat(parts, ignore_index=True), {}, names), holes

    filled = model.impute(x, random_state=seed)

    if coverage is None:
        return Generated(filled, {}, names), holes

    ends = [table(end, names) for end in model.impute_interval(x, coverage, random_state=seed)]
    numbers = [variable.name for variable in model.schema_.x if not variable.classes and variable.name in ends[0]]
    beside = [end[numbers].add_suffix(suffix) for end, suffix in zip(ends, ("_low", "_high"), strict=True)]

    return Generated(pd.concat([table(filled, names), *beside], axis=1), {}, names), holes


def denoised(model: Saved, data: str, split: str = "test", seed: int = 0, header: bool = True) -> Generated:
    r"""Returns the rows of a file without their noise; the arguments are as for :func:`imputed`.

    Raises:
        DataError: If the rows cannot be read.
        SettingError: If the model cannot clean rows.
    """

    from semivae.estimators.base import VAEEstimator
    from semivae.workflows.inputs.rows import read_rows

    x = read_rows(model, data, split, header).x
    rows = model.denoise(x, seed) if isinstance(model, VAEEstimator) else model.inverse_transform(model.transform(x))

    return Generated(rows, {}, [variable.name for variable in model.schema_.x])


def table(rows: Any, names: list[str]) -> Any:
    """Returns rows as a frame, whose rows are counted anew."""

    import pandas as pd

    return rows.reset_index(drop=True) if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows, columns=names)


def compressed(
    model: Saved, data: str, split: str = "test", header: bool = True
) -> tuple[dict[str, float], pd.DataFrame]:
    r"""Returns the rate and the distortion of the rows of a file, and the curve of principal components.

    The arguments are as for :func:`imputed`.

    Raises:
        DataError: If the rows cannot be read.
        SettingError: If the model has no posterior of its latent.
    """

    import pandas as pd

    from semivae.estimators.base import VAEEstimator
    from semivae.fitted import Classifier, Regressor, has_density
    from semivae.latent import rate_distortion
    from semivae.workflows.inputs.rows import read_rows

    if not isinstance(model, VAEEstimator) or not has_density(model):
        raise SettingError(
            f"model={model.model_name_!r}", "bits are those of the posterior of a VAE", "use VAEEmbedding()"
        )

    x = read_rows(model, data, split, header).x
    label = model.predict(x) if isinstance(model, Classifier | Regressor) else None
    found = rate_distortion(model, x, label)
    facts = {"rate": found.rate, "distortion": found.distortion, "gaussian": found.gaussian}

    return facts, pd.DataFrame(found.curve, columns=["rate", "distortion"])
