r"""The family of the data, and that of a target."""

from __future__ import annotations

__all__ = ["choose_data", "choose_target", "pixels_for"]

from typing import cast, get_args

from semivae.errors import SettingError
from semivae.families.base import Family
from semivae.families.categorical import Categorical
from semivae.families.gaussian import Gaussian
from semivae.families.kinds import row_family
from semivae.families.mixed import Mixed
from semivae.families.scale import Scale
from semivae.variables import Pixels, Schema, Variable

# The distributions that only pixels have.
OF_PIXELS = ("bernoulli", "logistic")


def choose_data(schema: Schema, likelihood: str = "auto", scale: Scale = "shared") -> Family:
    r"""Returns the family of :math:`x`.

    Arguments:
        schema: The variables.
        likelihood: The distribution of pixels, or "auto", as for :func:`pixels_for`. Each column of a table has the
            family of its kind.
        scale: The standard deviation of Gaussian values and logistic pixels, as for :class:`Scaled`.

    Raises:
        SettingError: If the likelihood does not fit the data.
    """

    pixels = pixels_for(schema, likelihood)

    return Mixed(schema.x, scale) if schema.tabular else row_family(schema.x[0], pixels, scale)


def pixels_for(schema: Schema, likelihood: str) -> Pixels | None:
    r"""Returns the distribution of the pixels of images; None for other rows.

    Arguments:
        schema: The variables.
        likelihood: The distribution, or "auto" for the one that suits the pixels: :py:`Variable.pixels`.

    Raises:
        SettingError: If it does not fit the data.
    """

    image = schema.x[0] if schema.image else None

    if likelihood not in ("auto", *get_args(Pixels)):
        raise SettingError(
            f"likelihood={likelihood!r} is not known",
            f"it must be 'auto' or one of {', '.join(map(repr, get_args(Pixels)))}",
            "likelihood='auto'",
        )

    if image is None and likelihood in OF_PIXELS:
        raise SettingError(
            f"likelihood={likelihood!r} was given for {'a table' if schema.tabular else 'strings'}",
            "it is for the pixels of images; a table has a family per column, and strings have one of their own",
            "likelihood='auto'",
        )

    if image and likelihood == "logistic" and image.levels is None:
        raise SettingError(
            "likelihood='logistic' was given for continuous pixels",
            "it gives a probability to each of some equally spaced levels, such as those of 8-bit images",
            "likelihood='gaussian', or levels: X = np.rint(255 * X).astype(np.uint8)",
        )

    if image is None:
        return None

    return image.pixels if likelihood == "auto" else cast(Pixels, likelihood)


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
