r"""A latent space, a generator and a density of rows without labels."""

from __future__ import annotations

__all__ = ["VAEEmbedding"]

from typing import Any, Self

from semivae.estimators.base import VAEEstimator
from semivae.estimators.rows.opened import apart, opened


class VAEEmbedding(VAEEstimator):
    r"""Latent space of a VAE (or a plain autoencoder, `model="ae"`) that is fitted without labels.

    Example:
        >>> embedding = VAEEmbedding(latents=2, random_state=0).fit(X)
        >>> embedding.transform(X), embedding.outlier_score(X), embedding.sample(10)
    """

    default_model = "vae"

    def fit(self, X: Any, y: Any = None, outliers: Any = None) -> Self:
        r"""Fits the model.

        Arguments:
            X: The rows: an array with shape (N, P), a frame, images with shape (N, H, W[, C]), or a
                :func:`semivae.stream` of files larger than memory.
            y: Not used; here for pipelines.
            outliers: Marks rows that are known outliers, with shape (N,). They are kept out of the fit, and rows like
                them get higher :meth:`outlier_scores`.
        """

        X, _, known = apart(X, None, outliers)
        self._fit(*opened(self, X))

        return self._finish(X)._taught(known, X)

    def score(self, X: Any, y: Any = None) -> float:
        """Returns the mean log-density of rows: higher is better."""

        return float(self.score_samples(X).mean())
