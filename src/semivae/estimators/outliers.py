r"""The outlier scores of an estimator, and known outliers that raise those of others."""

from __future__ import annotations

__all__ = ["VAEOutliers"]

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import check_is_fitted

from semivae.data.codecs.frame import is_frame, pandas_frame
from semivae.data.in_memory import InMemory
from semivae.errors import DataError, SettingError
from semivae.estimators.rows.inputs import read_rows
from semivae.estimators.trust import VAETrust

if TYPE_CHECKING:
    from semivae.trust.outliers import KnownOutliers, Usual

# The scale of usual rows needs no precise density; the other draws would take most of the time of a small fit.
DRAWS = 8

# A density of nothing gives an infinite score, which has no mean.
LIMIT = 1000.0


class VAEOutliers(VAETrust):
    r"""Abstract estimator that tells how unusual rows are.

    Attributes:
        usual_: The densities and latents of some rows of the fit; None for a stream.
        known_outliers_: The classifier of known outliers; None without any.
    """

    usual_: Usual | None = None
    known_outliers_: KnownOutliers | None = None

    def outlier_scores(self, X: Any, method: str = "auto") -> NDArray[np.float64]:
        r"""Returns how unusual each row is, with shape (N,): higher is more unusual.

        The same at each call and in any batch.

        Arguments:
            X: The rows.
            method: "auto" takes density and distance together, and known outliers if the fit had some. The others take
                one: "density" (minus the importance-weighted log-density), "elbo" (minus its lower bound),
                "reconstruction" (minus the mean log-density of a row given draws of its latent), "distance" (of the
                latent to the nearest latents of usual rows), "typicality" (the distance of the log-density from its
                usual value, on both sides).

        Raises:
            SettingError: If there is no such method, or it needs usual rows and the fit was of a stream.
        """

        from semivae.trust.outliers import METHODS

        if method not in METHODS:
            raise SettingError(f"method={method!r}", f"one of {', '.join(METHODS)}", 'method="auto"')

        check_is_fitted(self, "model_")

        return getattr(self, f"_by_{method}")(X)

    def learn_outliers(self, outliers: Any, X: Any) -> Self:
        r"""Learns from known outliers, so that rows like them get higher scores by the method "auto".

        The model stays as it is. A linear classifier tells the outliers from the other rows by their density, their
        latents and the density of each cell. `fit(X, y, outliers=mask)` calls this.

        Arguments:
            outliers: Rows that are outliers. Five are of use.
            X: Rows that are not; 500 of them are taken.

        Raises:
            DataError: If one of both has no row.
        """

        from semivae.trust.outliers import KnownOutliers, some_of

        rows = pandas_frame(X) if is_frame(X) else X
        counts = [len(InMemory(part)) for part in (outliers, rows)]

        if not all(counts):
            raise DataError(
                f"{counts[0]} outliers and {counts[1]} other rows",
                "at least one of both is needed",
                "learn_outliers(X[mask], X[~mask])",
            )

        parts = _safe_indexing(rows, some_of(counts[1])), outliers
        self.known_outliers_ = KnownOutliers.of(*(self._evidence_of(part, *self._scaled(part)) for part in parts))

        return self

    def _taught(self, outliers: Any, X: Any) -> Self:
        """Learns from the known outliers of a fit to rows X; None without any."""

        return self if outliers is None else self.learn_outliers(outliers, X)

    def calibrate_novelty(self, X: Any) -> Self:
        """Takes rows that the fit did not see, and that are normal, as the reference of novelty and outlier scores."""

        self.usual_ = self._usual_of(read_rows(self, X))

        return super().calibrate_novelty(X)

    def _by_auto(self, X: Any) -> NDArray[np.float64]:
        """Returns the mean of both scores on the scale of usual rows, and the logit of known outliers."""

        latents, scores = self._scaled(X)
        found, known = scores.mean(axis=1), self.known_outliers_

        return found if known is None else found + known.logit(self._evidence_of(X, latents, scores))

    def _by_density(self, X: Any) -> NDArray[np.float64]:
        return -self.score_samples(X)

    def _by_elbo(self, X: Any) -> NDArray[np.float64]:
        return -self.evidence(X, "elbo")[0]

    def _by_reconstruction(self, X: Any) -> NDArray[np.float64]:
        parts = self._parts(X)

        return -np.nan_to_num(parts).sum(axis=tuple(range(1, parts.ndim)))

    def _by_distance(self, X: Any) -> NDArray[np.float64]:
        return self._known_usual().distance(self.transform(X))

    def _by_typicality(self, X: Any) -> NDArray[np.float64]:
        return self._known_usual().atypical(self.score_samples(X))

    def _scaled(self, X: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Returns latents, with shape (N, D), and both scores on the scale of usual rows, with shape (N, 2)."""

        usual, latents = self._known_usual(), self.transform(X)

        return latents, usual.scaled(self.score_samples(X), latents)

    def _evidence_of(self, X: Any, latents: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns the numbers that tell known outliers, with shape (N, F): scores, latents, and parts of cells."""

        cells = self._parts(X)
        parts = np.nan_to_num(cells.sum(axis=(1, 2))[:, None] if cells.ndim > 2 else cells)
        # The density of a cell has no lower bound; its logarithm keeps one cell from being all that counts.
        moderate = np.sign(parts) * np.log1p(np.abs(parts))

        return np.concatenate([scores.clip(-LIMIT, LIMIT), latents, moderate], axis=1)

    def _known_usual(self) -> Usual:
        r"""Returns the usual rows.

        Raises:
            SettingError: If there are none.
        """

        if self.usual_ is None:
            raise SettingError(
                "this fit has no usual rows",
                "scores are on the scale of rows of the fit. Streams, and models that an earlier version saved, have "
                "none",
                'calibrate_novelty(X_normal), or method="density"',
            )

        return self.usual_

    def _usual_of(self, x: NDArray[Any]) -> Usual | None:
        """Returns some rows in the units of a model as usual ones; None without any."""

        from semivae.engine import apply
        from semivae.trust.outliers import Usual, some_of

        if not len(x):
            return None

        some = x[some_of(len(x))]
        model = self._double()
        (latents,) = apply(lambda rows: model.posterior(rows)[0], some)

        return Usual.of(self._evidence(some, draws=DRAWS).log_density, latents)
