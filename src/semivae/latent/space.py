r"""A latent space beside reference rows: rows to latents and back, in the container of these rows.

Every tool of this folder works through it, so that an estimator of semivae, a PCA of scikit-learn and a pipeline that
ends in one are used in the same way. They need `transform` and `inverse_transform`; `score_samples` is used if there.
"""

from __future__ import annotations

__all__ = ["Space", "distinct", "keys", "rows_at"]

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.util import hash_pandas_object
from scipy.sparse import issparse
from sklearn.utils.validation import _num_samples

from semivae.errors import DataError
from semivae.fitted import LatentSpace
from semivae.latent.numbers import Plain

Values = NDArray[np.float64]

# Reference rows that are used: with more, distances take long and say the same.
ROWS = 6_000


class Space:
    r"""A latent space beside reference rows.

    Arguments:
        space: The latent space.
        X: Reference rows, such as its training rows. At most 6,000 of them are used, drawn at random.
        label: The label that rows are decoded with, for models that generate by label; :py:`None` leaves it open.
        seed: The seed of the draw.

    Attributes:
        rows: The reference rows that are used, as decoded rows are.
        latents: Their latents, with shape (N, D).
        scale: The standard deviation of each latent, with shape (D,); 1 for a constant.
        kept: Their positions in X, with shape (N,).
        numbers: The map from rows to plain numbers.

    Raises:
        DataError: If there are fewer than two reference rows, or they are no rows of the space.
    """

    def __init__(self, space: LatentSpace, X: Any, label: Any = None, seed: int = 0) -> None:
        if X is None or _num_samples(X) < 2:
            raise DataError(
                "no reference rows" if X is None else f"{_num_samples(X)} reference rows",
                "the latent space is searched where rows are, so it needs some",
                "give the training rows: X=rows",
            )

        self.space = space
        self.label = label
        X = X.to_pandas() if hasattr(X, "to_pandas") else X
        self.kept = np.sort(np.random.default_rng(seed).permutation(_num_samples(X))[:ROWS])
        rows = self.plain(rows_at(X, self.kept))
        self.latents = self.encode(rows)
        self.scale = np.where(self.latents.std(axis=0) > 0, self.latents.std(axis=0), 1.0)
        self.names: Any = None
        decoded = self.decode(self.latents[:1])

        self.columns = list(decoded.columns) if isinstance(decoded, pd.DataFrame) else None

        if isinstance(rows, pd.DataFrame) and self.columns is not None:
            rows = self.aligned(rows)
        elif isinstance(rows, pd.DataFrame) and np.shape(decoded)[1:] == rows.shape[1:]:
            # A scikit-learn estimator takes a frame and gives an array back, but wants the names again.
            self.names = rows.columns
        elif np.shape(decoded)[1:] != np.shape(rows)[1:]:
            raise DataError(
                f"rows of shape {np.shape(rows)[1:]}",
                f"inverse_transform gives rows of shape {np.shape(decoded)[1:]}",
                "give rows as the fit had them",
            )

        self.rows = rows
        self.numbers = Plain.of(rows)

    def aligned(self, rows: Any) -> Any:
        """Returns rows with the columns that decoded rows have, in their order."""

        rows = self.plain(rows)

        if self.columns is None:
            return rows

        if self.codec is not None and not {*self.columns} <= {*rows.columns}:
            # Dates are decoded as their parts.
            rows = self.codec.decode(self.codec.encode(rows))

        return rows[self.columns]

    @property
    def codec(self) -> Any:
        """The codec of an estimator of semivae; None of other spaces."""

        return getattr(self.space, "codec_", None)

    def plain(self, rows: Any) -> Any:
        """Returns vectors of a frame as an array, and cells as a matrix of their counts; other rows as given."""

        return rows if self.codec is None else self.codec.plain(rows)

    @property
    def size(self) -> int:
        """The size D of the latent."""

        return self.latents.shape[1]

    def encode(self, rows: Any) -> Values:
        """Returns the latents of rows, with shape (N, D)."""

        return np.asarray(self.space.transform(rows), dtype=np.float64)

    def decode(self, z: Values) -> Any:
        """Returns the rows of latents with shape (N, D), in the container of the reference rows."""

        z = np.asarray(z, dtype=np.float64)
        decode: Any = self.space.inverse_transform
        rows = decode(z) if self.label is None else decode(z, self.label)

        return self.plain(rows) if self.names is None else pd.DataFrame(rows, columns=self.names)

    def density(self, rows: Any) -> Values | None:
        """Returns the scores of rows, with shape (N,), higher where they are more normal; None if it has none."""

        score = getattr(self.space, "score_samples", None)

        return None if score is None else np.asarray(score(rows), dtype=np.float64)


def keys(rows: Any) -> list[Any]:
    """Returns a key of each row of a frame or an array; equal rows have equal keys."""

    if issparse(rows):
        rows = rows.toarray()

    if isinstance(rows, pd.DataFrame) or np.asarray(rows).dtype == object:
        return hash_pandas_object(pd.DataFrame(rows), index=False).tolist()  # type: ignore[operator]

    # The sum makes -0.0 and 0.0 the same.
    return [row.tobytes() for row in np.asarray(rows) + 0]


def distinct(rows: Any) -> NDArray[np.int64]:
    """Returns the positions of the rows that equal no row before them, in order."""

    first: dict[Any, int] = {}

    for i, key in enumerate(keys(rows)):
        first.setdefault(key, i)

    return np.array([*first.values()], dtype=np.int64)


def rows_at(rows: Any, positions: Any) -> Any:
    """Returns some rows of a frame, an array or a matrix, or some cells."""

    if isinstance(rows, pd.DataFrame):
        return rows.iloc[positions].reset_index(drop=True)

    if hasattr(rows, "obs_names"):
        return rows[positions]

    return rows.tocsr()[positions] if issparse(rows) else np.asarray(rows)[positions]
