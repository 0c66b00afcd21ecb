r"""A classifier for a few labeled and many unlabeled rows."""

from __future__ import annotations

__all__ = ["VAEClassifier"]

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin

from semivae.data.labels.single import ClassLabels
from semivae.errors import DataError, SettingError
from semivae.estimators.base import VAEEstimator
from semivae.estimators.rows.inputs import no_label, one_a_row, read_rows
from semivae.estimators.rows.opened import apart, opened
from semivae.estimators.rows.streamed import by_block
from semivae.estimators.rows.target import known_rows

if TYPE_CHECKING:
    import pandas as pd
    from torch import Tensor


class VAEClassifier(ClassifierMixin, VAEEstimator):
    r"""Classifier that learns from labeled and unlabeled rows together.

    Rows whose label is None, NaN, pandas' NA or `missing_label` are unlabeled. So are labels of -1 without a
    `missing_label`, unless -1 is a class: other labels are None or NaN, or -2 and 0 are classes.

    Example:
        >>> classifier = VAEClassifier(random_state=0).fit(X, y)  # y holds -1 where unknown
        >>> classifier.predict_proba(X_new)

    Attributes:
        calibration_temperature_: The divisor of the logits of its probabilities: 1 after a fit, then set by
            :meth:`calibrate`.
    """

    default_model = "gmvae"
    calibration_temperature_ = 1.0

    def fit(self, X: Any, y: Any = None, outliers: Any = None, held_out: Any = None) -> Self:
        r"""Fits the classifier.

        Arguments:
            X: The rows: an array with shape (N, P), a frame, images with shape (N, H, W[, C]), or a
                :func:`semivae.stream` of files larger than memory.
            y: Their labels, with shape (N,), with markers where missing; a stream reads them from its files.
            outliers: Marks rows that are known outliers, with shape (N,). They are kept out of the fit, and rows like
                them get higher :meth:`outlier_scores`.
            held_out: Other rows and their labels, from which nothing is learned: :py:`(X_test, y_test)`. The
                accuracy of the network on at most 2,000 of them is in `history_` after each epoch of the last stage.

        Raises:
            DataError: If the rows or labels cannot be used.
            SettingError: If a parameter cannot work.
        """

        X, y, known = apart(X, y, outliers)
        self._fit(*opened(self, X, y, "category"), held_out)

        return self._finish(X)._taught(known, X)

    def _finish(self, X: Any) -> Self:
        self.classes_ = ClassLabels(self.schema_.target).classes
        self.calibration_temperature_ = self.calibration_.factor

        return super()._finish(X)

    @by_block
    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Returns the probability of each class of :py:`classes_`, with shape (N, C)."""

        from scipy.special import softmax

        from semivae.engine import apply
        from semivae.objectives import agreed

        model: Any = self._double()
        student: Any = self.student_ and self._double("student_")

        def log_probabilities(x: Tensor) -> Tensor:
            logits = model.predict(x).logits
            logits = agreed(logits, student(x).logits) if student else logits

            return logits.log_softmax(-1)

        x = read_rows(self, X)
        (logs,) = apply(log_probabilities, x)
        logs = logs if self.committee_ is None else np.log(self._together(x, np.exp(logs)))

        return softmax(logs / self.calibration_temperature_, axis=1)

    def predict_set(self, X: Any, coverage: float = 0.9, by_class: bool = False) -> NDArray[np.bool_]:
        r"""Returns whether each class is in a set that holds the true class with some probability.

        The sets are cross-conformal (:mod:`semivae.trust.conformal`): the labels that the folds of the fit held out
        say how improbable a true class may look. On average over rows like those of the labels, the share of sets with
        the true class is near `coverage`. A strict guarantee, of :math:`1 - 2 (1 - \text{coverage})`, needs the models
        of all folds. A set may be empty: no class suits the row.

        Arguments:
            X: The rows.
            coverage: The probability that the true class is in the set.
            by_class: Whether it holds in each class, too, and so for other shares of the classes; the sets are larger.

        Returns:
            Booleans with shape (N, C), columns as in :py:`classes_`.

        Raises:
            SettingError: If the coverage is no probability, or the fit held out no label.
            DataError: If there are too few labels for the coverage.
        """

        from semivae.estimators.readout import calibrated
        from semivae.trust.conformal import class_scores, prediction_sets

        held = self._out_of_fold()
        scores = class_scores(calibrated(self, held), held.truth)

        return prediction_sets(
            self.predict_proba(X), scores, held.truth, coverage, by_class, names=self.classes_.tolist()
        )

    def predict_log_proba(self, X: Any) -> NDArray[np.float64]:
        """Returns the logarithm of :meth:`predict_proba`, with shape (N, C); never minus infinity."""

        return np.log(self.predict_proba(X).clip(np.finfo(float).tiny))

    def calibrate(self, y: Any, log_probabilities: NDArray[np.float64]) -> Self:
        r"""Fits the temperature of the probabilities to held-out labels. No predicted class changes.

        Arguments:
            y: Labels of rows that were held out, with shape (N,), none missing.
            log_probabilities: Their log-probabilities by uncalibrated fits that did not see these labels, as
                :func:`semivae.trust.compare` returns them, with shape (N, C) in the order of :py:`classes_`.

        Raises:
            DataError: If a label is missing, or there is another number of predictions.
            SchemaError: If a label is not one of the classes.
        """

        from semivae.evaluation import temperature

        codes = ClassLabels(self.schema_.target, self.missing_label).encode(y)

        if (codes < 0).any() or log_probabilities.shape != (len(codes), len(self.classes_)):
            raise DataError(
                f"{(codes >= 0).sum()} labels and predictions with shape {log_probabilities.shape}",
                f"every prediction needs a label, and one number for each of {len(self.classes_)} classes",
                "pass only labeled rows",
            )

        self.calibration_temperature_ = temperature(log_probabilities, codes)

        return self

    def predict(self, X: Any, reject: float | None = None) -> NDArray[Any]:
        r"""Returns the most probable class of each row, with shape (N,).

        Arguments:
            X: The rows.
            reject: Rows whose p-value of :meth:`novelty` is at most this get no class: their entry is `missing_label`
                if that is one value, else None, in an array of objects. About this share of normal rows is rejected.

        Raises:
            DataError: If there are too few reference rows for `reject`.
            SettingError: If there are none.
        """

        best = self.predict_proba(X).argmax(axis=1)
        found = self.classes_[best]

        if reject is None:
            return found

        marker = None if isinstance(self.missing_label, list | tuple | set) else self.missing_label
        found = found.astype(object)
        found[self._rejected(X, reject)] = marker

        return found

    def mislabeled(self, X: Any, y: Any) -> pd.DataFrame:
        r"""Ranks given labels by how improbable they look to fits that did not see them, the most doubted first.

        Arguments:
            X: Rows: those of the fit, in their order, or others.
            y: Their labels, with shape (N,); unlabeled rows are left out.

        Returns:
            A frame with the columns `row` (the position in X), `label`, `probability` (of the label), `suggested` (the
            most probable class) and `suggested_probability`. For the rows of the fit, the predictions are those of its
            folds. Others are predicted by simple learners in a cross-validation on these labels.

        Raises:
            DataError: If no label can be held out.
        """

        from semivae.estimators.doubts import doubts

        return doubts(self, X, y)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Returns the accuracy on the labeled rows; unlabeled rows are never scored."""

        X, y, sample_weight = known_rows(X, y, sample_weight, self._markers)

        return super().score(X, y, sample_weight)

    def swap(self, X: Any, other: Any) -> tuple[Any, Any]:
        r"""Exchanges only the class part of the latent between rows, if the model has one.

        Arguments:
            X: Rows, with shape (N, *).
            other: As many other rows.

        Returns:
            The rows with the class part of the other rows, and the other rows with theirs; as
            :meth:`inverse_transform` returns them.

        Raises:
            DataError: If they are not equally many.
            SettingError: If the model has no part of its latent for the class.
        """

        from semivae.engine import apply
        from semivae.models import CCVAE

        model = self._double()

        if not isinstance(model, CCVAE):
            raise SettingError(
                f"model={self.plan_.model!r} has no part of its latent for the class",
                "a class is exchanged only if the latent keeps it apart",
                "model='ccvae'",
            )

        z, others = self.transform(X), self.transform(other)

        if len(z) != len(others):
            raise DataError(
                f"there are {len(z)} rows and {len(others)} others",
                "each row needs one partner",
                "equally many rows",
            )

        one, two = apply(model.swap, z, others)

        return self.inverse_transform(one), self.inverse_transform(two)

    @property
    def _markers(self) -> Any:
        """The values that mean unlabeled beside the classes of the fit."""

        return ClassLabels(self.schema_.target, self.missing_label).missing_label

    def _restore(self, tensors: dict[str, Tensor]) -> None:
        super()._restore(tensors)
        self.classes_ = ClassLabels(self.schema_.target).classes

    def _points(self, y: Any, n: int) -> NDArray[np.float64]:
        codes = ClassLabels(self.schema_.target, []).encode(one_a_row(y, n))

        if (codes < 0).any():
            raise no_label(y)

        return np.eye(len(self.classes_))[codes]
