r"""The latent space of a fitted estimator: rows to latents and back, new rows, and the density of rows."""

from __future__ import annotations

__all__ = ["VAESpace"]

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from semivae.estimators.double import doubled
from semivae.estimators.draws import check_draws, draw_latents, draw_rows
from semivae.estimators.gaps import Gap
from semivae.estimators.parameters import Parameters
from semivae.estimators.rows.inputs import no_target, read_latents, read_rows
from semivae.estimators.rows.streamed import by_block

if TYPE_CHECKING:
    from semivae.data.codecs.base import Codec
    from semivae.estimators.evidence import Evidence
    from semivae.estimators.plan.plan import Plan
    from semivae.fitted import Method
    from semivae.models import Model
    from semivae.schema import Schema


class VAESpace(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Parameters):
    r"""Abstract estimator with a latent space.

    Attributes:
        schema_: The variables of the rows and of the target.
        codec_: The translation of the rows.
        plan_: Every value of the fit, by its name.
        gaps_: The patterns of missing cells among the rows of the fit.
    """

    schema_: Schema
    codec_: Codec
    plan_: Plan
    gaps_: Sequence[Gap] = ()

    @property
    def latents_(self) -> int:
        """The size of the latent of the fitted model, even if parameters changed since."""

        return self.plan_.latents

    def _double(self, part: str = "model_") -> Model:
        """Returns a learned part in double precision, so that the result of a row does not depend on its batch."""

        check_is_fitted(self, "model_")

        return doubled(getattr(self, part))

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Returns the posterior means of the latent, with shape (N, latents)."""

        return self.encode(X)[0]

    @by_block
    def encode(self, X: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Returns mean and standard deviation of the latent of each row, each with shape (N, latents)."""

        from semivae.engine import apply

        model = self._double()
        mean, deviation = apply(model.posterior, read_rows(self, X))

        return mean, deviation

    def inverse_transform(self, X: ArrayLike, y: Any = None) -> Any:
        r"""Decodes latents to rows, in the units and the container of the rows of the fit.

        Arguments:
            X: Latents, with shape (N, latents).
            y: A label for all, or one a row, for models that generate by label; :py:`None` takes the most
                probable class of the prior.

        Returns:
            N rows: the mean of real values and pixels, the most probable category, and strings of the most probable
            tokens given those before.
        """

        from semivae.engine import apply

        model = self._double()
        z = read_latents(X, self.latents_)
        points = () if y is None else (self._points(y, len(z)),)
        (x,) = apply(lambda *parts: model.decode(*parts).mean, z, *points)

        return self.codec_.decode(x)

    def sample(
        self,
        n: int = 1,
        y: Any = None,
        random_state: int | np.random.RandomState | None = None,
        noise: bool | Literal["auto"] = "auto",
    ) -> Any:
        r"""Draws new rows.

        Arguments:
            n: The number of rows.
            y: A label for all, or one a row; :py:`None` draws from the whole distribution.
            random_state: Random seed.
            noise: Whether each value is drawn from :math:`p(x \mid z)`. :py:`False` takes its mean, or its most
                probable category, at the same latents. "auto" draws the cells of tables and the tokens of SELFIES. It
                takes the mean of pixels and the most probable tokens of other strings, of which more are valid.

        Returns:
            n rows like those of the fit. Drawn numbers are within the observed range. Drawn cells are missing as often
            as in the fit, also together, but independently of values and labels. Without noise, rows are complete.
        """

        check_draws(n, noise)

        points = None if y is None else self._points(y, n)
        exact = self.schema_.image or (self.schema_.container == "sequence" and self.schema_.x[0].tokens != "selfies")
        drawn = not exact if noise == "auto" else noise
        x = draw_rows(self._double(), n, points, random_state, drawn, self.gaps_)

        return self.codec_.decode(x, within=True)

    def sample_latents(
        self, n: int = 1, y: Any = None, random_state: int | np.random.RandomState | None = None
    ) -> NDArray[np.float64]:
        r"""Draws latents for :meth:`inverse_transform`, with shape (n, latents), from the prior :math:`p(z)`.

        Where the prior depends on the label, from :math:`p(z \mid y)`. The arguments are as for :meth:`sample`.
        """

        check_draws(n)

        return draw_latents(self._double(), n, None if y is None else self._points(y, n), random_state)

    def score_samples(self, X: Any) -> NDArray[np.float64]:
        r"""Returns the log-density of each row, with shape (N,): higher is more normal.

        An importance-weighted estimate of :math:`\log p(x)` in nats, in the units of the data (for images: of pixels
        in [0, 1]), with the label summed out. The same at each call and in any batch. :meth:`evidence` returns its
        error, too. Where pixels have levels ("logistic", or "bernoulli" of 0 and 1), it is the log-probability of an
        image. With "bernoulli", grey levels have a cross-entropy instead, which ranks images but is no density.
        """

        return self.evidence(X)[0]

    @by_block
    def evidence(self, X: Any, method: Method = "importance", draws: int | None = None) -> Evidence:
        r"""Estimates the log-density of each row, with the error of its draws.

        Each row has noise of its own, from a hash of its values, so errors of rows average out over rows.

        Arguments:
            X: The rows.
            method: "importance" takes the importance-weighted bound of Burda et al. (2015). "elbo" takes the mean of
                the log-weights, a lower bound. "annealed" takes annealed importance sampling (Wu et al., 2016), which
                takes minutes for a thousand rows and checks the others. On average, "elbo" is at most "importance",
                and that at most the log-density.
            draws: The draws of each row; for "annealed", its temperatures (100 by default). :py:`None` draws at least
                32 times, then until the error is at most 0.1 nats or there are 128 draws; 32 for images.

        Returns:
            `log_density`, `error` and `effective_draws`, each with shape (N,). Where few draws are effective, the
            error is too small, and the estimate too low.

        Raises:
            SettingError: If "annealed" is asked of a model with more than one latent, or with a number as target.
        """

        return self._evidence(read_rows(self, X), method, draws)

    def _evidence(self, x: NDArray[Any], method: Method = "importance", draws: int | None = None) -> Evidence:
        """Estimates the log-density of rows in the units of a model."""

        from semivae.estimators.evidence import evidence

        found = evidence(self._double(), x, method, draws, self.schema_.single)

        return found._replace(log_density=found.log_density + self.codec_.log_volume(x))

    def outlier_score(self, X: Any) -> NDArray[np.float64]:
        """Returns minus the log-density of each row, with shape (N,): higher is more abnormal."""

        return -self.score_samples(X)

    @by_block
    def features(self, X: Any) -> NDArray[np.float64]:
        """Returns each row as the numbers that a network reads, with shape (N, F), for other methods.

        Of sparse rows this is a sparse matrix.
        """

        from semivae.estimators.readout import numbers

        return numbers(self.schema_, read_rows(self, X))

    @property
    def _n_features_out(self) -> int:
        return self.latents_

    def _points(self, y: Any, n: int) -> NDArray[np.float64]:
        """Returns the label points for one label for all rows, or one per row."""

        raise no_target(y, self.plan_.model)
