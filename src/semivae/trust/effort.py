r"""The effort of a fit, which the fits of a comparison share out."""

from __future__ import annotations

__all__ = ["Effort"]

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from semivae.fitted import Trained

# A fit on the labels alone sees each label as often as makes so many rows in all, within these bounds. More passes
# only overfit, and with thousands of labels take longer than all else.
ROWS_ALONE, LEAST_PASSES, MOST_PASSES = 100_000, 10, 300


@dataclass(frozen=True)
class Effort:
    r"""The effort of a fit.

    Attributes:
        epochs: Epochs, of each stage.
        seconds: Seconds of training, of all stages.
        steps: Steps, of one stage.
        labeled_batch: Labeled rows of a step, at most.
    """

    epochs: int
    seconds: float
    steps: int
    labeled_batch: int

    @classmethod
    def of(cls, estimator: Trained) -> Self:
        """Returns the effort of the fit of an estimator around a network."""

        history = estimator.history_

        return cls(
            epochs=int(history["epoch"].to_numpy().max()),
            seconds=float(history["seconds"].to_numpy()[-1]),
            steps=estimator.n_steps_,
            labeled_batch=estimator.get_params()["training__labeled_batch"],
        )

    def affordable(self, rounds: int, seconds: float) -> int:
        """Returns the epochs that fits, so many in a row, can have in a time: at least 1, and no more than this one."""

        each = self.seconds / self.epochs

        return max(1, min(self.epochs, round(seconds / (rounds * each))))

    def passes(self, labels: int) -> int:
        """Returns the epochs of a fit on so many labels alone: it sees no label more often than this fit does."""

        seen = self.steps * min(1.0, self.labeled_batch / labels)
        enough = min(MOST_PASSES, max(LEAST_PASSES, ROWS_ALONE / labels))

        return max(1, round(min(seen, enough)))
