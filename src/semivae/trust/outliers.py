r"""Outliers: rows that are unusual as a whole, by their density and by their place in the latent.

A row of low density is unusual, and so is one whose latent is far from all others: a flexible decoder rebuilds it, and
its density alone may look normal. The default score takes both, each on the scale of usual rows,

.. math:: s(x) = \tfrac{1}{2} \sum_k \operatorname{sgn}(t_k) \log(1 + |t_k|), \quad
    t_k = \frac{s_k(x) - m_k}{h_k - m_k}

where :math:`s_1(x) = -\log p(x)`, :math:`s_2(x)` is the distance to the 10th nearest latent of usual rows, and
:math:`m_k, h_k` are the median and the 90 % quantile of usual rows. The logarithm keeps one score from hiding the
other. A few known outliers add the logit of a linear classifier of both, the latents and the parts of the cells.

References:
    | Variational Autoencoder based Anomaly Detection using Reconstruction Probability (An and Cho, 2015)
    | http://dm.snu.ac.kr/static/docs/TR/SNUDM-TR-2015-03.pdf

    | Detecting Out-of-Distribution Inputs to Deep Generative Models Using Typicality (Nalisnick et al., 2019)
    | https://arxiv.org/abs/1906.02994
"""

from __future__ import annotations

__all__ = ["METHODS", "KnownOutliers", "Usual", "some_of"]

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

METHODS = ("auto", "density", "elbo", "reconstruction", "distance", "typicality")

# Usual rows that a fit keeps the latents of, and the neighbor whose distance counts: a row's own latent may be there.
ROWS, NEIGHBOR = 500, 10

# A part of the score of a row that is further off tells nothing more to a linear classifier.
FARTHEST = 10.0

# The inverse of the penalty of the classifier: with a handful of outliers no single number may decide.
STRENGTH = 0.1


def some_of(rows: int) -> NDArray[np.int64]:
    """Returns the positions of some rows among so many, in order, the same at each call."""

    return np.sort(np.random.default_rng(0).permutation(rows)[:ROWS])


@dataclass(frozen=True, eq=False)
class Usual:
    r"""Usual rows, as far as scores need them.

    Attributes:
        density: Their log-densities, with shape (M,).
        latents: Their latents, with shape (M, D).
    """

    density: Values
    latents: Values

    @classmethod
    def of(cls, density: Values, latents: Values) -> Self | None:
        """Returns usual rows without those that have no finite density; None if fewer than two are left."""

        kept = np.isfinite(density) & np.isfinite(latents).all(axis=1)

        return cls(density[kept], latents[kept]) if kept.sum() > 1 else None

    def distance(self, latents: Values) -> Values:
        r"""Returns the distance of latents to their 10th nearest usual one, with shape (N,).

        In standard deviations of each unit, over all units: a unit that is not in use counts as little as it varies.

        Arguments:
            latents: The latents, with shape (N, D).
        """

        return self.nearest(latents, NEIGHBOR)

    def nearest(self, latents: Values, neighbor: int) -> Values:
        """Returns the distance of latents to a nearest usual one, counted from 1, with shape (N,)."""

        from scipy.spatial.distance import cdist

        deviation = self.latents.std(axis=0)
        # Units out of use hardly vary; divided by their deviation they would count as much as all others.
        width = np.maximum(deviation, 0.1 * deviation.max()).clip(1e-12)
        found: Values = np.asarray(cdist(latents / width, self.latents / width), dtype=np.float64)
        place = min(neighbor, len(self.latents)) - 1

        return np.partition(found, place, axis=1)[:, place]

    def scaled(self, density: Values, latents: Values) -> Values:
        r"""Returns how unusual the density and the place of rows are on the scale of usual rows, with shape (N, 2).

        Arguments:
            density: Their log-densities, with shape (N,).
            latents: Their latents, with shape (N, D).
        """

        return np.stack(
            [
                scaled(-density, -self.density),
                # Each usual row is its own nearest one.
                scaled(self.distance(latents), self.nearest(self.latents, NEIGHBOR + 1)),
            ],
            axis=1,
        )

    def atypical(self, density: Values) -> Values:
        """Returns the distance of log-densities from the median of usual rows, with shape (N,)."""

        return np.abs(density - np.median(self.density))


def scaled(scores: Values, usual: Values) -> Values:
    """Returns scores from the median of usual ones, in steps to their 90 % quantile, as signed logarithms."""

    middle, high = np.quantile(usual, [0.5, 0.9])
    steps = (scores - middle) / max(float(high - middle), 1e-12)

    return np.sign(steps) * np.log1p(np.abs(steps))


@dataclass(frozen=True, eq=False)
class KnownOutliers:
    r"""A linear classifier of usual rows and known outliers.

    Attributes:
        center: The mean of each part over usual rows, with shape (F,).
        scale: Its standard deviation, with shape (F,).
        weights: The weight of each part, with shape (F,).
        offset: The logit of a usual row, with shape (1,).
    """

    center: Values
    scale: Values
    weights: Values
    offset: Values

    @classmethod
    def of(cls, usual: Values, outliers: Values) -> Self:
        r"""Learns from rows.

        Arguments:
            usual: The parts of usual rows, with shape (M, F).
            outliers: The parts of known outliers, with shape (K, F).
        """

        from sklearn.linear_model import LogisticRegression

        center, deviation = usual.mean(axis=0), usual.std(axis=0)
        scale = np.where(deviation > 0, deviation, 1.0)
        parts = moderate(np.concatenate([usual, outliers]), center, scale)
        method = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000)
        method.fit(parts, np.repeat([0, 1], [len(usual), len(outliers)]))

        return cls(center, scale, method.coef_[0], np.atleast_1d(method.intercept_))

    def logit(self, parts: Values) -> Values:
        """Returns the logit that rows are like the known outliers, with shape (N,), given their parts."""

        # A matrix product would round the answer of a row by the size of its batch.
        return (moderate(parts, self.center, self.scale) * self.weights).sum(axis=1) + self.offset


def moderate(parts: Values, center: Values, scale: Values) -> Values:
    """Returns standardized parts, the farthest ones nearer."""

    return np.nan_to_num((parts - center) / scale, posinf=FARTHEST, neginf=-FARTHEST).clip(-FARTHEST, FARTHEST)
