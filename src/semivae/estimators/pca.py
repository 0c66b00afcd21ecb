r"""Probabilistic PCA with the interface of the other estimators: the baseline of every latent space.

Generative process:

.. math::
    z & \sim \mathcal{N}(0, I) \\
    x & \sim \mathcal{N}(W z + \mu, \sigma^2 I)

Its evidence is known in closed form, and a linear VAE converges to it.

Training: none, as the likeliest :math:`W` and :math:`\sigma` follow from the eigenvectors and eigenvalues of the
covariance of the rows.

When to choose it: first. It takes no training, and a network has to beat it.

References:
    | Probabilistic Principal Component Analysis (Tipping and Bishop, 1999)
    | https://doi.org/10.1111/1467-9868.00196
"""

from __future__ import annotations

__all__ = ["PCA"]

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import Tags, check_array, check_random_state
from sklearn.utils.validation import check_is_fitted

from semivae.data.kinds import handler
from semivae.errors import DataError, SettingError
from semivae.estimators.draws import check_draws
from semivae.estimators.options.data import DataOptions
from semivae.estimators.options.declared import declare
from semivae.estimators.options.grouped import Group, Grouped
from semivae.estimators.options.values import Anything, Switch, Whole
from semivae.estimators.rows.inputs import fit_rows, read_rows, refuse_stream

if TYPE_CHECKING:
    from torch import Tensor

# The tensors of a saved model: the fitted attributes of scikit-learn's PCA.
TENSORS = ("mean_", "components_", "explained_variance_", "noise_variance_")


@declare
class PCA(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Grouped):
    """Probabilistic principal component analysis of tables of numbers and of images."""

    latents: Annotated[int, Whole(1), "Number of components, at most the number of columns and of rows."] = 2
    standardize: Annotated[
        bool,
        Switch(),
        "Whether to divide columns by their standard deviation first; without it the codes are in the units of the "
        "data.",
    ] = False
    data: Annotated[DataOptions | None, Group(DataOptions), "`DataOptions`: columns of a frame that are modeled."] = (
        None
    )
    random_state: Annotated[Any, Anything(), "Random seed of a randomized solver, or a generator of NumPy."] = None

    def fit(self, X: Any, y: Any = None) -> Self:
        r"""Fits the components.

        Arguments:
            X: The rows, all numbers, none missing.
            y: Not used; here for pipelines.

        Raises:
            DataError: If a column holds categories or a cell is missing.
        """

        self._check()
        refuse_stream(self, X)
        self.codec_, x = fit_rows(self, X)

        if self.codec_.container == "sparse":
            raise SettingError(
                "PCA of a sparse matrix",
                "PCA here needs dense rows, centered",
                "VAEEmbedding().fit(X), or sklearn.decomposition.TruncatedSVD",
            )

        if self.codec_.bent:
            self.codec_ = self.codec_.straightened()
            x = read_rows(self, X)

        self.schema_ = self.codec_.schema()
        self.seed_ = int(check_random_state(self.random_state).randint(2**31 - 1))

        rows = self._rows(x)

        if len(rows) < 2:
            raise DataError("Found array with 1 sample(s) while a minimum of 2 is required", "one row has no variance")

        most = min(rows.shape)

        if not 1 <= self.latents <= most:
            raise DataError(
                f"latents={self.latents}",
                f"{rows.shape[0]} rows of {rows.shape[1]} numbers allow 1 to {most}",
                f"latents={most}",
            )

        if (rows == rows[0]).all():
            raise DataError("all rows are the same", "components need columns that vary", "leave constant columns out")

        from sklearn import decomposition

        self.pca_ = decomposition.PCA(self.latents, random_state=self.seed_).fit(rows)
        # The memory layout decides the last bits of a product, and a file keeps this layout.
        self.pca_.components_ = np.ascontiguousarray(self.pca_.components_)
        self.history_ = pd.DataFrame(
            {"component": range(1, self.latents + 1), "variance": self.pca_.explained_variance_}
        )

        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Returns the coordinates along the components, with shape (N, latents)."""

        check_is_fitted(self, "pca_")

        return self.pca_.transform(self._rows(read_rows(self, X)))

    def encode(self, X: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        r"""Returns the coordinates and their standard deviation :math:`\sigma`, each with shape (N, latents)."""

        mean = self.transform(X)

        return mean, np.full_like(mean, np.sqrt(self.pca_.noise_variance_))

    def inverse_transform(self, X: ArrayLike, y: Any = None) -> Any:
        """Decodes coordinates of shape (N, latents) to rows."""

        check_is_fitted(self, "pca_")

        return self._decode(self.pca_.inverse_transform(check_array(X, dtype="float64")))

    def sample(
        self,
        n: int = 1,
        y: Any = None,
        random_state: int | np.random.RandomState | None = None,
        noise: bool | Literal["auto"] = "auto",
    ) -> Any:
        r"""Draws new rows from the fitted Gaussian, within the range that was observed in each column.

        Arguments:
            n: The number of rows.
            y: Not used; here for the interface.
            random_state: Random seed.
            noise: Whether to add noise of variance :math:`\sigma^2`, which "auto" does.
        """

        check_draws(n, noise)

        random = check_random_state(random_state)
        rows = self.pca_.inverse_transform(self.sample_latents(n, random_state=random))

        if noise:
            rows = rows + random.standard_normal(rows.shape) * np.sqrt(self.pca_.noise_variance_)

        return self._decode(rows, within=True)

    def sample_latents(
        self, n: int = 1, y: Any = None, random_state: int | np.random.RandomState | None = None
    ) -> NDArray[np.float64]:
        """Draws coordinates from the fitted Gaussian, with shape (n, latents)."""

        check_is_fitted(self, "pca_")
        check_draws(n)

        signal = np.sqrt(np.maximum(self.pca_.explained_variance_ - self.pca_.noise_variance_, 0))

        return check_random_state(random_state).standard_normal((n, self.latents)) * signal

    def score_samples(self, X: Any) -> NDArray[np.float64]:
        r"""Returns the log-density of each row in the units of the data, with shape (N,): higher is more normal.

        Raises:
            DataError: If the rows of the fit lie in a plane, up to rounding, and so have no density.
        """

        check_is_fitted(self, "pca_")

        x = read_rows(self, X)

        try:
            scores = self.pca_.score_samples(self._rows(x))
        except np.linalg.LinAlgError:
            scores = np.full(len(x), np.nan)

        if not np.isfinite(scores).all():
            raise DataError(
                "some columns of the fit are constant, follow from others, or are far larger than others",
                "rows that lie in a plane, up to rounding, have no density",
                "leave these columns out: drop=[...], or use standardize=True",
            )

        return scores + self.codec_.log_volume(x) if self.standardize and not self.schema_.image else scores

    def outlier_score(self, X: Any) -> NDArray[np.float64]:
        """Returns minus the log-density of each row, with shape (N,): higher is more abnormal."""

        return -self.score_samples(X)

    def score(self, X: Any, y: Any = None) -> float:
        """Returns the mean log-density of rows: higher is better."""

        return float(self.score_samples(X).mean())

    def save(self, folder: str | Path, overwrite: bool = False) -> None:
        """Saves the fitted estimator as a folder, as :meth:`VAEEstimator.save` does."""

        from semivae.estimators.disk.save import save

        save(self, folder, overwrite)

    def _rows(self, x: NDArray[Any]) -> NDArray[np.float64]:
        """Returns encoded rows as plain numbers, with shape (N, P), in the units of the data unless standardized."""

        odd = [variable.name for variable in self.schema_.x if not handler(variable).continuous]

        if odd or np.isnan(x).any():
            raise DataError(
                f"columns of categories or counts: {', '.join(odd)}" if odd else "some cells are missing (NaN)",
                "PCA needs real numbers in every cell",
                "use VAEEmbedding, which models categories and skips missing cells",
            )

        rows = x.reshape(len(x), -1).astype(np.float64)

        return rows if self.standardize or self.schema_.image else rows * self.codec_.scales

    def _decode(self, rows: NDArray[np.float64], within: bool = False) -> Any:
        if self.schema_.image:
            return self.codec_.decode(rows.reshape(-1, *self.schema_.x[0].shape))

        return self.codec_.decode(rows if self.standardize else rows / self.codec_.scales, within)

    @property
    def model_name_(self) -> str:
        """The name of the model."""

        return "pca"

    def _tensors(self) -> dict[str, Tensor]:
        import torch

        return {name: torch.from_numpy(np.atleast_1d(getattr(self.pca_, name)).copy()) for name in TENSORS}

    def _expected(self, names: set[str]) -> dict[str, Tensor]:
        """Returns the tensors of a saved model without their values."""

        import torch

        width = sum(math.prod(variable.shape) for variable in self.schema_.x)
        shapes = {"mean_": (width,), "components_": (self.latents, width), "explained_variance_": (self.latents,)}

        return {name: torch.empty(shapes.get(name, (1,)), dtype=torch.float64, device="meta") for name in TENSORS}

    def _restore(self, tensors: dict[str, Tensor]) -> None:
        from sklearn import decomposition

        self.pca_ = decomposition.PCA(self.latents)
        self.pca_.n_components_ = self.latents
        self.pca_.n_samples_ = 0

        for name in TENSORS:
            setattr(self.pca_, name, tensors[name].numpy())

        self.pca_.noise_variance_ = float(tensors["noise_variance_"])

    @property
    def _n_features_out(self) -> int:
        return self.latents

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []

        return tags
