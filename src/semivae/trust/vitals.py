r"""The vital signs of a fitted model, measured on some rows and on as many samples.

All variances are of decoder means, so that noise cannot stand in for variety, in the numbers of
:class:`semivae.evaluation.Numbers`. Classes are the model's own: the predicted classes of rows, and the asked classes
of samples. A sign that does not apply, or that the rows cannot show, is NaN.
"""

from __future__ import annotations

__all__ = ["Vitals"]

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation import explained_variance, pca_explained, rebuilt
from semivae.evaluation.numbers import Numbers
from semivae.evaluation.samples import total_variance_ratio, variance_ratio
from semivae.evaluation.space import active_units
from semivae.fitted import Fitted, has_density
from semivae.trust.echo import Echo

Values = NDArray[np.float64]

# As many samples of the whole distribution. A variance is then known to about a tenth of it.
SAMPLES = 300

# The most components of the yardstick. With one for every fourth column a latent has to say how columns go together:
# nearly as many components as columns explain nearly all, even of columns that have nothing to do with each other.
COMPONENTS, COLUMNS_A_COMPONENT = 10, 4


@dataclass(frozen=True)
class Vitals:
    r"""The vital signs of a model.

    Attributes:
        units: The units of the latent.
        active: The units whose posterior mean varies between rows.
        explained: The share of the variance of rows, within their classes, that reconstructions explain.
        possible: The same by principal components.
        unrelated: The same by principal components of columns that were shuffled, each by itself.
        echoed: How well the model reads the asked label back from its samples.
        readable: How well it reads labels from rows, in the same measure.
        variety: The variance of samples over that of rows, within classes; without classes, over that of
            reconstructions.
        spread: The variance of all samples over that of rows.
        by_class: Whether rows have predicted classes.
    """

    units: int
    active: int
    explained: float
    possible: float
    unrelated: float
    echoed: float = float("nan")
    readable: float = float("nan")
    variety: float = float("nan")
    spread: float = float("nan")
    by_class: bool = False

    @classmethod
    def of(cls, fitted: Fitted, rows: Any, seed: int = 0) -> Self:
        r"""Measures a fitted model.

        Arguments:
            fitted: The model.
            rows: Some rows, a few hundred.
            seed: The seed of the samples.
        """

        numbers = Numbers.of(fitted.schema_, rows)
        x, decoded, means = numbers(rows), numbers(rebuilt(fitted, rows)), fitted.transform(rows)
        latent = means.shape[1], int(active_units(means))

        # A plain autoencoder has no prior: nobody expects rows of its samples.
        if not has_density(fitted):
            return cls(*latent, *explained(numbers, x, decoded, np.zeros(len(x), int)))

        echo = Echo.of(fitted, rows, seed)
        classes = np.zeros(len(x), int) if echo is None or echo.classes is None else echo.classes
        whole = numbers(fitted.sample(SAMPLES, random_state=seed, noise=False))
        variety = total_variance_ratio(decoded, whole)

        if echo is not None and echo.classes is not None:
            variety = variance_ratio(x, echo.classes, numbers(echo.samples), echo.asked)

        return cls(
            *latent,
            *explained(numbers, x, decoded, classes),
            echoed=float("nan") if echo is None else echo.echoed,
            readable=float("nan") if echo is None else echo.readable,
            variety=variety,
            spread=total_variance_ratio(x, whole),
            by_class=echo is not None and echo.classes is not None,
        )


def explained(numbers: Numbers, x: Values, decoded: Values, classes: NDArray[np.int64]) -> tuple[float, float, float]:
    r"""Returns the explained share of the variance within classes: by a model, and by principal components.

    Only numbers count: in a category a reconstruction is one class in full, which explains less than it knows.

    Arguments:
        numbers: The map that made the numbers.
        x: Rows as numbers, with shape (N, F).
        decoded: Their reconstructions.
        classes: The class of each row, with shape (N,).

    Returns:
        The shares of the model, of principal components, and of components of shuffled columns; NaN for fewer than two
        columns of numbers.
    """

    kept = numbers.ordered & ~np.isnan(x).all(axis=0)

    if kept.sum() < 2:
        return float("nan"), float("nan"), float("nan")

    x, decoded = x[:, kept].copy(), decoded[:, kept].copy()

    for one in np.unique(classes):
        known = classes == one
        center = np.nan_to_num(x[known]).sum(axis=0) / (~np.isnan(x[known])).sum(axis=0).clip(1)
        x[known] -= center
        decoded[known] -= center

    random = np.random.default_rng(0)
    components = min(COMPONENTS, max(1, x.shape[1] // COLUMNS_A_COMPONENT))
    possible, unrelated = (pca_explained(part, part, components) for part in (x, random.permuted(x, axis=0)))

    return explained_variance(x, decoded), possible, unrelated
