r"""How smoothly decoded rows change along paths through the latent."""

from __future__ import annotations

__all__ = ["path_lengths"]

import numpy as np
from numpy.typing import NDArray

from semivae.evaluation.intervals import Average
from semivae.evaluation.registry import metric

Values = NDArray[np.float64]


def path_lengths(decoded: Values, latents: Values) -> Values:
    r"""Returns the squared change of the decoded row per squared unit of latent, at each step, with shape (P, T - 1).

    It is 0 where the latent stays.

    Arguments:
        decoded: The decoded points of paths as numbers, with shape (P, T, F).
        latents: The points, with shape (P, T, D).
    """

    changes, steps = (np.square(np.diff(part, axis=1)).sum(axis=2) for part in (decoded, latents))

    return np.divide(changes, steps, out=np.zeros_like(changes), where=steps > 0)


@metric(
    "path_length",
    "paths",
    "lower",
    "squared change of the decoded row per squared unit of latent",
    1,
    "squared change per squared unit",
    (0, np.inf),
)
def path_length(decoded: Values, latents: Values) -> float:
    r"""Returns the mean squared change of the decoded row per unit step: a perceptual path length without a network.

    .. math:: \frac{1}{P (T - 1)} \sum_{p t}
        \frac{\lVert g(z_{p, t + 1}) - g(z_{p t}) \rVert^2}{\lVert z_{p, t + 1} - z_{p t} \rVert^2}

    The interval treats paths as independent.

    References:
        | A Style-Based Generator Architecture for Generative Adversarial Networks (Karras et al., 2018)
        | https://arxiv.org/abs/1812.04948
    """

    return Average(path_lengths(decoded, latents).mean(axis=1))


@metric(
    "path_jump",
    "paths",
    "lower",
    "largest step of the decoded row along a path, over its mean step",
    1,
    "ratio",
    (1, np.inf),
)
def path_jump(decoded: Values, latents: Values) -> float:
    r"""Returns the largest step of a decoded path over its mean step, averaged over paths; 1 is even.

    .. math:: \frac{1}{P} \sum_p \frac{\max_t d_{p t}}{\frac{1}{T - 1} \sum_t d_{p t}}, \qquad
        d_{p t} = \frac{\lVert g(z_{p, t + 1}) - g(z_{p t}) \rVert}{\lVert z_{p, t + 1} - z_{p t} \rVert}

    A decoder that is flat almost everywhere and jumps between clusters has a high value. Paths that do not change at
    all count as even.

    References:
        | Latent Space Oddity: on the Curvature of Deep Generative Models (Arvanitidis et al., 2017)
        | https://arxiv.org/abs/1710.11379
    """

    steps = np.sqrt(path_lengths(decoded, latents))
    mean, most = steps.mean(axis=1), steps.max(axis=1)

    return Average(np.where(mean > 0, most / np.where(mean > 0, mean, 1.0), 1.0))
