r"""Calibration by held-out labels: one factor for all predictions, which changes none of them.

Class probabilities are divided by a temperature :math:`T` in their logits:

.. math:: q_T(y \mid x) = \frac{q(y \mid x)^{1 / T}}{\sum_{y'} q(y' \mid x)^{1 / T}}

A classifier that is trained to be confident, which is right where there is a gap between the classes, is overconfident
where they overlap. Only held-out labels tell the two cases apart. The standard deviations of numbers are multiplied by
a scale :math:`s`: with few labels the mean is closer to the labels of the fit than to new ones, and the deviation is
learned from that distance.

.. math:: q_s(y \mid x) = \mathcal{N}(\mu(x), s^2 \sigma^2(x))

References:
    | On Calibration of Modern Neural Networks (Guo et al., 2017)
    | https://arxiv.org/abs/1706.04599

    | Evaluating and Calibrating Uncertainty Prediction in Regression Tasks (Levi et al., 2022)
    | https://arxiv.org/abs/1905.11659
"""

from __future__ import annotations

__all__ = ["deviation_scale", "temperature"]

import numpy as np
from numpy.typing import NDArray

# A few correct labels are no evidence of underconfidence: a network is not made more confident. The mean of trees may
# be, as it is never sure.
TEMPERATURES = np.geomspace(0.25, 128, 401)


def temperature(
    log_probabilities: NDArray[np.float64],
    y: NDArray[np.int64],
    importance: NDArray[np.float64] | None = None,
    least: float = 1.0,
) -> float:
    r"""Returns the temperature that maximizes the likelihood of held-out labels.

    Its logarithm has a standard normal prior, which matters only where labels are few.

    Arguments:
        log_probabilities: Log-probabilities of the classes, with shape (N, C); minus infinity for a class that the fit
            did not know.
        y: The codes of the labels, with shape (N,). Labels that the fit did not know are left out.
        importance: The weight of each label, with shape (N,); all have the same by default.
        least: The lowest temperature.
    """

    given = log_probabilities[np.arange(len(y)), y]
    seen = np.isfinite(given)
    weight = np.ones(seen.sum()) if importance is None else importance[seen]

    def likelihood(temperature: float) -> float:
        total = np.logaddexp.reduce(log_probabilities[seen] / temperature, axis=1)

        return float(weight @ (given[seen] / temperature - total) - 0.5 * np.log(temperature) ** 2)

    return float(max([least, *TEMPERATURES[TEMPERATURES > least]], key=likelihood))


def deviation_scale(errors: NDArray[np.float64]) -> float:
    r"""Returns the factor of all deviations that maximizes the likelihood of held-out values.

    It is the root mean square of the errors and of one more error of 1, which matters only where values are few.

    Arguments:
        errors: The differences between values and their means, in deviations, with shape (N,).
    """

    return float(np.sqrt((1 + np.square(errors).sum()) / (1 + len(errors))))
