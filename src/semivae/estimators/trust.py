r"""The judgment of an estimator about rows and labels: new kinds of rows and their odd cells, rows to label next."""

from __future__ import annotations

__all__ = ["VAETrust"]

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from semivae.errors import SettingError
from semivae.estimators.rows.inputs import read_rows
from semivae.estimators.rows.streamed import by_block
from semivae.estimators.space import VAESpace
from semivae.fitted import Fitted

if TYPE_CHECKING:
    from semivae.findings import HeldOut

# Samples that tell the usual density of a cell.
SAMPLES = 300


class VAETrust(VAESpace):
    r"""Abstract estimator that judges rows and labels.

    Attributes:
        seed_: The seed of the fit.
        held_out_: Predictions of labels by fits that did not see them; None without.
        reference_: The scores of rows that the fit did not see, sorted; None without.
    """

    seed_: int
    held_out_: HeldOut | None = None
    reference_: NDArray[np.float64] | None = None

    def novelty(self, X: Any) -> NDArray[np.float64]:
        r"""Returns the p-value of the density of each row, with shape (N,): a low one says that the row is new.

        Rows like those of the fit have uniform p-values: at most 5 % of them have one of 0.05 or less. They are
        compared with rows that the fit did not learn from (`reference_share`), or with the rows given to
        :meth:`calibrate_novelty`. Rows of the fit itself get p-values that are too high.

        Raises:
            SettingError: If there are no such rows.
        """

        from semivae.trust.novelty import p_values

        return p_values(self.score_samples(X), self._known_reference())

    def calibrate_novelty(self, X: Any) -> Self:
        """Takes rows that the fit did not see, and that are normal, as the reference of :meth:`novelty`."""

        self.reference_ = finite(self.score_samples(X))

        return self

    def explain(self, X: Any, reference: Any = None) -> Any:
        r"""Returns the log-density of each cell relative to the usual one of its column, in nats: low is surprising.

        The mean of :math:`\log p(x_j \mid z)` over draws of :math:`q(z \mid x)`, minus its mean over reference rows.
        The same at each call and in any batch. Numbers are in the units of the model, where long tails are short.

        Arguments:
            X: The rows.
            reference: Rows that are normal, a few hundred; :py:`None` draws samples of the model.

        Returns:
            For tables a frame with a column for each variable, 0 where a cell is missing. For images a map of each,
            with shape (N, H, W); for vectors an array with shape (N, P); for strings a number for each token and the
            end, with shape (N, L).
        """

        from semivae.trust.explain import relative

        parts = self._parts(X)

        if reference is None:
            # Grey levels under a Bernoulli likelihood are its means, and no draws of 0 and 1.
            reference = self.sample(SAMPLES, random_state=self.seed_, noise=self.plan_.likelihood != "bernoulli")

        found = relative(parts, self._parts(reference))

        return pd.DataFrame(found, columns=self.codec_.numbers) if self.schema_.named else found

    @by_block
    def _parts(self, X: Any) -> NDArray[np.float64]:
        """Returns the log-density of each cell, with shape (N, P), each token, or each pixel, with shape (N, H, W)."""

        from semivae.estimators.explained import parts_of

        return parts_of(self._double(), read_rows(self, X), self.schema_.y is not None)

    def _rejected(self, X: Any, level: float) -> NDArray[np.bool_]:
        """Returns whether the p-value of each row is at most a level, with shape (N,)."""

        from semivae.trust.novelty import check_level

        check_level(level, len(self._known_reference()))

        return self.novelty(X) <= level

    def _known_reference(self) -> NDArray[np.float64]:
        r"""Returns the scores of reference rows.

        Raises:
            SettingError: If there are none.
        """

        check_is_fitted(self, "model_")

        if self.reference_ is None:
            raise SettingError(
                "this fit has no reference rows",
                "new rows are compared with rows that the fit did not see: by default, 500 of 5,000 unlabeled rows "
                "or more. Streams, and models that an earlier version saved, have none",
                "calibrate_novelty(X_unseen), or fit again with reference_share=0.1",
            )

        return self.reference_

    def _scores_of(self, x: NDArray[Any]) -> NDArray[np.float64] | None:
        """Returns the scores of rows in the units of a model, sorted; None without a row."""

        return finite(self._evidence(x).log_density) if len(x) else None

    def keep_held_out(self, held: HeldOut) -> Self:
        r"""Keeps predictions of held-out labels for sets, intervals and doubted labels, and saves them with the model.

        Arguments:
            held: The predictions of fits that did not see the labels, as :func:`semivae.trust.compare` returns them.
        """

        # A class that no label of a fold had is as good as impossible.
        predictions = held.predictions.clip(np.log(np.finfo(float).tiny)) if held.classes else held.predictions
        self.held_out_ = replace(held, predictions=predictions)

        return self

    def _out_of_fold(self) -> HeldOut:
        r"""Returns the predictions of held-out labels.

        Raises:
            SettingError: If there are none.
        """

        check_is_fitted(self, "model_")

        if self.held_out_ is None:
            raise SettingError(
                f"this fit of model={self.plan_.model!r} has no predictions of held-out labels",
                "they come from a default fit with two labels or more in a class, or from a comparison; models that an "
                "earlier version saved lack them",
                "fit again with calibrate=True, or keep_held_out(semivae.trust.compare(...).held_out)",
            )

        return self.held_out_

    def suggest(self, X: Any, y: Any = None, n: int = 20) -> pd.DataFrame:
        r"""Returns the rows to label next: uncertain, in dense regions of the latent, and unlike each other.

        Such labels tell nothing of how frequent classes are: fit to them with `label_prior="uniform"`.

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


def finite(scores: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Returns scores that are finite, sorted, with shape (M,); None if none is."""

    found = np.sort(scores[np.isfinite(scores)])

    return found if len(found) else None
