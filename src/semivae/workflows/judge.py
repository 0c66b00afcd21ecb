r"""The honest comparison: what the same labels give with and without the unlabeled rows, and with simpler methods."""

from __future__ import annotations

__all__ = ["judge", "temper"]

import logging
from collections.abc import Callable
from typing import Any

from semivae.errors import SemivaeError

LOG = logging.getLogger(__name__)

FOLDS = 5

# The comparison may take a minute, or half as long as the fit if that is more; never longer than the same fits again.
SECONDS = 60.0


def judge(estimator: Any, x: Any, y: Any, seed: int, tell: Callable[[str], None], seconds: float | None = None) -> Any:
    r"""Compares a fitted estimator with simpler methods on the same labels.

    Arguments:
        estimator: The estimator.
        x: The rows of its fit.
        y: The labels that it saw.
        seed: What the folds are drawn from.
        tell: Is told what is being done.
        seconds: About how long it may take; the fits never get more epochs than the model had.

    Returns:
        The verdict; None if no label can be held out, or the user stopped it.
    """

    from semivae.data.batches.split import stratified_folds
    from semivae.trust import compare
    from semivae.workflows.task import encoded

    codes = encoded(estimator, y)
    labels = codes[codes >= 0] if codes.dtype.kind != "f" else codes[codes == codes]  # NaN is not equal to itself
    folds = stratified_folds(labels, FOLDS, seed)

    if folds is None:
        LOG.info("No comparison: no label can be held out (one a class).")

        return None

    trained = float(estimator.history_["seconds"].iloc[-1])
    most = min(FOLDS * trained, seconds or max(SECONDS, trained / 2))

    try:
        return compare(estimator, x, codes, folds, most, tell=tell)
    except KeyboardInterrupt:
        LOG.info("The comparison was stopped by hand; the model is kept.")
    except SemivaeError as error:
        # The model itself is good, and is not lost for what the comparison ran into.
        LOG.info(f"No comparison: {error}")

    return None


def temper(estimator: Any, verdict: Any) -> None:
    """Makes a model as sure as it was right of labels that were held out, where a verdict says so."""

    if verdict is None or verdict.confidence is None:
        return

    if verdict.metric == "accuracy":
        estimator.calibration_temperature_ = verdict.confidence.temperature
    else:
        estimator.calibration_scale_ = verdict.confidence.scale
