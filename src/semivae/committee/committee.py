r"""A committee: a model and simple learners answer together.

.. math:: p(y \mid x) = \sum_m w_m \, p_m(y \mid x)

The weights come from labels that the members did not see. Members that learned the shares of the classes from labels
that were not drawn at random are adjusted first.
"""

from __future__ import annotations

__all__ = ["MODEL", "Committee"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import hstack, issparse

from semivae.committee.learners import Learned, learners
from semivae.committee.shares import Values, adjusted

# The name of the model among the members.
MODEL = "model"


@dataclass(frozen=True, eq=False)
class Committee:
    r"""Creates a committee.

    Arguments:
        members: The simple learners after their fit, by name.
        weights: The weight of each member and of the model, by name; they sum to 1.
        before: The shares of the classes among the labels, with shape (C,); None for a number.
        after: The shares of the classes among all rows, with shape (C,); None if labels were drawn at random.
    """

    members: Mapping[str, Learned]
    weights: Mapping[str, float]
    before: Values | None = None
    after: Values | None = None

    def predict(self, row: Any, latent: Values, model: Values) -> NDArray[np.float64]:
        r"""Returns the mean prediction, with shape (N, C).

        Arguments:
            row: The rows as numbers, with shape (N, F), dense or sparse.
            latent: Their latents, with shape (N, D).
            model: The predictions of the model, with shape (N, C).
        """

        found = self.weights[MODEL] * model

        for name, member in self.members.items():
            found = found + self.weights[name] * self.fair(member.predict(seen(name, row, latent)))

        return found

    def fair(self, predicted: Values) -> Values:
        """Returns the predictions of a simple learner under the shares of the classes among all rows."""

        if self.before is None or self.after is None:
            return predicted

        return adjusted(predicted, self.before, self.after)


def seen(name: str, row: Any, latent: Values) -> Any:
    """Returns the numbers that a learner reads, with shape (N, F); sparse where it reads sparse rows."""

    reads = learners[name].reads

    if reads != "both":
        return row if reads == "row" else latent

    return hstack([row, latent], format="csr") if issparse(row) else np.concatenate([row, latent], axis=1)
