r"""The last act of a fit: its health is checked on some of its rows, and each fault is a warning."""

from __future__ import annotations

__all__ = ["examine"]

import warnings
from typing import Any

from semivae.data.codecs.array import as_array
from semivae.data.codecs.choose import codec_of
from semivae.data.in_memory import InMemory
from semivae.data.stream.rows import Stream
from semivae.errors import HealthWarning
from semivae.estimators.rows.streamed import sample_stream
from semivae.findings import Health
from semivae.fitted import Trained


def examine(fitted: Trained, X: Any) -> Health:
    r"""Checks the health of a fit, and warns of each fault.

    It takes no random number of the fit, and a hundredth of its time or less.

    Arguments:
        fitted: The fitted estimator.
        X: The rows of the fit, or their source.
    """

    from semivae.ranks import launched
    from semivae.trust.health import ROWS, health, not_judged

    rows = fitted.n_labeled_ + fitted.n_unlabeled_

    if reason := not_judged(fitted, rows):
        return Health(not_judged=reason)

    if isinstance(X, Stream):
        X = sample_stream(fitted, X, ROWS // 2, ROWS // 2, seed=0)[0]

    source = X if isinstance(X, InMemory) else InMemory(X)
    held = source.held if source.container == "frame" else as_array(source.held)
    held = codec_of(fitted.schema_).plain(held)

    try:
        found = health(fitted, held)
    except Exception as error:
        # A fit may have taken hours, and is not lost for a check of it.
        return Health(not_judged=f"the check failed ({type(error).__name__}: {error})")

    for finding in found.findings if launched().rank == 0 else ():
        warnings.warn(str(finding), HealthWarning, stacklevel=3)

    return found
