r"""Draws of new rows and of latents from a fitted model."""

from __future__ import annotations

__all__ = ["check_draws", "draw_latents", "draw_rows"]

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from semivae.errors import SettingError
from semivae.estimators.gaps import Gap, with_gaps

if TYPE_CHECKING:
    from torch import Tensor

    from semivae.models import Model

Values = NDArray[np.float64]


def check_draws(n: Any, noise: Any = "auto") -> None:
    r"""Checks the number of draws, and whether values are drawn or are means.

    Raises:
        SettingError: If one is invalid.
    """

    if not isinstance(n, int | np.integer) or n < 1:
        raise SettingError(f"n={n!r}", "it must be a whole number, at least 1", "sample(64)")

    if not (isinstance(noise, bool) or (isinstance(noise, str) and noise == "auto")):
        raise SettingError(f"noise={noise!r}", "it must be True, False or 'auto'", "sample(64, noise=False)")


def draw_rows(
    model: Model, n: int, points: Values | None, random_state: Any, noise: bool, gaps: Sequence[Gap]
) -> Values:
    r"""Draws rows, in the units of the model.

    Arguments:
        model: The model.
        n: The number of rows.
        points: A label point for each row, or None.
        random_state: Random seed. The latents do not depend on `noise`.
        noise: Whether values are drawn from :math:`p(x \mid z)`, or are its means and most probable categories.
        gaps: The patterns of missing cells of drawn rows; means are complete.
    """

    random = check_random_state(random_state)

    def values(y: Tensor | None) -> Tensor:
        p = model.generate(n, y)

        return p.sample() if noise else p.mean

    x = drawn(values, points, random)

    return with_gaps(x, gaps, random) if noise else x


def draw_latents(model: Model, n: int, points: Values | None, random_state: Any) -> Values:
    """Draws latents from the prior, with shape (n, D); the arguments are as for :func:`draw_rows`."""

    return drawn(lambda y: model.draw(n, y)[0], points, random_state)


def drawn(values: Callable[[Tensor | None], Tensor], points: Values | None, random_state: Any) -> Values:
    """Returns random values of a function of label points, without a change of PyTorch's random state."""

    import torch

    from semivae.engine import seeded

    with seeded(int(check_random_state(random_state).randint(2**31 - 1))), torch.inference_mode():
        return values(None if points is None else torch.from_numpy(points)).numpy()
