r"""Measured rows for a search, and weights of rows to retrain its model with.

A latent space that was learned from all rows has little room for the best ones. After a round of evaluations the model
goes on with rows that are drawn by their rank, and the next search starts from the measured rows in the new latent:

    model = VAEEmbedding(model="vae").fit(X)
    rows, values = X.iloc[measured], y[measured]

    for turn in range(5):
        search = Search(Space(model, X), [maximize(None, "yield")], seed=turn)
        tell_rows(search, rows, values)
        designs = search.ask(8)
        rows, values = pd.concat([rows, designs.rows]), np.concatenate([values, laboratory(designs.rows)])
        drawn = np.random.default_rng(turn).choice(len(rows), len(X), p=rank_weights(values))
        model.refit(rows.iloc[drawn])

Models of several stages keep their latents in a refit, which trains the last stage alone; the loop needs one stage.

References:
    | Sample-Efficient Optimization in the Latent Space of Deep Generative Models via Weighted Retraining
    | (Tripp et al., 2020) https://arxiv.org/abs/2006.09191
"""

from __future__ import annotations

__all__ = ["rank_weights", "tell_rows"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.errors import DataError, SettingError
from semivae.latent.search import Search

Values = NDArray[np.float64]


def rank_weights(gains: Any, k: float = 1e-3) -> Values:
    r"""Returns weights of rows that sum to 1, the better rows the higher, with shape (N,).

    .. math:: w_i \propto \frac{1}{k N + \mathrm{rank}_i}

    The best row has rank 0, and rows with the same gain have the same rank.

    Arguments:
        gains: The value of each row, higher is better, with shape (N,); NaN, for rows without one, is the worst.
        k: Large values weight all rows alike; at 0.001, the best thousandth of the rows has most of the weight.

    Raises:
        SettingError: If k is not above 0.
    """

    from scipy.stats import rankdata

    if not k > 0:
        raise SettingError(f"k={k}", "it must be above 0", "k=1e-3")

    gains = np.asarray(gains, dtype=np.float64)
    gains = np.where(np.isnan(gains), -np.inf, gains)
    weights = 1 / (k * len(gains) + rankdata(-gains, "min") - 1)

    return weights / weights.sum()


def tell_rows(search: Search, rows: Any, values: Any) -> NDArray[np.int64]:
    r"""Tells a search rows that were measured before, and returns their numbers as designs, with shape (N,).

    They are one round of the search. It decodes their latents where it shows them, so keep the measured rows yourself.

    Arguments:
        search: The search.
        rows: The rows.
        values: Their values, with shape (N,) or (N, M).

    Raises:
        DataError: If the values do not fit.
    """

    if len(values) != len(rows):
        raise DataError(f"{len(values)} values for {len(rows)} rows", "each row has its values", "values=y[measured]")

    z = search.space.encode(rows)
    reasons, p_values = search.pool.verdicts(z, search.space.aligned(rows))
    numbers = search.history.add(z, reasons, p_values)
    search.tell(numbers, values)

    return numbers
