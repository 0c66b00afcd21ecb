r"""Shared by all estimators: fitting on any rows, the latent space, generation and density.

PyTorch is slow to import. Functions that need it import it themselves, so that importing an estimator is fast.
"""

from __future__ import annotations

__all__ = ["VAEEstimator"]

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted

from semivae.estimators.double import doubled
from semivae.estimators.draws import check_draws, draw_latents, draw_rows
from semivae.estimators.gaps import Gap, gaps_of
from semivae.estimators.parameters import Parameters
from semivae.estimators.rows.inputs import fit_rows, no_target, read_latents, read_rows
from semivae.estimators.rows.streamed import by_block
from semivae.estimators.rows.target import Target
from semivae.findings import Calibration, Health
from semivae.fitted import Fitted

if TYPE_CHECKING:
    from torch import Tensor

    from semivae.committee import Committee
    from semivae.engine import Callback
    from semivae.findings import HeldOut
    from semivae.models import Model

# Draws of the importance-weighted bound that estimates the log-density of a row.
DRAWS = 32


class VAEEstimator(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Parameters):
    """Abstract estimator around a model, with the arguments of :class:`Parameters`."""

    default_model = "vae"
    health_ = Health(not_judged="it was not examined")
    calibration_ = Calibration("it was not fitted")
    committee_: Committee | None = None
    held_out_: HeldOut | None = None
    gaps_: Sequence[Gap] = ()

    def _fit(self, X: Any, target: Target | None = None) -> Self:
        """Fits the model to rows and, if there is one, their target."""

        from semivae.engine import seeded
        from semivae.estimators.build.wiring import wire
        from semivae.estimators.council import Judged, council_of
        from semivae.estimators.plan.resolve import check_together, plan_of
        from semivae.estimators.plan.rows import stops_early
        from semivae.estimators.rows.loaders import loaders, parts_of
        from semivae.estimators.run import Runs
        from semivae.estimators.stages import train_stages

        self._check()
        check_together(self)

        self.codec_, x = fit_rows(self, X, in_steps=True)
        target = target or Target.none(len(x))
        self.schema_ = self.codec_.schema(target.variable)
        self.counts_ = target.counts
        self.seed_ = int(check_random_state(self.random_state).randint(2**31 - 1))
        self.gaps_ = gaps_of(x, self.seed_)
        self.checkpoint_ = None if self.checkpoint is None else Path(self.checkpoint)

        held = self._options("training").validation_share if stops_early(self, self.schema_, len(x)) else 0.0
        parts = parts_of(x, target, held, self.seed_)
        self.plan_ = plan_of(self, self._chosen(), self.schema_, parts.counts, self.seed_)
        rows, validation = loaders(self.plan_, self.schema_, x, target, parts)
        runs = Runs(self.plan_, self.schema_, rows, self._watchers(), self.checkpoint_)

        council = council_of(self.plan_, self.schema_, x, target, parts.train, self.seed_)

        with seeded(self.seed_):
            model = wire(self.plan_, self.schema_, self.counts_)
            done = train_stages(runs, model, self.counts_, validation, council and council.advise)

        self.model_, self.student_, self.plan_, history = done.model, done.student, done.runs.plan, done.history
        judged = council.judged(done.runs, done.model) if council and history.stopped != "interrupted" else Judged()
        self.committee_, self.calibration_, self.held_out_ = judged.committee, judged.calibration, judged.held_out
        # A fit stopped in its first epoch has none.
        self.history_ = pd.DataFrame(history.records, columns=None if history.records else ["epoch", "seconds"])
        self.n_steps_ = max((record["epoch"] for record in history.records), default=0) * len(rows)
        self.stopped_ = history.stopped
        self.n_labeled_ = target.labeled
        self.n_unlabeled_ = target.unlabeled
        self.n_held_out_ = parts.counts.held

        return self

    @property
    def latents_(self) -> int:
        """The size of the latent of the fitted model, even if parameters changed since."""

        return self.plan_.latents

    def _chosen(self) -> str:
        """Returns the model chosen by the parameters."""

        name = self._options("model").name

        return self.default_model if name == "auto" else name

    @property
    def model_name_(self) -> str:
        """The name of the fitted model, or before the fit, of the model to be fitted."""

        return self.plan_.model if hasattr(self, "plan_") else self._chosen()

    def _watchers(self) -> list[Callback]:
        """Returns the callbacks of every epoch."""

        from semivae.engine import Progress

        return [*(self.callbacks or ()), *([Progress(type(self).__name__)] if self.verbose else ())]

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
            N rows: the mean of real values and pixels, the most probable category.
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
                probable category, at the same latents. "auto" draws the cells of tables and takes the mean of pixels.

        Returns:
            n rows like those of the fit. Drawn numbers are within the observed range. Drawn cells are missing as often
            as in the fit, also together, but independently of values and labels. Without noise, rows are complete.
        """

        check_draws(n, noise)

        points = None if y is None else self._points(y, n)
        drawn = not self.schema_.image if noise == "auto" else noise
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

    @by_block
    def score_samples(self, X: Any) -> NDArray[np.float64]:
        r"""Returns the log-density of each row, with shape (N,): higher is more normal.

        An importance-weighted lower bound on :math:`\log p(x)` in nats, in the units of the data (for images: of
        pixels in [0, 1]), with the label summed out. The same at each call and in any batch. Where pixels have levels
        ("logistic", or "bernoulli" of 0 and 1), it is the log-probability of an image. With "bernoulli", grey levels
        have a cross-entropy instead, which ranks images but is no density.
        """

        from semivae.engine import apply, normal_noise

        model = self._double()
        x = read_rows(self, X)
        noise = normal_noise(DRAWS, model.noise)

        (scores,) = apply(lambda rows: model.log_evidence(rows, noise), x)

        return scores if self.schema_.image else scores + self.codec_.log_volume(x)

    def outlier_score(self, X: Any) -> NDArray[np.float64]:
        """Returns minus the log-density of each row, with shape (N,): higher is more abnormal."""

        return -self.score_samples(X)

    @by_block
    def features(self, X: Any) -> NDArray[np.float64]:
        """Returns each row as the numbers that a network reads, with shape (N, F), for other methods."""

        from semivae.conditional import Net
        from semivae.engine import apply

        trunk = Net().trunk(self.schema_.x)

        return apply(trunk, read_rows(self, X))[0]

    def _together(self, x: NDArray[Any], model: NDArray[np.float64]) -> NDArray[np.float64]:
        r"""Returns the predictions of the committee, with shape (N, C).

        Arguments:
            x: The rows in the units of a model, with shape (N, *).
            model: The predictions of the model, with shape (N, C).
        """

        from semivae.conditional import Net
        from semivae.engine import apply

        trunk, double = Net().trunk(self.schema_.x), self._double()
        row, latent = apply(lambda rows: (trunk(rows), double.posterior(rows)[0]), x)

        return cast("Committee", self.committee_).predict(row, latent, model)

    def save(self, folder: str | Path, overwrite: bool = False) -> None:
        r"""Saves the fitted estimator as a folder of safetensors and JSON, whole or not at all.

        Arguments:
            folder: The folder.
            overwrite: Whether a saved model there may be replaced.
        """

        from semivae.estimators.disk.save import save

        save(cast(Fitted, self), folder, overwrite)

    def _tensors(self) -> dict[str, Tensor]:
        """Returns the arrays of a saved model by name."""

        from semivae.estimators.build.rebuilt import tensors_of

        return tensors_of(self.model_, self.student_)

    def _build(self, names: Iterable[str]) -> None:
        """Builds the model of the plan with fresh weights, and its student if the names of the tensors have one."""

        from semivae.estimators.build.rebuilt import wire_again

        self.model_, self.student_ = wire_again(self.plan_, self.schema_, self.counts_, names)

    def _expected(self, names: set[str]) -> dict[str, Tensor]:
        """Returns the tensors of a saved model without their values, given the names that were saved."""

        import torch

        from semivae.estimators.build.rebuilt import check_layers

        check_layers(self.plan_, len(names))

        with torch.device("meta"):
            self._build(names)

        return self._tensors()

    def _restore(self, tensors: dict[str, Tensor]) -> None:
        """Rebuilds the fitted model from its tensors and the facts already set."""

        from semivae.estimators.build.rebuilt import fill

        self._build(tensors)
        fill(self.model_, self.student_, tensors)

    @property
    def _n_features_out(self) -> int:
        return self.latents_

    def _points(self, y: Any, n: int) -> NDArray[np.float64]:
        """Returns the label points for one label for all rows, or one per row."""

        raise no_target(y, self.plan_.model)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []

        return tags
