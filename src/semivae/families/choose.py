r"""The family of the data, and that of a target."""

from __future__ import annotations

__all__ = ["choose_data", "choose_target", "pixels_for"]

from typing import cast, get_args

from semivae.errors import SettingError
from semivae.families.base import Family
from semivae.families.categorical import Categorical
from semivae.families.gaussian import Gaussian
from semivae.families.kinds import row_family, row_likelihoods
from semivae.families.mixed import Mixed
from semivae.families.scale import Scale
from semivae.schema import Schema
from semivae.variables import Pixels, Variable


def choose_data(schema: Schema, likelihood: str = "auto", scale: Scale = "shared") -> Family:
    r"""Returns the family of :math:`x`.

    Arguments:
        schema: The variables.
        likelihood: The distribution of pixels, or "auto", as for :func:`pixels_for`. Vectors and each column of a
            table have the family of their kind.
        scale: The standard deviation of Gaussian values and logistic pixels, as for :class:`Scaled`.

    Raises:
        SettingError: If the likelihood does not fit the data.
    """

    pixels = pixels_for(schema, likelihood)

    return row_family(schema.x[0], pixels, scale) if schema.single else Mixed(schema.x, scale)


def pixels_for(schema: Schema, likelihood: str) -> Pixels | None:
    r"""Returns the distribution of the pixels of images, or of sparse rows; None for other rows.

    Arguments:
        schema: The variables.
        likelihood: The distribution, or "auto" for the one that suits the row: :py:`Variable.pixels`.

    Raises:
        SettingError: If it does not fit the data.
    """

    row = schema.x[0] if schema.has_choice else None

    if likelihood not in ("auto", *get_args(Pixels)):
        raise SettingError(
            f"likelihood={likelihood!r} is not known",
            f"it must be 'auto' or one of {', '.join(map(repr, get_args(Pixels)))}",
            "likelihood='auto'",
        )

    if row is None:
        refuse_of_rows(likelihood, schema.words)

        return None

    if likelihood == "auto":
        return row.pixels

    if likelihood not in (suitable := row_likelihoods[row.kind]):
        raise SettingError(
            f"likelihood={likelihood!r} was given for rows of {row.name}",
            f"these have one of {', '.join(map(repr, suitable))}",
            "likelihood='auto'",
        )

    if likelihood == "logistic" and row.levels is None:
        raise SettingError(
            "likelihood='logistic' was given for continuous pixels",
            "it gives a probability to each of some equally spaced levels, such as those of 8-bit images",
            "likelihood='gaussian', or levels: X = np.rint(255 * X).astype(np.uint8)",
        )

    return cast(Pixels, likelihood)


def refuse_of_rows(likelihood: str, words: str) -> None:
    """Refuses for tables and vectors, in words, the distributions that only other rows have."""

    if likelihood not in ("auto", "gaussian"):
        raise SettingError(
            f"likelihood={likelihood!r} was given for {words}",
            "it is for the pixels of images or for sparse rows; other rows have their own",
            "likelihood='auto'",
        )


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
