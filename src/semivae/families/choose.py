r"""The family of the data, and that of a target."""

from __future__ import annotations

__all__ = ["choose_data", "choose_target"]

from typing import get_args

from semivae.errors import SettingError
from semivae.families.base import Family
from semivae.families.categorical import Categorical
from semivae.families.gaussian import Gaussian, Scale
from semivae.families.kinds import Likelihood, row_family
from semivae.families.mixed import Mixed
from semivae.variables import Schema, Variable


def choose_data(
    schema: Schema,
    likelihood: Likelihood = "auto",
    scale: Scale = "shared",
) -> Family:
    r"""Returns the family of :math:`x`.

    Arguments:
        schema: The variables.
        likelihood: "auto" takes Bernoulli for images (their levels lie in [0, 1]) and, for tables, the family of the
            kind of each column.
        scale: The standard deviation of Gaussian values, as for :class:`Gaussian`.

    Raises:
        SettingError: If the likelihood does not fit the data.
    """

    if likelihood not in get_args(Likelihood):
        raise SettingError(
            f"likelihood={likelihood!r} is not known",
            "it must be 'auto', 'bernoulli' or 'gaussian'",
            "likelihood='auto'",
        )

    first = schema.x[0]

    if first.shape:
        return row_family(first, likelihood, scale)

    if likelihood == "bernoulli":
        raise SettingError(
            "likelihood='bernoulli' was given for a table",
            "it is for images, whose values lie in [0, 1]; a table has a family per column",
            "likelihood='auto'",
        )

    return Mixed(schema.x, scale)


def choose_target(variable: Variable) -> Family:
    """Returns the family of a target: categorical for a class, Gaussian with one learned scale for a value.

    One scale for all rows: with few labels, a scale per row would be fitted to the noise of each. Several targets are
    the cells of a row, each with its family; missing ones are left out.
    """

    if variable.parts:
        return Mixed(variable.parts)

    if variable.classes:
        return Categorical(variable.width)

    return Gaussian(variable.width, scale="shared")
