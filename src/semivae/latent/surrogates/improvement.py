r"""The logarithm of the expected improvement over the best gain."""

from __future__ import annotations

__all__ = ["log_improvement"]

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def log_improvement(mean: Values, deviation: Values, best: float) -> Values:
    r"""Returns the logarithm of the expected improvement over the best gain, with shape (N,).

    .. math:: \log \sigma + \log h\Big(\frac{\mu - f^*}{\sigma}\Big), \qquad h(u) = \phi(u) + u \, \Phi(u)

    The logarithm tells designs apart where the improvement itself is 0 in floating point.

    References:
        | Unexpected Improvements to Expected Improvement for Bayesian Optimization (Ament et al., 2023)
        | https://arxiv.org/abs/2310.20708
    """

    from scipy.special import erfcx, ndtr

    u = (mean - best) / deviation
    near = np.maximum(u, -1.0)
    far = np.clip(u, -1e6, -1.0)
    density = -0.5 * np.square(far) - 0.5 * np.log(2 * np.pi)
    # h(u) = phi(u) (1 - |u| Q(|u|) / phi(u)), where the ratio of Mills is a scaled complementary error function.
    ratio = -far * np.sqrt(np.pi / 2) * erfcx(-far / np.sqrt(2))
    tail = np.where(far > -1e3, np.log1p(-np.minimum(ratio, 1 - 1e-12)), -2 * np.log(-far))
    body = np.log(np.exp(-0.5 * np.square(near)) / np.sqrt(2 * np.pi) + near * ndtr(near))

    return np.log(deviation) + np.where(u > -1, body, density + tail)
