r"""The log-density of rows under a fitted model, with the error of its draws."""

from __future__ import annotations

__all__ = ["DRAWS", "METHODS", "Evidence", "evidence"]

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from semivae.engine import apply, row_noise
from semivae.errors import SettingError
from semivae.models.annealing import annealed
from semivae.models.evidence import Draws, importance

if TYPE_CHECKING:
    from semivae.fitted import Method
    from semivae.models import Model

Values = NDArray[np.float64]
METHODS = ("elbo", "importance", "annealed")
# Draws of a round, and of the chains of annealed importance sampling.
DRAWS, CHAINS = 32, 4
# The error at which a row stops to draw, in nats: small beside the differences between rows.
TOLERANCE = 0.1
# The most draws: wide rows would take minutes, and rarely come near the tolerance.
MOST = {False: 128, True: DRAWS}
STEPS = 100
ROWS_AT_ONCE = 256


class Evidence(NamedTuple):
    r"""The log-density of rows.

    Attributes:
        log_density: An estimate of :math:`\log p(x)` in nats, in the units of the data, with shape (N,).
        error: Its standard error that comes from the draws, in nats, with shape (N,).
        effective_draws: The number of draws that count, with shape (N,): where it is near 1, the error is too small.
    """

    log_density: Values
    error: Values
    effective_draws: Values


def evidence(model: Model, x: NDArray[Any], method: Method, draws: int | None, wide: bool) -> Evidence:
    r"""Returns the log-density of rows in the units of the model.

    Arguments:
        model: The model in double precision.
        x: The rows in the units of the model, with shape (N, *).
        method: "elbo", "importance" or "annealed".
        draws: The draws of each row, or the temperatures of "annealed"; None chooses them.
        wide: Whether a row is one value of many numbers, such as an image.
    """

    if method not in METHODS:
        raise SettingError(f"method={method!r}", f"one of {', '.join(METHODS)}", 'take method="importance"')

    if method == "annealed":
        return by_annealing(model, x, STEPS if draws is None else draws)

    size = DRAWS if draws is None else draws if method == "elbo" else min(draws, DRAWS)
    # Whole rounds alone, so the last one may take a few draws more than were asked for.
    rounds = -(-(MOST[wide] if draws is None else draws) // size)

    def noise(rows: Tensor, number: int) -> Tensor:
        return row_noise(rows, size, model.noise, number)

    def estimate(rows: Tensor) -> tuple[Tensor, ...]:
        if method == "elbo":
            return averaged(model.log_weights(rows, noise(rows, 0)))

        found = importance(model, rows, noise, rounds, TOLERANCE if draws is None else 0.0)

        return found.value, found.error, found.effective

    return Evidence(*apply(estimate, x))


def averaged(log_weights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Returns the mean of log-weights of shape (S, B), its error, and the number of draws, each with shape (B,)."""

    count = torch.full_like(log_weights[0], len(log_weights))

    return log_weights.mean(0), log_weights.std(0, unbiased=len(log_weights) > 1) / count.sqrt(), count


def by_annealing(model: Model, x: NDArray[Any], steps: int) -> Evidence:
    """Returns the log-density by annealed importance sampling, with some temperatures."""

    parts = []
    # `apply` switches off the slopes that the chains need.
    for start in range(0, len(x), ROWS_AT_ONCE):
        rows = torch.from_numpy(np.array(x[start : start + ROWS_AT_ONCE], dtype=np.float64))
        found = Draws.of(
            annealed(model, rows, lambda step, size, rows=rows: row_noise(rows, CHAINS, size, step), steps)
        )
        parts.append([part.numpy() for part in (found.value, found.error, found.effective)])

    return Evidence(*map(np.concatenate, zip(*parts, strict=True)))
