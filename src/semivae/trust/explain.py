r"""The cells that make a row surprising.

Given the latent, the density of a row is a product over its cells, so each cell has a part of its own:

.. math:: s_j(x) = \mathbb{E}_{q(z \mid x)}[\log p(x_j \mid z)] - u_j

where :math:`u_j` is the mean of the same over reference rows. A cell with :math:`s_j = -5` is :math:`e^5` times less
probable than is usual for its column, at the latents that the whole row points to. A row may also be unusual as a
whole: its latents are improbable, and no single cell stands out.

References:
    | Variational Autoencoder based Anomaly Detection using Reconstruction Probability (An and Cho, 2015)
    | http://dm.snu.ac.kr/static/docs/TR/SNUDM-TR-2015-03.pdf
"""

from __future__ import annotations

__all__ = ["reasons", "relative"]

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

# Cells that stand out: below the usual by so many nats, and the most that are listed of a row.
NATS, CELLS = 3.0, 3


def relative(parts: Values, reference: Values) -> Values:
    r"""Returns the parts of each cell relative to the usual ones, with shape (N, *); 0 where a cell is missing.

    Arguments:
        parts: The log-density of each cell, with shape (N, *), NaN where it is missing.
        reference: The same of reference rows, with shape (M, *).
    """

    known = ~np.isnan(reference)
    # A column without a value in any reference row has no usual part.
    usual = np.nan_to_num(reference).sum(axis=0) / known.sum(axis=0).clip(1)

    return np.nan_to_num(parts - usual)


def reasons(found: Values, least: float = NATS, most: int = CELLS) -> list[NDArray[np.int64]]:
    r"""Returns the cells of each row that stand out, the most surprising first; none for a row that has none.

    Arguments:
        found: The parts of cells relative to the usual ones, with shape (N, P).
        least: The nats below the usual from which on a cell stands out.
        most: The most cells of a row.
    """

    order = np.argsort(found, axis=1, kind="stable")[:, :most]

    return [places[row[places] <= -least] for row, places in zip(found, order, strict=True)]
