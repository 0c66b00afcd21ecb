r"""Tools in a latent space, for every transformer with a way back: an estimator of semivae, a PCA, a pipeline.

Use:
    :func:`optimize`: finds rows with wanted values; :class:`Search` is asked and told by hand.
    :class:`Goal`, :class:`Constraint`: the wishes, made by :func:`maximize`, :func:`minimize`, :func:`target`,
    :func:`probability`, :func:`bounds`.
    :func:`tell_rows`, :func:`rank_weights`: measured rows for a search, and weights to retrain its model with.
    :class:`Gate`: whether a decoded row looks like real rows.
    :class:`Space`: a latent space beside reference rows, as the tools below take it.
    :func:`attribute`, :func:`orthogonal`, :func:`edit`, :func:`grid`, :func:`swap`: directions, and rows moved along.
    :func:`straight`, :func:`spherical`, :func:`geodesic`, :func:`traversal`: paths of latents.
    :func:`cluster`: clusters of latents.
    :func:`debias_weights`, :func:`by_group`: weights of rows that are rare, and the accuracy of groups.
    :func:`rate_distortion`, :func:`gaussian_curve`: the bits of a latent and its error, beside principal components.
"""

from __future__ import annotations

__all__ = [
    "CHECKS",
    "Clusters",
    "Coded",
    "Constraint",
    "Designs",
    "Direction",
    "Found",
    "Gate",
    "Goal",
    "History",
    "Search",
    "Space",
    "SurrogateName",
    "attribute",
    "best_of",
    "bounds",
    "by_group",
    "cluster",
    "column_of",
    "debias_weights",
    "edit",
    "first_of",
    "gaussian_curve",
    "geodesic",
    "grid",
    "length",
    "maximize",
    "minimize",
    "optimize",
    "orthogonal",
    "pareto",
    "probability",
    "rank_weights",
    "rate_distortion",
    "readout",
    "spherical",
    "straight",
    "swap",
    "target",
    "tell_rows",
    "traversal",
]

from semivae.latent.clusters import Clusters, cluster
from semivae.latent.compression import Coded, gaussian_curve, rate_distortion
from semivae.latent.directions import Direction, attribute, edit, grid, orthogonal, swap
from semivae.latent.gate import CHECKS, Gate
from semivae.latent.goals import Constraint, Goal, bounds, maximize, minimize, pareto, probability, readout, target
from semivae.latent.history import History
from semivae.latent.numbers import column_of
from semivae.latent.optimize import Found, best_of, first_of, optimize
from semivae.latent.paths import geodesic, length, spherical, straight, traversal
from semivae.latent.rarity import by_group, debias_weights
from semivae.latent.retraining import rank_weights, tell_rows
from semivae.latent.search import Designs, Search
from semivae.latent.space import Space
from semivae.latent.surrogates import SurrogateName
