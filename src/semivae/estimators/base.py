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
from numpy.typing import NDArray
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted

from semivae.estimators.examine import examine
from semivae.estimators.gaps import gaps_of
from semivae.estimators.outliers import VAEOutliers
from semivae.estimators.repair import VAERepair
from semivae.estimators.rows.inputs import fit_rows
from semivae.estimators.rows.target import Target
from semivae.findings import Calibration, Health
from semivae.fitted import Fitted, Trained

if TYPE_CHECKING:
    from torch import Tensor

    from semivae.committee import Committee
    from semivae.engine import Callback


class VAEEstimator(VAERepair, VAEOutliers):
    """Abstract estimator around a model, with the arguments of :class:`Parameters`."""

    default_model = "vae"
    health_ = Health(not_judged="it was not examined")
    calibration_ = Calibration("it was not fitted")
    committee_: Committee | None = None

    def _fit(self, X: Any, target: Target | None = None, held_out: Any = None) -> Self:
        """Fits the model to rows and, if there is one, their target; predictions of held-out rows are measured."""

        from semivae.engine import seeded
        from semivae.estimators.build.wiring import wire
        from semivae.estimators.council import Judged, council_of
        from semivae.estimators.plan.resolve import check_together, plan_of
        from semivae.estimators.plan.rows import stops_early
        from semivae.estimators.rows.loaders import loaders, parts_of, reference_of, usual_of
        from semivae.estimators.run import Runs
        from semivae.estimators.stages import train_stages
        from semivae.estimators.watched import Watched

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
        parts = parts_of(x, target, held, self.seed_, self._options("training").reference_share)
        self.plan_ = plan_of(self, self._chosen(), self.schema_, parts.counts, self.seed_)
        rows, validation = loaders(self.plan_, self.schema_, x, target, parts)
        network = self._options("objective").perceptual_network
        watched = Watched.of(self, self.schema_.y, self.missing_label, held_out)
        runs = Runs(self.plan_, self.schema_, rows, self._watchers(), self.checkpoint_, network, watched)

        council = council_of(self.plan_, self.schema_, x, target, parts.train, self.seed_)

        with seeded(self.seed_):
            model = wire(self.plan_, self.schema_, self.counts_)
            done = train_stages(runs, model, self.counts_, validation, council and council.advise)

        self.model_, self.student_, self.plan_, history = done.model, done.student, done.runs.plan, done.history
        judged = council.judged(done.runs, done.model) if council and history.stopped != "interrupted" else Judged()
        self.committee_, self.calibration_, self.held_out_ = judged.committee, judged.calibration, judged.held_out
        # A fit stopped in its first epoch has none.
        self.history_ = pd.DataFrame(history.records, columns=None if history.records else ["epoch", "seconds"])
        self.units_ = pd.DataFrame(history.units, columns=None if history.units else ["epoch"])
        self.n_steps_ = max((record["epoch"] for record in history.records), default=0) * len(rows)
        self.stopped_ = history.stopped
        self.n_labeled_ = target.labeled
        self.n_unlabeled_ = target.unlabeled
        self.n_held_out_ = parts.counts.held
        self.reference_ = self._scores_of(reference_of(self.schema_, x, parts))
        self.usual_, self.known_outliers_ = self._usual_of(usual_of(self.schema_, x, parts)), None

        return self

    def refit(
        self,
        X: Any,
        y: Any = None,
        epochs: int | Literal["auto"] = "auto",
        callbacks: Sequence[Callback] = (),
    ) -> Self:
        r"""Goes on from the fitted weights, with other labels or more of them, and returns this estimator.

        A model that learns features first (such as "gmvae") keeps them: only its last stage is trained, and every row
        keeps its latent. Scales and categories of the rows stay, too. A class that is new is added. Confidence and
        committee are judged anew, by fits of the last stage that do not see the labels held out. Like `partial_fit`
        this changes the estimator itself: `copy.deepcopy(estimator).refit(X, y)` keeps the old one.

        Arguments:
            X: The rows: those of the fit, or others like them.
            y: Their target as in `fit`, with all labels, not only new ones.
            epochs: Passes over all rows; "auto" is a quarter of those of the fit.
            callbacks: Called after every epoch and after each fold of held-out labels. One that raises
                KeyboardInterrupt stops the training, as Ctrl-C does.

        Raises:
            DataError: If the rows or labels cannot be used.
            SettingError: If the rows are a stream.
        """

        from semivae.estimators.refit import refit

        check_is_fitted(self, "model_")
        refit(cast(Any, self), X, y, epochs, callbacks)

        return self._finish(X)

    def _finish(self, X: Any) -> Self:
        """Sets the attributes of a fit that follow from its model."""

        self.health_ = examine(cast(Trained, self), X)

        return self

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

    def _together(self, x: NDArray[Any], model: NDArray[np.float64]) -> NDArray[np.float64]:
        r"""Returns the predictions of the committee, with shape (N, C).

        Arguments:
            x: The rows in the units of a model, with shape (N, *).
            model: The predictions of the model, with shape (N, C).
        """

        from semivae.estimators.readout import means, numbers

        row, latent = numbers(self.schema_, x), means(self.model_, x)

        return cast("Committee", self.committee_).predict(row, latent, model)

    def suggest(self, X: Any, y: Any = None, n: int = 20) -> pd.DataFrame:
        r"""Returns the rows to label next: uncertain, in dense regions of the latent, and unlike each other.

        Arguments:
            X: The rows.
            y: Their labels, with markers where missing: rows with a label are left out. None if no row has one.
            n: The number of rows.

        Returns:
            One row for each suggestion, the most useful first: `row` (its position in X), `score` (the share of the
            doubt about all rows that its label would cover), `doubt` (0 is sure), `stands_for` (the number of rows
            that are like it) and `reason`.

        Raises:
            DataError: If every row has a label.
            SettingError: If n is not at least 1.
        """

        from semivae.estimators.suggested import suggested

        return suggested(cast(Fitted, self), X, y, n)

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

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = []

        return tags
