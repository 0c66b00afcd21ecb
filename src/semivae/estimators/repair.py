r"""Rows that are completed or cleaned by a fitted model."""

from __future__ import annotations

__all__ = ["VAERepair"]

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import check_is_fitted

from semivae.errors import SettingError
from semivae.estimators.rows.holes import Holes
from semivae.estimators.rows.inputs import read_rows, refuse_stream
from semivae.estimators.rows.streamed import by_block
from semivae.estimators.space import VAESpace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semivae.estimators.imputed import Summary, Wanted
    from semivae.models import Model


class VAERepair(VAESpace):
    r"""Abstract estimator that completes and cleans rows.

    Attributes:
        model_: The fitted model.
    """

    model_: Model

    def impute(self, X: Any, draws: int | None = None, missing: Any = None, random_state: int = 0) -> Any:
        r"""Fills missing cells by their distribution given the observed cells of the row.

        Latents are drawn from :math:`p(z \mid x_\text{observed})`, with a missing label summed out, by annealing and
        resampling (:mod:`semivae.models.completion`); cells from :math:`p(x \mid z)`. The result of a row is the same
        in any batch. Observed cells are returned as they are. So is a missing date, of which a model knows parts only.

        Arguments:
            X: The rows, with missing cells as for `fit`.
            draws: None fills the mean of numbers and pixels, and the most probable category. A number returns a list of
                so many completions, each a draw of all missing cells of a row together: do what you want to do with
                each of them, and compare. Pixels are the means at draws of the latent, as in :meth:`sample`.
            missing: For images, whether each pixel is missing, with the shape of X; its value is not used. Pixels that
                are NaN are missing, too.
            random_state: Random seed.

        Returns:
            The rows without missing cells, in the container of X, or a list of them.

        Raises:
            SettingError: If the model has no density of latent and row together, as those with several latents.

        References:
            | Leveraging the Exact Likelihood of Deep Latent Variable Models (Mattei and Frellsen, 2018)
            | https://arxiv.org/abs/1802.04826
        """

        from semivae.estimators.imputed import Wanted

        holes = self._holes(X, missing)

        if draws is None:
            (filled,) = self._filled(holes, ["center"], Wanted(None, not self.schema_.image, random_state))

            return filled

        if not isinstance(draws, int | np.integer) or draws < 1:
            raise SettingError(f"draws={draws!r}", "it must be a whole number, at least 1, or None", "draws=10")

        return [
            holes.filled(self.codec_.decode(one, within=True))
            for one in self._drawn(holes, Wanted(int(draws), not self.schema_.image, random_state))
        ]

    def impute_interval(
        self, X: Any, coverage: float = 0.9, missing: Any = None, random_state: int = 0
    ) -> tuple[Any, Any]:
        r"""Returns rows filled with the lower, and with the upper ends of intervals of missing numbers.

        The value of a missing number is in its interval with the given probability, if the model is right. A missing
        category is the most probable one in both. The arguments are as for :meth:`impute`.

        Raises:
            SettingError: If the coverage is no probability.
        """

        from semivae.estimators.imputed import Wanted

        if not 0 < coverage < 1:
            raise SettingError(f"coverage={coverage!r}", "it must lie between 0 and 1", "coverage=0.9")

        holes = self._holes(X, missing)
        ends = [(1 - coverage) / 2, (1 + coverage) / 2]
        low, high = self._filled(holes, ends, Wanted(None, True, random_state))

        return low, high

    def denoise(self, X: Any, random_state: int = 0) -> Any:
        r"""Returns the mean of rows without their noise, :math:`\mathbb{E}_{p(z \mid x)} \mathbb{E}[x' \mid z]`.

        All cells are replaced: numbers and pixels by their mean, categories by the most probable one, given the whole
        row. Missing cells are filled. A cell that does not fit the others moves most.

        Arguments:
            X: The rows.
            random_state: Random seed.

        Returns:
            The rows as :meth:`inverse_transform` returns them.

        Raises:
            SettingError: If the model has no density of latent and row together, as those with several latents.
        """

        from semivae.estimators.imputed import Wanted

        (center,) = self._summaries(self._holes(X, None), ["center"], Wanted(None, False, random_state))

        return center

    def rate(self, X: Any) -> NDArray[np.float64]:
        r"""Estimates the bits that the latent of each row costs, with shape (N,), by bits-back coding.

        .. math:: R(x) = \frac{\mathrm{KL}(q(z \mid x) \parallel p(z))}{\log 2}
            = \frac{\mathbb{E}_q[\log p(x \mid z)] - \mathrm{ELBO}(x)}{\log 2}

        Both means are over draws of :math:`q(z \mid x)`, so single rows are known to a few bits, and means over rows
        better. A label that the decoder takes is the predicted one, and its bits are counted.

        References:
            | Practical Lossless Compression with Latent Variables using Bits Back Coding (Townsend et al., 2019)
            | https://arxiv.org/abs/1901.04866
        """

        from semivae.estimators.explained import divergence_of

        check_is_fitted(self, "model_")
        refuse_stream(self, X)

        return divergence_of(self._double(), read_rows(self, X), self.schema_.y is not None) / np.log(2)

    def _holes(self, X: Any, missing: Any) -> Holes:
        """Returns rows beside the marks of their missing cells."""

        check_is_fitted(self, "model_")
        refuse_stream(self, X)

        return Holes.of(self, X, missing)

    def _filled(self, holes: Holes, kinds: Sequence[Summary], wanted: Wanted) -> list[Any]:
        """Returns rows whose missing cells are filled by each summary of their draws."""

        lacking = np.flatnonzero(np.isnan(holes.x).reshape(len(holes.x), -1).any(axis=1))

        if not len(lacking):
            return [holes.filled(holes.rows) for _ in kinds]

        # Only rows that lack something take time; nothing is taken from the others.
        some = replace(holes, x=holes.x[lacking], unread=holes.unread[lacking])
        places = np.searchsorted(lacking, np.arange(len(holes.x))).clip(0, len(lacking) - 1)

        return [holes.filled(_safe_indexing(one, places)) for one in self._summaries(some, kinds, wanted)]

    @by_block
    def _drawn(self, holes: Holes, wanted: Wanted) -> NDArray[np.float64]:
        """Returns draws of all cells in the units of the model, with shape (S, N, *)."""

        from semivae.estimators.imputed import cells_given

        return np.concatenate([cells for _, cells in cells_given(self.model_, holes.x, holes.unread, wanted)], axis=1)

    @by_block
    def _summaries(self, holes: Holes, kinds: Sequence[Summary], wanted: Wanted) -> list[Any]:
        """Returns a row for each summary of the draws of its cells, as the codec decodes rows."""

        from semivae.estimators.imputed import cells_given, summary

        found = np.empty((len(kinds), *holes.x.shape))
        classes = [len(variable.classes) for variable in self.codec_.variables]

        for rows, cells in cells_given(self.model_, holes.x, holes.unread, wanted):
            if self.schema_.single:
                found[:, rows] = [summary(cells, 0, kind) for kind in kinds]
                continue

            # The mean of a bent column is a mean in the units of the data.
            units = self.codec_.in_units(cells.reshape(-1, cells.shape[-1]), True).reshape(cells.shape)

            for j, count in enumerate(classes):
                found[:, rows, j] = [summary(units[..., j], count, kind) for kind in kinds]

        values = list(found) if self.schema_.single else [self.codec_.in_model_units(np.asarray(one)) for one in found]

        return [self.codec_.decode(np.asarray(one), within=True) for one in values]
