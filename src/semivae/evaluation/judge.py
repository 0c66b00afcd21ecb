r"""An independent classifier, trained on all labels of the training rows, that judges samples.

It never sees a model or its latent. A judge is as good as its accuracy on held-out rows, which is told beside every
share that it gives: samples can be in the asked class more often than rows are in their own.
"""

from __future__ import annotations

__all__ = ["Judge"]

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation.numbers import Numbers
from semivae.evaluation.reconstruction import principal

Values = NDArray[np.float64]

# With more rows a support vector machine takes minutes.
ROWS = 10_000
COMPONENTS = 50


@dataclass(frozen=True)
class Judge:
    r"""A judge.

    Attributes:
        name: The name of its method.
        accuracy: Its accuracy on held-out rows.
        reduced: Reduces numbers to the features that it reads, if any.
        classifier: Maps features to classes.
    """

    name: str
    accuracy: float
    reduced: Any
    classifier: Any

    @classmethod
    def fit(cls, numbers: Numbers, x: Values, y: NDArray[Any], test: Values, test_y: NDArray[Any]) -> Self:
        r"""Trains the judge.

        A support vector machine on principal components is best where all columns are numbers, such as pixels; boosted
        trees where some are categories.

        Arguments:
            numbers: The map that made the numbers.
            x: Training rows as numbers, with shape (N, F).
            y: All their labels, with shape (N,).
            test: Held-out rows as numbers, which only its accuracy is measured on.
            test_y: Their labels.
        """

        from sklearn.ensemble import HistGradientBoostingClassifier
        from sklearn.svm import SVC

        x, reduced = np.nan_to_num(x), None

        if numbers.continuous:
            kept = np.random.default_rng(0).permutation(len(x))[:ROWS]
            reduced = principal(x[kept], COMPONENTS)
            name = f"SVC(C=10) on {reduced.n_components_} principal components of {len(kept):,} rows"
            classifier = SVC(C=10.0).fit(reduced.transform(x[kept]), y[kept])
        else:
            name = f"HistGradientBoostingClassifier on {len(x):,} rows"
            classifier = HistGradientBoostingClassifier(random_state=0).fit(x, y)

        judge = cls(name, float("nan"), reduced, classifier)

        return cls(name, float((judge.predict(test) == test_y).mean()), reduced, classifier)

    def features(self, x: Values) -> Values:
        """Returns the features that it reads of rows as numbers, with shape (N, *)."""

        x = np.nan_to_num(x)

        return x if self.reduced is None else self.reduced.transform(x)

    def predict(self, x: Values) -> NDArray[Any]:
        """Returns the class of each row as numbers, with shape (N,)."""

        return self.classifier.predict(self.features(x))
