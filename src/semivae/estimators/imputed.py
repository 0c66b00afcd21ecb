r"""Values of cells given the observed cells of their row, drawn from a fitted model."""

from __future__ import annotations

__all__ = ["Summary", "Wanted", "cells_given", "summary"]

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from semivae.engine import row_hashes, row_noise, seeded
from semivae.errors import SettingError
from semivae.estimators.double import doubled
from semivae.models import Model
from semivae.models.completion import latents_given, start_at
from semivae.models.observed import observed

# Chains of a row, and moves of each that are kept: their draws tell the ends of an interval to about one percent.
CHAINS, MOVES = 8, 12
# Rows at once: few images, which are wide.
ROWS, IMAGES = 256, 32
# Draws of the prior that tell its spread.
PRIOR = 2_000


@dataclass(frozen=True)
class Wanted:
    r"""The draws that are wanted.

    Attributes:
        draws: The number of draws of each row; None takes all draws of the chains.
        noise: Whether cells are drawn, or are the mean or the most probable category at each draw of the latent.
        seed: Random seed.
    """

    draws: int | None = None
    noise: bool = True
    seed: int = 0


# Draws of the cells of some rows, with shape (S, B, *), and the positions of these rows.
Cells = tuple[slice, NDArray[np.float64]]


def cells_given(fitted: Model, x: NDArray[Any], unread: NDArray[np.bool_], wanted: Wanted) -> Iterator[Cells]:
    r"""Yields draws of all cells given the observed ones, block by block, in the units of the model.

    Each row has noise of its own, from a hash of its values, so its draws depend neither on its batch nor on earlier
    calls.

    Arguments:
        fitted: The model.
        x: The rows in the units of the model, with shape (N, *), NaN where missing.
        unread: Whether the encoder cannot read the missing cells of a row, with shape (N,).
        wanted: The draws that are wanted.

    Raises:
        SettingError: If the model has no density of its latent and the row together.
    """

    if type(fitted).log_joint is Model.log_joint:
        raise SettingError(
            f"{type(fitted).__name__} has no density of latent and row together",
            "missing cells are drawn by it",
            "use VAEEmbedding(), or model='gmvae'",
        )

    model = observed(doubled(fitted)) if x.ndim > 2 else doubled(fitted)
    size = IMAGES if x.ndim > 2 else ROWS
    moves = MOVES if wanted.draws is None else max(MOVES, -(-wanted.draws // CHAINS))

    with seeded(0), torch.no_grad():
        spread = model.draw(PRIOR)[0].std(0)

    for start in range(0, len(x), size):
        rows = slice(start, start + size)
        block = torch.from_numpy(np.array(x[rows], dtype=np.float64))
        z, y = latents(model, block, torch.from_numpy(unread[rows]), spread, moves, wanted.seed)
        kept = torch.linspace(0, len(z) - 1, wanted.draws or len(z)).long()

        yield rows, cells(model, block, z[kept], None if y is None else y[kept], wanted)


def latents(
    model: Model, x: Tensor, unread: Tensor, spread: Tensor, moves: int, seed: int
) -> tuple[Tensor, Tensor | None]:
    """Returns latents given the observed cells, and labels where the decoder takes them, with shape (S, B, *)."""

    def noise(step: int, size: int) -> Tensor:
        return row_noise(x, CHAINS, size, seed, step)

    with torch.no_grad():
        z = latents_given(model, x, start_at(model, x, spread, unread), noise, moves)
        share = torch.special.ndtr(row_noise(x, len(z), 1, seed, -1)[..., 0])
        labels = [model.label_given(x, one, part) for one, part in zip(z, share, strict=True)]

    found = [label for label in labels if label is not None]

    return z, torch.stack(found) if found else None


def cells(model: Model, x: Tensor, z: Tensor, y: Tensor | None, wanted: Wanted) -> NDArray[np.float64]:
    """Returns the cells at latents, and labels where the decoder takes them, with shape (S, B, *)."""

    found = []

    with seeded(0), torch.no_grad():
        # Distributions draw from one stream of random numbers, so each row has one.
        for i, key in enumerate(row_hashes(x, wanted.seed, -2)):
            torch.manual_seed(key % 2**63)
            p = model.decode(z[:, i], None if y is None else y[:, i])
            found.append(p.sample() if wanted.noise else p.mean)

    return torch.stack(found, 1).numpy()


def center(draws: NDArray[np.float64], classes: int) -> NDArray[np.float64]:
    """Returns the mean of draws of a number, or their most frequent class, with shape (B,)."""

    if not classes:
        return draws.mean(axis=0)

    return np.stack([(draws == code).sum(axis=0) for code in range(classes)]).argmax(axis=0).astype(np.float64)


Summary = Literal["center"] | float


def summary(draws: NDArray[np.float64], classes: int, wanted: Summary) -> NDArray[np.float64]:
    """Returns the center of draws with shape (S, B), or a quantile of numbers, with shape (B,)."""

    if wanted == "center" or classes:
        return center(draws, classes)

    return np.quantile(draws, wanted, axis=0)
