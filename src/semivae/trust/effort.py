r"""The effort of a fit, shared by the fits of a comparison."""

from __future__ import annotations

__all__ = ["Effort"]

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from semivae.fitted import Trained

# A fit on the labels alone makes enough passes to see this many rows, within these bounds. More passes only overfit,
# and with thousands of labels dominate the time.
ROWS_ALONE, LEAST_PASSES, MOST_PASSES = 100_000, 10, 300


@dataclass(frozen=True)
class Effort:
    r"""The effort of a fit.

    Attributes:
        epochs: Epochs of the last stage.
        seconds: Seconds of training, of all stages.
        steps: Steps, of one stage.
        labeled_batch: Labeled rows of a step, at most.
        features: Epochs of the stages before the last, if these have a number of their own.
    """

    epochs: int
    seconds: float
    steps: int
    labeled_batch: int
    features: int | None = None

    @classmethod
    def of(cls, estimator: Trained) -> Self:
        """Returns the effort of the fit of an estimator around a network."""

        history, features = estimator.history_, estimator.plan_.features_epochs
        epochs = history["epoch"].to_numpy()
        own = slice(None) if features is None else history["stage"].to_numpy() == history["stage"].to_numpy().max()

        return cls(
            epochs=int(epochs[own].max()),
            seconds=float(history["seconds"].to_numpy()[-1]),
            steps=estimator.n_steps_,
            labeled_batch=estimator.get_params()["training__labeled_batch"],
            features=features,
        )

    def passes(self, labels: int) -> int:
        """Returns the epochs of a fit on labels alone; it sees no label more often than this fit."""

        seen = self.steps * min(1.0, self.labeled_batch / labels)
        enough = min(MOST_PASSES, max(LEAST_PASSES, ROWS_ALONE / labels))

        return max(1, round(min(seen, enough)))
