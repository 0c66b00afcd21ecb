r"""Plan values of the likelihood: the distribution of pixels and the standard deviation."""

from __future__ import annotations

__all__ = ["likelihood_for", "scale_for"]

from semivae.families import pixels_for
from semivae.schema import Schema
from semivae.variables import Pixels


def likelihood_for(choice: str, schema: Schema, loaded: bool = False) -> Pixels | None:
    r"""Returns the distribution of pixels or sparse rows; each column of a table has its own.

    Arguments:
        choice: The parameter.
        schema: The variables.
        loaded: Whether the fit was by an older version, whose "auto" was Bernoulli for all images.

    Raises:
        SettingError: If it does not fit the rows.
    """

    older = loaded and choice == "auto" and schema.image

    return pixels_for(schema, "bernoulli" if older else choice)


def scale_for(choice: str | float, schema: Schema, loaded: bool = False) -> str | float:
    """Returns the standard deviation: "auto" is one for all numbers of a row that is one value, or one a column."""

    if choice == "auto":
        return "single" if schema.single and not loaded else "shared"

    return choice if isinstance(choice, str) else float(choice)
