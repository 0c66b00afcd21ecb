r"""A monotone map of real cells that makes heavy tails normal: straight between knots, and beyond the last ones.

Between knots :math:`v_k < v_{k+1}` with scores :math:`s_k < s_{k+1}`:

.. math:: T(x) = s_k + \frac{s_{k+1} - s_k}{v_{k+1} - v_k} (x - v_k)

A score is the standard normal quantile of the rank of its knot, as in a Gaussian copula. Columns without knots stay as
they are.

References:
    | The Nonparanormal: Semiparametric Estimation of High Dimensional Undirected Graphs (Liu et al., 2009)
    | https://arxiv.org/abs/0903.0649
"""

from __future__ import annotations

__all__ = ["Warp"]

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from semivae.variables import Variable


class Warp(nn.Module):
    r"""Creates the map of some columns.

    Arguments:
        variables: The columns.
    """

    knots: Tensor
    scores: Tensor
    columns: Tensor

    def __init__(self, variables: Sequence[Variable]) -> None:
        super().__init__()

        columns = [j for j, variable in enumerate(variables) if variable.knots]
        size = max((len(variables[j].knots) for j in columns), default=0)
        pairs = [laid(variables[j], size) for j in columns]

        # Facts of the variables, which a saved model has anyway.
        self.register_buffer("knots", torch.tensor([knots for knots, _ in pairs]), persistent=False)
        self.register_buffer("scores", torch.tensor([scores for _, scores in pairs]), persistent=False)
        self.register_buffer("columns", torch.tensor(columns, dtype=torch.long), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Maps cells to scores, both with shape (*, n)."""

        return self.mapped(x, self.knots, self.scores)[0]

    def inverse(self, scores: Tensor) -> Tensor:
        """Maps scores to cells, both with shape (*, n)."""

        return self.mapped(scores, self.scores, self.knots)[0]

    def with_slope(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the scores of cells, and the logarithms of the slopes there, each with shape (*, n)."""

        return self.mapped(x, self.knots, self.scores)

    def mapped(self, x: Tensor, start: Tensor, end: Tensor) -> tuple[Tensor, Tensor]:
        """Maps cells of shape (*, n) by knots and their values, each of shape (m, K), with logarithms of slopes."""

        if not len(self.columns):
            return x, torch.zeros_like(x)

        part = x.index_select(-1, self.columns)
        cells = part.movedim(-1, 0).reshape(len(self.columns), -1).contiguous()
        place = (torch.searchsorted(start, cells, right=True) - 1).clamp(0, start.shape[-1] - 2)
        slope = (end.diff() / start.diff()).gather(-1, place)
        moved = end.gather(-1, place) + slope * (cells - start.gather(-1, place))
        back = [one.reshape(-1, *part.shape[:-1]).movedim(0, -1) for one in (moved, slope.log())]

        return tuple(full.index_copy(-1, self.columns, one) for full, one in zip((x, torch.zeros_like(x)), back))


def laid(variable: Variable, size: int) -> tuple[list[float], list[float]]:
    """Returns as many knots as asked for, in the units of the model, and their scores; the last piece goes on."""

    knots, scores = variable.standard(*variable.knots), list(variable.scores)
    steps = knots[-1] - knots[-2], scores[-1] - scores[-2]

    for _ in range(size - len(knots)):
        knots.append(knots[-1] + steps[0])
        scores.append(scores[-1] + steps[1])

    return knots, scores
