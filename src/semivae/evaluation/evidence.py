r"""How well a density describes rows."""

from __future__ import annotations

__all__ = ["evidence"]

import numpy as np
from numpy.typing import NDArray


def evidence(scores: NDArray[np.float64]) -> dict[str, float]:
    r"""Returns the mean log-likelihood per row in nats, and its standard error.

    Arguments:
        scores: The log-density of each row, with shape (N,).
    """

    spread = float(scores.std(ddof=1)) if len(scores) > 1 else float("nan")

    return {
        "log_likelihood": float(scores.mean()),
        "log_likelihood_standard_error": spread / np.sqrt(len(scores)),
    }
