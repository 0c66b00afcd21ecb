r"""A search whose latent space is learned again between its rounds, from rows that are drawn by their rank.

A latent space that was learned from all rows has little room for the best ones. After a round of evaluations it is
learned again, mostly from the best rows and designs, and the search goes on in the new latent. By hand, with a
laboratory between the rounds:

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

__all__ = ["carried", "drawn_by_rank", "rank_weights", "stacked", "tell_rows"]

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import issparse, vstack
from sklearn.utils.validation import _num_samples

from semivae.errors import DataError, SettingError
from semivae.latent.search import Search
from semivae.latent.space import rows_at

Values = NDArray[np.float64]


def rank_weights(gains: Any, k: float = 1e-3) -> Values:
    r"""Returns weights of rows that sum to 1, the better rows the higher, with shape (N,).

    .. math:: w_i \propto \frac{1}{k N + \mathrm{rank}_i}

    The best row has rank 0, and rows with the same gain share their mean rank.

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
    weights = 1 / (k * len(gains) + rankdata(-gains) - 1)

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

    if len(values) != (count := _num_samples(rows)):
        raise DataError(f"{len(values)} values for {count} rows", "each row has its values", "values=y[measured]")

    z = search.space.encode(rows)
    reasons, p_values = search.pool.verdicts(z, search.space.aligned(rows))
    numbers = search.history.add(z, reasons, p_values)
    search.tell(numbers, values)

    return numbers


def drawn_by_rank(search: Search, designs: Any, X: Any) -> Any:
    r"""Draws as many rows as X has from X and the designs of a search, by :func:`rank_weights`.

    The score of a row of X is the gain that the predictor of the search expects of it, or the median of the designs.

    Arguments:
        search: The search.
        designs: Its designs, decoded, in the order of their numbers.
        X: The reference rows.
    """

    scores = search.scores()
    rows = search.space.aligned(X)
    known = np.full(_num_samples(rows), np.nanmedian(scores)) if search.predict is None else search.expected(rows)
    weights = rank_weights(np.concatenate([scores, known]))
    random = np.random.default_rng([search.seed, search.history.asked])

    return rows_at(stacked(designs, rows), random.choice(len(weights), len(known), p=weights))


def carried(search: Search, other: Search, designs: Any) -> Search:
    r"""Returns another search, in another latent space, with the designs of a search.

    Arguments:
        search: The search.
        other: A new search for the same goals.
        designs: The designs of the search, decoded, in the order of their numbers.
    """

    facts = other.history.facts | {"surrogates": search.history.surrogates}
    other.history = replace(search.history, facts=facts, z=other.space.encode(designs))

    return other


def stacked(one: Any, other: Any) -> Any:
    """Returns two parts of rows as one, in their container."""

    if isinstance(one, pd.DataFrame):
        return pd.concat([one, other], ignore_index=True)

    return vstack([one, other], format="csr") if issparse(one) else np.concatenate([one, other])
