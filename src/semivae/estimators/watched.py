r"""Labeled rows beside a fit: their predictions are measured after each epoch, and nothing is learned from them."""

from __future__ import annotations

__all__ = ["ACCURACY", "R2", "Watched"]

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from sklearn.utils import _safe_indexing
from torch import Tensor

from semivae.data.labels.single import labels_of
from semivae.errors import DataError
from semivae.estimators.asked import Coded
from semivae.estimators.rows.inputs import encoded
from semivae.estimators.rows.target import matched
from semivae.findings import known
from semivae.variables import Variable

ACCURACY, R2 = "held_out_accuracy", "held_out_r2"

# More rows tell a share to no better than a hundredth, and take longer than an epoch of a small fit.
ROWS = 2000


@dataclass(frozen=True, eq=False)
class Watched:
    r"""Labeled rows that a fit does not learn from.

    Attributes:
        x: The rows in the units of a model, with shape (N, *).
        y: Codes of classes, or scaled values, with shape (N,).
    """

    x: Tensor
    y: Tensor

    @classmethod
    def of(cls, estimator: Coded, target: Variable | None, missing_label: Any, held_out: Any) -> Self | None:
        r"""Returns the rows for an estimator that knows its variables; None without any.

        Arguments:
            estimator: The estimator.
            target: Its target.
            missing_label: The values that mean unlabeled.
            held_out: Rows and their labels; unlabeled rows are left out.

        Raises:
            DataError: If they are no pair, or no row is labeled.
            SchemaError: If they differ from the rows of the fit.
        """

        if held_out is None or target is None:
            return None

        if not isinstance(held_out, tuple | list) or len(held_out) != 2:
            raise DataError(
                f"held_out is a {type(held_out).__name__}",
                "it holds rows and their labels",
                "held_out=(X_test, y_test)",
            )

        X, y = held_out
        codes = labels_of(target, missing_label).encode(matched(X, y))
        rows = np.flatnonzero(known(codes))

        if not len(rows):
            raise DataError("no row of held_out is labeled", "its labels are compared with predictions", "label some")

        rows = np.sort(np.random.default_rng(0).permutation(rows)[:ROWS])
        x = encoded(estimator, _safe_indexing(X, rows))

        return cls(torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(codes[rows]))

    def measure(self, model: Any) -> dict[str, float]:
        """Returns the accuracy of a model on these rows, or the share of the variance that it explains (R2)."""

        p = model.predict(self.x.to(next(model.parameters()).device))

        if not self.y.is_floating_point():
            return {ACCURACY: float((p.logits.argmax(-1).cpu() == self.y).double().mean())}

        missed = (p.mean[:, 0].cpu().double() - self.y).square().sum()

        return {R2: 1.0 - float(missed / (self.y - self.y.mean()).square().sum())}
