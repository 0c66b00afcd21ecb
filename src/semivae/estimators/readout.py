r"""The outputs of parts of a fit on rows in the units of a model, as arrays."""

from __future__ import annotations

__all__ = ["TINY", "calibrated", "means", "numbers", "predicted", "seen", "tempered"]

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from scipy.special import softmax
from torch import Tensor

from semivae.conditional import Net
from semivae.data.sparse import SparseRows
from semivae.engine import apply
from semivae.estimators.double import doubled
from semivae.findings import HeldOut
from semivae.fitted import Classifier, Regressor
from semivae.models import Model
from semivae.schema import Schema

Values = NDArray[np.float64]

TINY = np.finfo(float).tiny

# Sparse rows that are made dense at once.
BLOCK = 512

# Unlabeled strings that simple learners see: each is hundreds of counts, most of them 0.
MOST_STRINGS = 10_000


def numbers(schema: Schema, x: Any) -> Any:
    """Returns rows in the units of a model as plain numbers, with shape (N, F); of sparse rows as a sparse matrix."""

    trunk = Net().trunk(schema.x)

    if not isinstance(x, SparseRows):
        return apply(trunk, x)[0]

    # Only a block at a time is dense.
    blocks: Any = (x[start : start + BLOCK] for start in range(0, max(1, len(x)), BLOCK))

    return vstack([csr_matrix(apply(trunk, block)[0]) for block in blocks], format="csr")


def seen(schema: Schema, train: NDArray[np.int64], labeled: NDArray[np.bool_], seed: int) -> NDArray[np.int64]:
    r"""Returns the positions of the rows that simple learners see, in order: of many strings, some without a label.

    Arguments:
        schema: The variables.
        train: The positions of the rows that are trained on, in order.
        labeled: Whether each row is labeled, with shape (N,).
        seed: The seed of the draw.
    """

    others = train[~labeled[train]]

    if schema.container != "sequence" or len(others) <= MOST_STRINGS:
        return train

    some = np.random.default_rng(seed).choice(others, MOST_STRINGS, replace=False)

    return np.sort(np.concatenate([train[labeled[train]], some]))


def means(features: Model, x: NDArray[Any]) -> Values:
    """Returns the posterior means of rows in the units of a model, with shape (N, D)."""

    return apply(doubled(features).posterior, x)[0]


def predicted(model: Model, x: NDArray[Any], classes: bool) -> Values:
    """Returns log-probabilities of classes, with shape (N, C), or means and deviations, with shape (N, 2)."""

    double = doubled(model)

    if classes:
        return apply(lambda rows: double.predict(rows).logits.log_softmax(-1), x)[0]

    return apply(lambda rows: moments(double.predict(rows)), x)[0]


def calibrated(fitted: Classifier | Regressor, held: HeldOut) -> Values:
    r"""Returns the predictions of held-out labels with the calibration of a fit.

    Probabilities of the classes, with shape (M, C), or means and deviations, with shape (M, 2).
    """

    if isinstance(fitted, Classifier):
        return tempered(np.exp(held.predictions), fitted.calibration_temperature_)

    return held.predictions * [1.0, fitted.calibration_scale_]


def moments(p: Any) -> Tensor:
    """Returns mean and deviation of a number, with shape (B, 2)."""

    return torch.stack([p.mean[:, 0], p.variance[:, 0].sqrt()], dim=-1)


def tempered(probabilities: Values, factor: float) -> Values:
    """Returns probabilities at another temperature, with shape (N, C)."""

    return softmax(np.log(probabilities.clip(TINY)) / factor, axis=1)
