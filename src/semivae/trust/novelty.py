r"""Novelty: the p-value of a row's density among rows that a fit did not see.

Of :math:`m` reference rows with log-densities :math:`s_1, \dots, s_m`, a new row with the log-density :math:`s` has

.. math:: p = \frac{1 + \lvert \{ i : s_i \le s \} \rvert}{m + 1}

If the row comes from the same distribution as the reference rows, and no fit saw either, :math:`p` is uniform: at most
a share :math:`\alpha` of such rows has :math:`p \le \alpha`. A row of an unseen kind has a low density, and so a small
:math:`p`. Rows of the fit are no reference: a model knows them by heart, and new rows would all look abnormal.

References:
    | Testing for outliers with conformal p-values (Bates et al., 2023)
    | https://arxiv.org/abs/2104.08279
"""

from __future__ import annotations

__all__ = ["check_level", "p_values", "rows_to_keep"]

import numpy as np
from numpy.typing import NDArray

from semivae.errors import DataError, SettingError

Values = NDArray[np.float64]

# Unlabeled rows from which on some are kept out of a fit, and their number. Of fewer rows each one counts: with 1,348
# images of digits, a tenth less cost 7 nats of the log-density of new rows.
FEWEST, MOST = 5000, 500


def rows_to_keep(unlabeled: int, share: float | str) -> int:
    r"""Returns the number of unlabeled rows to keep out of a fit as its reference.

    Arguments:
        unlabeled: The unlabeled rows.
        share: Their share, or "auto": 500 of 5,000 rows or more.
    """

    if share == "auto":
        return MOST if unlabeled >= FEWEST else 0

    return round(float(share) * unlabeled)


def p_values(scores: Values, reference: Values) -> Values:
    r"""Returns the p-value of each row, with shape (N,).

    Arguments:
        scores: The log-densities of the rows, with shape (N,).
        reference: The log-densities of rows that the fit did not see, with shape (M,).
    """

    below = np.searchsorted(np.sort(reference), scores, side="right")

    return (1 + below) / (len(reference) + 1)


def check_level(level: float, reference: int) -> None:
    r"""Checks that p-values can be as small as a level.

    Arguments:
        level: The share of normal rows that may be rejected.
        reference: The number of reference rows.

    Raises:
        SettingError: If the level is no probability.
        DataError: If the reference rows are too few for it.
    """

    if not 0 < level < 1:
        raise SettingError(f"reject={level}", "it must be more than 0 and less than 1", "reject=0.01")

    least = 1 / (reference + 1)

    if level < least:
        raise DataError(
            f"too few reference rows for reject={level}",
            f"{reference} rows allow at least 1/{reference + 1}",
            f"reject={np.ceil(1000 * least) / 1000:.3g}, or fit with a larger reference_share",
        )
