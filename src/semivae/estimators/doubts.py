r"""Labels that may be wrong, by predictions of fits that did not see them.

The rows of the fit were predicted by its folds. A label that the fit did not have, because it was hidden, is predicted
by the model itself. The labels of other rows may have been seen or not, which nobody can tell: simple learners predict
them in a cross-validation, from the rows and their latents.
"""

from __future__ import annotations

__all__ = ["doubts"]

import logging
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils import _safe_indexing

from semivae.committee import taught
from semivae.data.batches.split import stratified_folds
from semivae.data.codecs.choose import codec_of
from semivae.data.repeats import copies_among
from semivae.errors import DataError
from semivae.estimators.readout import calibrated
from semivae.estimators.rows.target import encoded, matched
from semivae.findings import HeldOut, known
from semivae.fitted import Classifier, Regressor
from semivae.trust.mislabeled import doubted_classes, doubted_values

LOG = logging.getLogger(__name__)

FOLDS = 5

# Rows by which simple learners scale columns, beside the labeled ones: more would take memory and change nothing.
SCALED_BY = 10_000

Values = NDArray[np.float64]


def doubts(fitted: Classifier | Regressor, X: Any, y: Any) -> pd.DataFrame:
    r"""Ranks labels, the most doubted first.

    Arguments:
        fitted: The fitted estimator.
        X: The rows.
        y: Their labels, with shape (N,).

    Returns:
        The columns of :py:`mislabeled` of the estimators.

    Raises:
        DataError: If no label can be held out.
    """

    codes = encoded(fitted, matched(X, y))
    rows, beliefs = predictions(fitted, X, codes)
    truth = codes[rows]

    if isinstance(fitted, Classifier):
        found = doubted_classes(beliefs, truth)
        given, suggested = fitted.classes_[truth[found.order]], fitted.classes_[found.suggested]
    else:
        mean, deviation = beliefs.T
        found = doubted_values(mean, deviation, truth)
        given, suggested = truth[found.order], found.suggested

    parts = {"row": rows[found.order], "label": given, "probability": found.probability, "suggested": suggested}
    last = "suggested_probability" if isinstance(fitted, Classifier) else "deviations"

    return pd.DataFrame(parts | {last: found.strength})


def predictions(
    fitted: Classifier | Regressor, X: Any, codes: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    r"""Returns predictions of labels by fits that did not see them.

    Arguments:
        fitted: The fitted estimator.
        X: The rows.
        codes: Codes (-1 where unlabeled) or values (NaN where unlabeled), with shape (N,).

    Returns:
        The positions of the labels, with shape (M,), and their predictions: the probabilities of the classes, with
        shape (M, C), or means and deviations, with shape (M, 2).
    """

    held = fitted.held_out_

    if held is None or not same(fitted, held, codes):
        LOG.info("The fit held out no label of these: each is judged by simple learners that did not see it.")

        return cross_predicted(fitted, X, codes)

    hidden = np.setdiff1d(np.flatnonzero(known(codes)), held.rows)

    if not len(hidden) or fitted.n_labeled_ > len(held.rows):
        # A label that no fold held out was seen by all fits.
        return held.rows, calibrated(fitted, held)

    return np.concatenate([held.rows, hidden]), np.concatenate(
        [calibrated(fitted, held), of_model(fitted, _safe_indexing(X, hidden))]
    )


def same(fitted: Classifier | Regressor, held: HeldOut, codes: NDArray[Any]) -> bool:
    """Whether labels are those of a fit, held out in several folds."""

    rows = fitted.n_labeled_ + fitted.n_unlabeled_

    return len(codes) == rows and held.whole(codes) and bool(np.allclose(codes[held.rows], held.truth))


def of_model(fitted: Classifier | Regressor, X: Any) -> Values:
    """Returns the predictions of rows whose labels the fit did not have."""

    if isinstance(fitted, Classifier):
        return fitted.predict_proba(X)

    return np.stack(fitted.predict(X, return_std=True), axis=1)


def cross_predicted(
    fitted: Classifier | Regressor, X: Any, codes: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    r"""Predicts labels by simple learners that saw the other labels, with the result of :func:`predictions`.

    Raises:
        DataError: If no label can be held out.
    """

    labeled = np.flatnonzero(known(codes))
    # Classes without a label have no column in the learners.
    present, y = np.unique(codes[labeled], return_inverse=True)
    y = y if isinstance(fitted, Classifier) else codes[labeled]
    copies = copies_among(codec_of(fitted.schema_), X, labeled)
    folds = stratified_folds(y, FOLDS, fitted.seed_, copies)

    if folds is None or (isinstance(fitted, Classifier) and len(present) < 2):
        raise DataError(
            f"{len(labeled)} labels of {len(present)} classes" if isinstance(fitted, Classifier) else "one value",
            "a label is judged by others: two classes, and one of them with two labels",
            "give more labels",
        )

    form = "category" if isinstance(fitted, Classifier) else "real"
    some = np.union1d(labeled, np.random.default_rng(fitted.seed_).permutation(len(codes))[:SCALED_BY])
    x, places = _safe_indexing(X, some), np.searchsorted(some, labeled)
    held = taught(
        form, fitted.schema_.row_form, fitted.features(x), fitted.transform(x), places, y, folds, fitted.seed_
    ).held
    mean = np.mean(list(held.values()), axis=0)
    tested = np.concatenate([test for _, test in folds])
    rows = labeled[tested]

    if not isinstance(fitted, Classifier):
        deviation = np.sqrt(np.mean((y[tested] - mean[:, 0]) ** 2))

        return rows, np.stack([mean[:, 0], np.full(len(rows), max(deviation, np.finfo(float).tiny))], axis=1)

    beliefs = np.zeros((len(rows), len(fitted.classes_)))
    beliefs[:, present] = mean

    return rows, beliefs
