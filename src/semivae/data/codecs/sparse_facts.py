r"""Facts about the sparse rows of a fit: their usual sum, their scale, and the mean of each column."""

from __future__ import annotations

__all__ = ["of_counts", "of_weights"]

import math
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from semivae.data.kinds.counts import FEW
from semivae.data.sparse import Matrix

# Sums of rows with deviations below this are all but the same.
LEAST_DEVIATION = 1e-3


def of_counts(rows: Matrix) -> dict[str, Any]:
    """Returns the facts of rows of counts."""

    sums = np.asarray(rows.sum(axis=1), dtype=np.float64).ravel()
    logs = np.log(sums.clip(1))
    usual = math.exp(logs.mean())
    shares: Matrix = csr_matrix(rows.multiply(usual / sums.clip(1)[:, None]))

    return {
        "name": "counts",
        "kind": "counts",
        "mean": float(logs.mean()),
        "deviation": max(float(logs.std()), LEAST_DEVIATION),
        "suits": "negative_binomial" if usual >= FEW else "multinomial",
        "means": means_of(shares.log1p()),
    }


def of_weights(rows: Matrix) -> dict[str, Any]:
    """Returns the facts of rows of real weights."""

    values = rows.astype(np.float64)
    scale = math.sqrt(float(np.square(values.data).sum()) / (values.shape[0] * values.shape[1]))

    return {
        "name": "weights",
        "kind": "weights",
        "scale": scale,
        "suits": "gaussian",
        "means": means_of(values / scale),
    }


def means_of(rows: Matrix) -> tuple[float, ...]:
    """Returns the mean of each column."""

    return tuple(np.asarray(rows.mean(axis=0), dtype=np.float64).ravel().tolist())
