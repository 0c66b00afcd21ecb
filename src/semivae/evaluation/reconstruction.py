r"""How much of a row is there again after it went through the latent.

It is measured on held-out rows, without missing cells. Principal components of the same number are the yardstick: no
other linear map explains more of the training rows.
"""

from __future__ import annotations

__all__ = ["explained_variance", "pca_explained", "principal", "rebuilt", "sharpness"]

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation.intervals import Average
from semivae.evaluation.registry import metric
from semivae.fitted import Classifier, Fitted, Regressor

Values = NDArray[np.float64]
Decode = Callable[[Values], Values]


@metric(
    "explained_variance",
    "reconstruction",
    "higher",
    "share of the variance of rows that decoded rows explain",
    1,
    "share",
    (-np.inf, 1),
)
def explained_variance(x: Values, decoded: Values) -> float:
    r"""Returns the share of the variance of rows that their reconstructions explain; NaN if rows do not vary.

    .. math:: 1 - \frac{\sum_{nj} (x_{nj} - \hat x_{nj})^2}{\sum_{nj} (x_{nj} - \bar x_j)^2}

    Arguments:
        x: The rows as numbers, with shape (N, F), NaN where missing.
        decoded: Their reconstructions, with shape (N, F).

    References:
        | On Lines and Planes of Closest Fit to Systems of Points in Space (Pearson, 1901)
        | https://doi.org/10.1080/14786440109462720
    """

    known = ~np.isnan(x)
    filled = np.where(known, x, 0.0)
    mean = filled.sum(axis=0) / known.sum(axis=0).clip(1)
    lost, total = (np.where(known, filled - guess, 0.0) for guess in (decoded, mean))
    terms = np.stack([np.square(part).sum(axis=1) for part in (lost, total)], axis=1)

    if not terms[:, 1].any():
        return float("nan")

    def share(means: Values) -> Values:
        lost, total = means.T

        # A resample of rows that are all alike has nothing to explain.
        return 1 - lost / np.where(total > 0, total, np.nan)

    return Average(terms, share)


@metric("sharpness", "images", 1.0, "sharpness of decoded images over that of rows", 1, "ratio", (0, np.inf))
def sharpness(rows: Values, decoded: Values) -> float:
    r"""Returns the mean squared Laplacian of decoded images over that of rows; below 1 they are blurred.

    .. math:: \frac{\sum_n \lVert \Delta \hat x_n \rVert^2}{\sum_n \lVert \Delta x_n \rVert^2}

    Arguments:
        rows: The images, with shape (N, channels, height, width).
        decoded: Their reconstructions, or samples, with the same shape beside N.

    References:
        | Diatom autofocusing in brightfield microscopy: a comparative study (Pech-Pacheco et al., 2000)
        | https://doi.org/10.1109/ICPR.2000.903548
    """

    one, other = (float(np.square(laplacian(images)).mean()) for images in (decoded, rows))

    return one / other if other > 0 else float(one == other)


def laplacian(images: Values) -> Values:
    """Returns the sum of a pixel's four neighbors less four times itself, for all pixels but those at the border."""

    inner = images[..., 1:-1, 1:-1]
    sides = images[..., 1:-1, :-2] + images[..., 1:-1, 2:] + images[..., :-2, 1:-1] + images[..., 2:, 1:-1]

    return sides - 4 * inner


def pca_explained(train: Values, test: Values, components: int, decode: Decode = np.asarray) -> float:
    r"""Returns the explained variance of held-out rows by the principal components of training rows.

    Arguments:
        train: Training rows, with shape (N, F), NaN where missing.
        test: Held-out rows, with shape (M, F).
        components: The number of components, at most that of rows and numbers.
        decode: Maps reconstructions as the models decode theirs, such as :meth:`Numbers.modes`.
    """

    pca = principal(train, components)

    return explained_variance(test, decode(pca.inverse_transform(pca.transform(np.nan_to_num(test)))))


def principal(train: Values, components: int) -> Any:
    """Returns scikit-learn's PCA of training rows as numbers; a missing cell is 0, the mean of its column."""

    from sklearn.decomposition import PCA

    return PCA(min(components, *train.shape), random_state=0).fit(np.nan_to_num(train))


def rebuilt(fitted: Fitted, rows: Any) -> Any:
    """Returns rows after they went through the latent, with the predicted label where the decoder takes one.

    In a category this is the most probable class, which a row either keeps or loses: the variance that it explains is
    lower than that of the probabilities would be.
    """

    label = fitted.predict(rows) if isinstance(fitted, Classifier | Regressor) else None

    return fitted.inverse_transform(fitted.transform(rows), label)
