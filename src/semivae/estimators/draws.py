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

# The most times that a row is drawn. Where hardly any is within all ranges, more draws would favor rows that are.
DRAWS = 4


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

    A row of a table is drawn again, with its latents, where numbers would lie beyond the observed range. So rows come
    from the model given this range, and no pile arises at its ends. The numbers of a row that is still beyond it after
    some draws are drawn within the range, at its latents.

    Arguments:
        model: The model.
        n: The number of rows.
        points: A label point for each row, or None.
        random_state: Random seed. The latents do not depend on `noise`.
        noise: Whether values are drawn from :math:`p(x \mid z)`, or are its means and most probable categories.
        gaps: The patterns of missing cells of drawn rows; means are complete.
    """

    import torch

    from semivae.families import Cells

    random = check_random_state(random_state)
    seed, left = int(random.randint(2**31 - DRAWS)), np.arange(n)
    x: Any = None

    def values(y: Tensor | None) -> tuple[Tensor, Tensor]:
        p = model.generate(len(left), y)
        chance = p.inside if isinstance(p, Cells) else torch.ones(len(left))
        kept = torch.rand(len(left)) < chance

        return p.sample() if noise else p.mean, kept

    for turn in range(DRAWS):
        rows, kept = drawn(values, points if points is None else points[left], seed + turn)
        x = rows if x is None else x
        x[left] = rows
        left = left[~kept]

        if not len(left):
            break

    return with_gaps(x, gaps, random) if noise else x


def draw_latents(model: Model, n: int, points: Values | None, random_state: Any) -> Values:
    """Draws latents from the prior, with shape (n, D); the arguments are as for :func:`draw_rows`."""

    seed = int(check_random_state(random_state).randint(2**31 - 1))

    return drawn(lambda y: (model.draw(n, y)[0],), points, seed)[0]


def drawn(
    values: Callable[[Tensor | None], tuple[Tensor, ...]], points: Values | None, seed: int
) -> list[NDArray[Any]]:
    """Returns random values of a function of label points, without a change of PyTorch's random state."""

    import torch

    from semivae.engine import seeded

    with seeded(seed), torch.inference_mode():
        return [one.numpy() for one in values(None if points is None else torch.from_numpy(points))]
