r"""Weights of rows by how rare they are in a latent space, for any estimator that takes `sample_weight`.

.. math:: w(x) \propto \prod_i \frac{1}{Q_i(z_i(x)) + \alpha}

with the histogram :math:`Q_i` of each latent, as in the model `debias`, or :math:`w(x) \propto 1 / (r(x) + \alpha)`
with the density :math:`r` of a Gaussian mixture relative to its median, at most 1 and per dimension. The histograms
find rows at the edge of a latent; the mixture also finds few rows between many. Latents are standardized first, so
that every space may be used.

References:
    | Uncovering and Mitigating Algorithmic Bias through Learned Latent Structure (Amini et al., 2019)
    | https://doi.org/10.1145/3306618.3314243
"""

from __future__ import annotations

__all__ = ["by_group", "debias_weights"]

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.errors import DataError, SettingError
from semivae.latent.mixtures import LatentDensity

Values = NDArray[np.float64]

# The bins of the model `debias`, from -REACH to REACH standard deviations.
BINS, REACH = 10, 3.0


def debias_weights(z: Values, smoothing: float = 0.1, method: Literal["histogram", "mixture"] = "histogram") -> Values:
    r"""Returns weights with a mean of one, with shape (N,): the rarer a row, the larger.

    Arguments:
        z: The latents, with shape (N, D), as `transform` of an estimator or a PCA returns them.
        smoothing: The constant :math:`\alpha`; with a larger one the weights are more equal.
        method: "histogram" multiplies the rarity along each latent. "mixture" takes the density of all together.

    Raises:
        SettingError: If the smoothing is not positive.
        DataError: If there are no rows.
    """

    z = np.asarray(z, dtype=np.float64)

    if not smoothing > 0:
        raise SettingError(f"smoothing={smoothing!r}", "it must be above 0, or a single row gets all weight", "0.1")

    if z.ndim != 2 or len(z) < 2:
        raise DataError(f"latents of shape {z.shape}", "rows are rare among others", "give estimator.transform(X)")

    spread = z.std(axis=0)
    z = (z - z.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    logs = rarities(z, smoothing, method)
    weights = np.exp(logs - logs.max())

    return weights / weights.mean()


def rarities(z: Values, smoothing: float, method: str) -> Values:
    """Returns the logarithm of the rarity of standardized latents, with shape (N,)."""

    if method == "mixture":
        return -np.log(np.exp(LatentDensity.of(z).shortfall(z)) + smoothing)

    return -np.log(frequencies(z) + smoothing).sum(axis=1)


def frequencies(z: Values) -> Values:
    """Returns the share of rows in the bin of each latent, with shape (N, D); the outer bins hold all beyond."""

    bins = np.floor((z / REACH + 1) / 2 * BINS).clip(0, BINS - 1).astype(int)

    return np.stack([np.bincount(column, minlength=BINS)[column] / len(z) for column in bins.T], axis=1)


def by_group(
    groups: NDArray[Any], y: NDArray[Any], before: NDArray[Any], after: NDArray[Any], weights: Values | None = None
) -> pd.DataFrame:
    r"""Returns the accuracy in each group before and after, the group with the fewest rows first.

    Arguments:
        groups: The group of each row, with shape (N,).
        y: The labels.
        before: Predictions of an estimator without weights.
        after: Predictions of one with weights.
        weights: The weights of the rows, to see the groups that they favor.

    Returns:
        The columns `group`, `rows`, `before`, `after`, `gain`, and `weight`, the mean weight, if weights are given.
    """

    frame = pd.DataFrame({"group": groups, "before": np.asarray(before) == y, "after": np.asarray(after) == y})
    frame = frame if weights is None else frame.assign(weight=weights)
    grouped = frame.groupby("group")
    means: Any = grouped.mean()
    found = means.assign(rows=grouped.size(), gain=lambda one: one["after"] - one["before"])
    order = ["group", "rows", "before", "after", "gain", *([] if weights is None else ["weight"])]

    return found.sort_values("rows", kind="stable").reset_index()[order]
