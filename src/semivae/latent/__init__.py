r"""Tools in a latent space, for every transformer with a way back: an estimator of semivae, a PCA, a pipeline.

Use:
    :func:`optimize`: finds rows with wanted values; :class:`Search` is asked and told by hand.
    :class:`Goal`, :class:`Constraint`: the wishes, made by :func:`maximize`, :func:`minimize`, :func:`target`,
    :func:`probability`, :func:`bounds`.
    :class:`Gate`: whether a decoded row looks like real rows.
"""

from __future__ import annotations

__all__ = [
    "CHECKS",
    "Constraint",
    "Designs",
    "Found",
    "Gate",
    "Goal",
    "History",
    "Search",
    "Space",
    "best_of",
    "bounds",
    "column_of",
    "first_of",
    "maximize",
    "minimize",
    "optimize",
    "pareto",
    "probability",
    "readout",
    "target",
]

from semivae.latent.gate import CHECKS, Gate
from semivae.latent.goals import (
    Constraint,
    Goal,
    bounds,
    maximize,
    minimize,
    pareto,
    probability,
    readout,
    target,
)
from semivae.latent.history import History
from semivae.latent.numbers import column_of
from semivae.latent.optimize import Found, best_of, first_of, optimize
from semivae.latent.search import Designs, Search
from semivae.latent.space import Space
