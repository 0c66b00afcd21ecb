r"""The comparison of a fit with simpler methods on the same labels, and the calibration that comes of it."""

from __future__ import annotations

__all__ = ["calibrate", "judge"]

import logging
from typing import TYPE_CHECKING, Any

from semivae.errors import SemivaeError

if TYPE_CHECKING:
    from semivae.fitted import Classifier, Regressor
    from semivae.trust import Effort, Verdict

LOG = logging.getLogger(__name__)

FOLDS = 5

# The comparison may take a minute, or half as long as the fit if that is more; never longer than the same fits again.
SECONDS = 60.0


def judge(
    fitted: Classifier | Regressor,
    x: Any,
    y: Any,
    seed: int,
    seconds: float | None = None,
    effort: Effort | None = None,
) -> Verdict | None:
    r"""Compares a fitted estimator with simpler methods on the same labels.

    Arguments:
        fitted: The estimator.
        x: The rows of its fit, or some of them.
        y: Their labels that it saw.
        seed: The seed of the folds.
        seconds: About how long it may take; the fits never get more epochs than the model had.
        effort: The effort that a fit on these rows deserves; the effort of the estimator's own fit if not given.

    Returns:
        The verdict; None if no label can be held out, or the user stopped it.
    """

    import numpy as np

    from semivae.data.batches.split import stratified_folds
    from semivae.data.codecs.choose import codec_of
    from semivae.data.repeats import copies_among
    from semivae.estimators.rows.target import encoded
    from semivae.findings import known
    from semivae.trust import Effort, compare

    codes = encoded(fitted, y)
    labeled = np.flatnonzero(known(codes))
    copies = copies_among(codec_of(fitted.schema_), x, labeled)
    folds = stratified_folds(codes[labeled], FOLDS, seed, copies)

    if folds is None:
        LOG.info("No comparison: no label can be held out, because each class has only one.")

        return None

    effort = effort or Effort.of(fitted)
    most = min(FOLDS * effort.seconds, seconds or max(SECONDS, effort.seconds / 2))

    try:
        return compare(fitted, x, codes, folds, most, effort)
    except KeyboardInterrupt:
        LOG.info("The comparison was stopped by hand; the model is kept.")
    except SemivaeError as error:
        # The model itself is good, and is not lost when its comparison fails.
        LOG.info(f"No comparison: {error}")

    return None


def calibrate(fitted: Classifier | Regressor, y: Any, verdict: Verdict | None) -> None:
    r"""Calibrates an estimator with out-of-fold predictions of fits that had all its epochs, and keeps them in it.

    Arguments:
        fitted: The estimator.
        y: The labels of the comparison.
        verdict: The verdict; without one, or with shorter fits, nothing changes.
    """

    from semivae.estimators.rows.target import encoded
    from semivae.fitted import Classifier

    if verdict is None or verdict.confidence is None or verdict.held_out is None:
        return

    if not fitted.calibration_.not_done:
        # The fit has calibrated itself, on the same labels or more.
        return

    held, truth = verdict.held_out, encoded(fitted, y)[verdict.held_out.rows]

    fitted.keep_held_out(held)

    if isinstance(fitted, Classifier):
        fitted.calibrate(fitted.classes_[truth], held.predictions)
    else:
        fitted.calibrate(truth, *held.predictions.T)
