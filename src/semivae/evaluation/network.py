r"""A small network of its own, trained on labeled rows, whose features and class probabilities samples are judged by.

It never sees a model or its latent. Every number that it gives depends on it, so its name and its accuracy on held-out
rows stand beside them.
"""

from __future__ import annotations

__all__ = ["Network"]

import warnings
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

# With more rows it takes minutes. Few features keep the Frechet distance sound for few rows.
ROWS, FEWEST_EPOCHS, MOST_EPOCHS = 10_000, 60, 200
HIDDEN = (64, 16)


@dataclass(frozen=True)
class Network:
    r"""A network.

    Attributes:
        name: The name of its method.
        accuracy: Its accuracy on held-out rows.
        classifier: Scikit-learn's network.
    """

    name: str
    accuracy: float
    classifier: Any

    @classmethod
    def fit(cls, x: Values, y: NDArray[Any], test: Values, test_y: NDArray[Any]) -> Self:
        r"""Trains the network.

        Arguments:
            x: Training rows as numbers, with shape (N, F); a missing cell counts as 0.
            y: All their labels, with shape (N,).
            test: Held-out rows as numbers, which only its accuracy is measured on.
            test_y: Their labels.
        """

        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPClassifier

        kept = np.random.default_rng(0).permutation(len(x))[:ROWS]
        epochs = min(max(FEWEST_EPOCHS, 100_000 // len(kept)), MOST_EPOCHS)
        classifier = MLPClassifier(HIDDEN, max_iter=epochs, random_state=0)

        with warnings.catch_warnings():
            # The epochs are few on purpose.
            warnings.simplefilter("ignore", ConvergenceWarning)
            classifier.fit(np.nan_to_num(x[kept]), y[kept])

        name = f"MLPClassifier{HIDDEN} on {len(kept):,} rows"

        return cls(name, float(classifier.score(np.nan_to_num(test), test_y)), classifier)

    def features(self, x: Values) -> Values:
        """Returns the last hidden layer of rows as numbers, with shape (N, 16)."""

        found = np.nan_to_num(x)

        for weights, bias in list(zip(self.classifier.coefs_, self.classifier.intercepts_, strict=True))[:-1]:
            found = np.maximum(found @ weights + bias, 0)

        return found

    def probabilities(self, x: Values) -> Values:
        """Returns the class probabilities of rows as numbers, with shape (N, C)."""

        return self.classifier.predict_proba(np.nan_to_num(x))
