r"""The texts at hand that stand for generated vectors: nothing turns a vector back into a text."""

from __future__ import annotations

__all__ = ["nearest_rows"]

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from semivae.fitted import Fitted

# Rows that are compared; texts have to be embedded for it.
ROWS = 2_000


def nearest_rows(fitted: Fitted, x: Any, made: Any) -> Any:
    r"""Returns the row with the largest cosine to each generated row of a model of texts; other rows as they are.

    Arguments:
        fitted: The estimator.
        x: The rows at hand; at most 2,000 of them are compared, drawn at random.
        made: The generated rows.
    """

    import numpy as np
    from sklearn.utils import _safe_indexing

    from semivae.data.codecs.choose import codec_of

    if not fitted.schema_.embedded:
        return made

    some = _safe_indexing(x, np.random.default_rng(0).permutation(len(x))[:ROWS])
    codec = codec_of(fitted.schema_)
    rows, drawn = (np.asarray(codec.plain(part), dtype=np.float64) for part in (some, made))
    cosines = drawn @ (rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-12)).T

    return _safe_indexing(some, cosines.argmax(axis=1))
