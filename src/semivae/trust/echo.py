r"""How well a model reads an asked label back from its own samples, beside its reading of rows.

For classes, with :math:`p_k(x)` the predicted probability of class k, both are

.. math:: \frac{1}{C} \sum_c \Big( \mathbb{E}[p_c(x) \mid c] - \frac{1}{C} \sum_k \mathbb{E}[p_c(x) \mid k] \Big),

where the class of a sample is the asked class, and a row is of each class with its predicted probability. If rows are
hard to tell apart, those of the samples may be as hard. For a number it is the slope of the predicted on the asked one.
A generator that does not heed the label has 0.
"""

from __future__ import annotations

__all__ = ["Echo"]

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.fitted import Classifier, Fitted, Predictor, Regressor

Values = NDArray[np.float64]
Codes = NDArray[np.int64]

# Samples of a class, and the most classes: those that most rows are of. Fewer samples do not show a variance.
EACH, MOST = 30, 10

# Samples of a number.
NUMBERS = 300


@dataclass(frozen=True, eq=False)
class Echo:
    r"""The samples of asked labels, and how well the model reads the labels back.

    Attributes:
        echoed: How well it reads the asked labels from the samples.
        readable: How well it reads the labels of rows.
        samples: The samples, without noise.
        asked: The codes of their classes, or their numbers.
        classes: The codes of the predicted classes of the rows; None for a number.
    """

    echoed: float
    readable: float
    samples: Any
    asked: NDArray[Any]
    classes: Codes | None

    @classmethod
    def of(cls, fitted: Fitted, rows: Any, seed: int) -> Self | None:
        r"""Asks a model for samples.

        Arguments:
            fitted: The model. Of several targets, the first class counts.
            rows: Some rows.
            seed: The seed of the samples.

        Returns:
            The echo; None without a target, or if all rows are predicted to be of one class.
        """

        match fitted:
            case Predictor(classes_=[_, *_]) | Classifier():
                return cls.of_classes(fitted, rows, seed)
            case Regressor():
                return cls.of_numbers(fitted, rows, seed)

        return None

    @classmethod
    def of_classes(cls, fitted: Classifier | Predictor, rows: Any, seed: int) -> Self | None:
        """Asks for samples of classes."""

        found = beliefs(fitted, rows)
        classes = found.argmax(axis=1)
        counts = np.bincount(classes, minlength=found.shape[1])
        shown = np.sort(np.argsort(-counts, kind="stable")[: min(MOST, (counts > 1).sum())])

        if len(shown) < 2:
            return None

        asked = shown.repeat(EACH)
        samples = fitted.sample(len(asked), labels(fitted, asked), random_state=seed, noise=False)
        back = beliefs(fitted, samples)
        weights = found[:, shown] / found[:, shown].sum(axis=0)

        return cls(
            contrast(back[:, shown].reshape(len(shown), EACH, -1).mean(axis=1)),
            contrast(weights.T @ found[:, shown]),
            samples,
            asked,
            classes,
        )

    @classmethod
    def of_numbers(cls, fitted: Regressor, rows: Any, seed: int) -> Self | None:
        """Asks for samples of numbers that rows are predicted to have."""

        mean, deviation = fitted.predict(rows, return_std=True)
        asked = np.random.default_rng(seed).choice(mean, NUMBERS)

        if not asked.std() > 0:
            return None

        samples = fitted.sample(NUMBERS, asked, random_state=seed, noise=False)
        slope = np.cov(asked, fitted.predict(samples))[0, 1] / asked.var(ddof=1)

        return cls(float(slope), float(mean.var() / (mean.var() + np.square(deviation).mean())), samples, asked, None)


def beliefs(fitted: Classifier | Predictor, rows: Any) -> Values:
    """Returns the predicted probabilities of the classes of the target, or of the first target with classes."""

    found = fitted.predict_proba(rows)

    return found[0] if isinstance(found, list) else found


def labels(fitted: Classifier | Predictor, codes: Codes) -> Any:
    """Returns the labels of codes, as samples are asked for by them; other targets are left open."""

    if isinstance(fitted, Predictor):
        first = next(part.name for part in fitted.schema_.targets if part.classes)

        return pd.DataFrame({first: fitted.classes_[0][codes]})

    return fitted.classes_[codes]


def contrast(table: Values) -> float:
    """Returns the mean rise of the probability of a class from all classes to this one, given a table (C, C)."""

    return float((np.diag(table) - table.mean(axis=0)).mean())
