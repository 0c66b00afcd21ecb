r"""The most surprising rows at hand, each with a reason in words."""

from __future__ import annotations

__all__ = ["surprises"]

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from semivae.fitted import Fitted

# Among more rows, the search would take longer than the rest of a report.
ROWS = 5_000

# A few draws rank rows well enough to find candidates; the candidates are then scored with all draws.
DRAWS, CANDIDATES = 4, 3


def surprises(fitted: Fitted, x: Any, n: int = 20) -> pd.DataFrame:
    r"""Returns the rows with the highest outlier scores.

    Arguments:
        fitted: The estimator.
        x: The rows; at most 5,000 of them are scored, drawn at random.
        n: The number of rows.

    Returns:
        One row for each: `row` (its position in x), `outlier_score`, and `reason`, empty for images and vectors.
    """

    import pandas as pd
    from sklearn.utils import _safe_indexing
    from sklearn.utils.validation import _num_samples

    from semivae.fitted import Trained
    from semivae.workflows.explain import cells_of, reason_of

    index = np.sort(np.random.default_rng(0).permutation(_num_samples(x))[:ROWS])
    trained = isinstance(fitted, Trained)

    if trained and len(index) > CANDIDATES * n:
        rough = fitted.evidence(_safe_indexing(x, index), "elbo", DRAWS)[0]
        index = index[np.argsort(rough, kind="stable")[: CANDIDATES * n]]

    scores = fitted.outlier_score(_safe_indexing(x, index))
    best = np.argsort(-scores, kind="stable")[:n]
    cells = cells_of(fitted, x, index[best]) if trained and fitted.schema_.named else [[]] * len(best)
    reasons = [reason_of(found) if fitted.schema_.named else "" for found in cells]

    return pd.DataFrame({"row": index[best], "outlier_score": scores[best], "reason": reasons})
