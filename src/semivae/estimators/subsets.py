r"""The losses of labels in fits to subsets of the others.

Where only the last stage of a model learns from labels, it alone is trained anew.
"""

from __future__ import annotations

__all__ = ["losses_of_subsets"]

from collections.abc import Iterator, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from semivae.committee import Committee, taught
from semivae.data.batches.split import Index
from semivae.estimators.council import Council
from semivae.estimators.readout import means, numbers
from semivae.estimators.rows.inputs import read_rows
from semivae.estimators.rows.loaders import loaders, parts_of
from semivae.estimators.rows.target import Target
from semivae.estimators.run import Runs
from semivae.findings import known
from semivae.fitted import Classifier, Regressor
from semivae.models import StackedModel
from semivae.trust.refits import refit

Values = NDArray[np.float64]


def losses_of_subsets(
    fitted: Classifier | Regressor, X: Any, y: NDArray[Any], parts: Sequence[tuple[Index, Index]]
) -> Iterator[Values]:
    r"""Yields the loss of each label by a fit to each subset, with shape (L,); NaN where the fit learned from it.

    Arguments:
        fitted: The estimator.
        X: The rows of its fit, or rows like them.
        y: Their codes (-1 where unlabeled) or values (NaN where unlabeled), with shape (N,).
        parts: Training and test positions among the labeled rows.
    """

    rows = np.flatnonzero(known(y))
    truth = y[rows]
    stacked = isinstance(cast(Any, fitted).model_, StackedModel)
    predictions = (of_last_stage if stacked else of_whole_fits)(fitted, X, y, parts)

    for (_, test), found in zip(parts, predictions, strict=True):
        losses = np.full(len(rows), np.nan)
        losses[test] = loss(found, truth[test], truth)
        yield losses


def loss(predicted: Values, truth: NDArray[Any], every: NDArray[Any]) -> Values:
    """Returns 1 for each wrong class, or the squared error over the variance of all values, with shape (M,)."""

    if truth.dtype.kind != "f":
        return (predicted.argmax(axis=1) != truth).astype(float)

    return (predicted[:, 0] - truth) ** 2 / max(every.var(), np.finfo(float).tiny)


def of_whole_fits(
    fitted: Classifier | Regressor, X: Any, y: NDArray[Any], parts: Sequence[tuple[Index, Index]]
) -> Iterator[Values]:
    """Yields the predictions of the test labels by whole fits."""

    rows, others = np.flatnonzero(known(y)), np.flatnonzero(~known(y))

    for train, test in parts:
        yield refit(fitted, X, y, np.concatenate([rows[train], others]), rows[test])


def of_last_stage(fitted: Any, X: Any, y: NDArray[Any], parts: Sequence[tuple[Index, Index]]) -> Iterator[Values]:
    """Yields the predictions of the test labels by fits of the last stage, with the committee where there is one."""

    target, x = fitted.schema_.target, read_rows(fitted, X)
    points = np.where(y < 0, np.nan, y) if target.classes else (y - target.center) / target.scale
    coded = Target.of(target, points[:, None].astype(float))
    split = parts_of(x, coded, 0.0, fitted.seed_)
    loader, _ = loaders(fitted.plan_, fitted.schema_, x, coded, split)
    runs = Runs(fitted.plan_, fitted.schema_, loader)
    council = Council(fitted.plan_, fitted.schema_, x, coded, split.train, fitted.seed_)
    row, latent = numbers(fitted.schema_, x), means(fitted.model_.stages()[0], x)

    for train, test in parts:
        found = council.refit(runs, fitted.model_, train, test)
        found = np.exp(found) if target.classes else found[:, :1]
        committee: Committee | None = fitted.committee_

        if committee is not None:
            places, form = council.labeled, "category" if target.classes else "real"
            taught_by = (places[train], council.y[train], [], fitted.seed_)
            members = taught(form, fitted.schema_.row_form, row, latent, *taught_by).members
            together = Committee(members, committee.weights, committee.before, committee.after)
            found = together.predict(row[places[test]], latent[places[test]], found)

        yield found if target.classes else found * target.scale + target.center
