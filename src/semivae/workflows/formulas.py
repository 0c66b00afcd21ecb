r"""From features of a decoder to cells or pixels, as formulas with numbers that another language can compute.

- `number`: :math:`c + s \, (\pi_0 \, t(h) + \sum_k \pi_k a_k)` with spikes :math:`a_k` and a table :math:`t` of
  straight pieces; without a table :math:`t(h) = h`;
- `count`: :math:`\exp(b - \mathrm{softplus}(b - m - d h))`;
- `choice`: the class with the largest feature;
- `pixels`: a sigmoid, the number itself, or the mean of a discretized logistic variable.
"""

from __future__ import annotations

__all__ = ["formulas"]

from collections.abc import Iterator, Sequence
from functools import singledispatch
from typing import TYPE_CHECKING, Any

import numpy as np

from semivae.families import Bernoulli, Categoricals, Gaussian, Logistic, Mixed, Poisson, Reals

if TYPE_CHECKING:
    from semivae.families import Family
    from semivae.schema import Schema
    from semivae.variables import Variable

Formula = dict[str, Any]

# The points of a table, and how far it goes beyond the knots, in units of the model.
POINTS, BEYOND = 257, 4.0


def formulas(family: Family, schema: Schema) -> list[Formula] | None:
    r"""Returns the formula of each variable in order; None if one has no formula.

    Arguments:
        family: The family of rows.
        schema: The variables.
    """

    if schema.image:
        found = pixels(family)
        image = schema.x[0]

        return None if found is None else [{"kind": "pixels", "shape": list(image.shape), **found}]

    if not isinstance(family, Mixed):
        return None

    cells: dict[int, Formula] = {}
    order, first, column = family.order.tolist(), 0, 0

    for group, count in zip(family.groups, family.counts, strict=True):
        places = order[column : column + count]
        made = list(of_cells(group, [schema.x[j] for j in places], first))

        if not made:
            return None

        cells |= dict(zip(places, made, strict=True))
        first, column = first + group.size, column + count

    return [cells[j] for j in range(len(schema.x))]


@singledispatch
def of_cells(family: Any, variables: Sequence[Variable], first: int) -> Iterator[Formula]:
    r"""Yields the formula of each column of a kind; none for a family without.

    Arguments:
        family: The family of the columns.
        variables: The columns.
        first: The position of the first feature.
    """

    yield from ()


@of_cells.register(Gaussian)
def _gaussian(family: Gaussian, variables: Sequence[Variable], first: int) -> Iterator[Formula]:
    for j, variable in enumerate(variables):
        straight = {"table": [list(variable.scores), list(variable.knots)]} if variable.knots else {}
        units = {"center": 0.0, "scale": 1.0} if straight else {"center": variable.center, "scale": variable.scale}

        yield {**named("number", variable, first + j), **units, "whole": variable.integer, **straight}


@of_cells.register(Reals)
def _reals(family: Reals, variables: Sequence[Variable], first: int) -> Iterator[Formula]:
    if family.bend is not None and family.scale == "learned":
        # The mean of a bent column then depends on two features.
        return

    tables = [None] * len(variables) if family.bend is None else averages(family)
    spike = first + family.size - len(family.places)

    for j, variable in enumerate(variables):
        centered = ((np.array(variable.spikes) - variable.center) / variable.scale).tolist()
        units = {"center": variable.center, "scale": variable.scale, "whole": variable.integer}
        found = {"spikes": [[spike + k, value] for k, value in enumerate(centered)]} if centered else {}
        spike += len(centered)

        yield {**named("number", variable, first + j), **units, **found, **({"table": tables[j]} if tables[j] else {})}


@of_cells.register(Poisson)
def _poisson(family: Poisson, variables: Sequence[Variable], first: int) -> Iterator[Formula]:
    facts = zip(family.mean.tolist(), family.deviation.tolist(), family.bound.tolist(), strict=True)

    for j, (variable, (mean, deviation, bound)) in enumerate(zip(variables, facts, strict=True)):
        yield {**named("count", variable, first + j), "mean": mean, "deviation": deviation, "bound": bound}


@of_cells.register(Categoricals)
def _categories(family: Categoricals, variables: Sequence[Variable], first: int) -> Iterator[Formula]:
    for variable in variables:
        yield {**named("choice", variable, first), "names": [str(name) for name in variable.classes]}
        first += len(variable.classes)


def named(kind: str, variable: Variable, place: int) -> Formula:
    """Returns the part that all formulas have."""

    return {"kind": kind, "name": variable.name, "at": place, "low": variable.low, "high": variable.high}


def averages(family: Reals) -> list[list[list[float]]]:
    """Returns the table of the mean value of each column by its location, both in units of the model."""

    import torch

    assert family.bend is not None
    ends = family.bend.scores
    steps = torch.linspace(0, 1, POINTS)[:, None]
    low, high = ends[:, 0] - BEYOND, ends[:, -1] + BEYOND
    places = low + steps * (high - low)

    with torch.no_grad():
        spiked = places.new_zeros(POINTS, len(family.places))
        rest = family(torch.cat([places, spiked], dim=1)).base_dist.rest
        values = family.bend.average(rest)

    return [[places[:, j].tolist(), values[:, j].tolist()] for j in range(places.shape[1])]


def pixels(family: Any) -> Formula | None:
    """Returns the formula of all pixels, in [0, 1]; None if there is none."""

    if isinstance(family, Bernoulli):
        return {"form": "sigmoid"}

    if isinstance(family, Logistic) and family.scale == "single":
        deviation = family(family.log_scale.new_zeros(family.values)).base_dist  # type: ignore[union-attr]

        return {"form": "logistic", "scale": float(deviation.scale.detach()), "last": family.levels - 1}

    return {"form": "plain"} if isinstance(family, Gaussian) else None
