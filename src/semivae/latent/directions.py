r"""Directions of attributes in a latent space, and rows that are moved along them.

.. math:: x' = g\Big(z + a \, s \, v\Big)

with the unit direction :math:`v`, the standard deviation :math:`s` of the encoded rows along it, and the amount
:math:`a`.

References:
    | Sampling Generative Networks (White, 2016)
    | https://arxiv.org/abs/1609.04468
"""

from __future__ import annotations

__all__ = ["Direction", "attribute", "edit", "grid", "orthogonal", "swap"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import _num_samples

from semivae.errors import DataError, SettingError
from semivae.latent.space import Space
from semivae.latent.transport import moved

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Direction:
    r"""The direction of an attribute.

    Attributes:
        name: The attribute.
        vector: The direction, of length 1, with shape (D,).
        spread: The standard deviation of encoded rows along it.
    """

    name: str
    vector: Values
    spread: float


def attribute(
    z: Values, y: NDArray[Any], name: str = "attribute", method: Literal["mean", "linear"] = "mean"
) -> Direction:
    r"""Returns the direction in which an attribute grows.

    Arguments:
        z: The latents of labeled rows, with shape (N, D).
        y: Whether each has the attribute (bool), or how much of it (numbers), with shape (N,).
        name: The name of the attribute.
        method: "mean" takes the difference of the mean latents with and without it, or the covariance with a number.
            "linear" takes the weights of a logistic regression, or of a linear one: they leave out latents that only
            go along with the attribute.

    Raises:
        DataError: If all rows have the same value.
    """

    y = np.asarray(y)
    z = np.asarray(z, dtype=np.float64)

    if len(z) != len(y) or (y == y[:1]).all():
        raise DataError(
            f"{len(z)} rows, all with the same {name}" if len(z) == len(y) else f"{len(z)} rows and {len(y)} labels",
            "a direction needs rows with and rows without the attribute",
            "give more labeled rows",
        )

    vector = linear(z, y) if method == "linear" else centered(y) @ z

    return direction(name, vector, z)


def direction(name: str, vector: Values, z: Values) -> Direction:
    """Returns a direction of length 1, with the spread of latents along it."""

    length = np.linalg.norm(vector)

    if not length > 0:
        raise DataError(f"{name} has no direction in the latent", "the latents do not tell it", "use another attribute")

    return Direction(name, vector / length, float((z @ (vector / length)).std()))


def centered(y: NDArray[Any]) -> Values:
    """Returns an attribute with the mean 0, so that its product with latents is the difference of their means."""

    y = y.astype(np.float64)

    return y - y.mean()


def linear(z: Values, y: NDArray[Any]) -> Values:
    """Returns the weights of a regression of an attribute on latents, with shape (D,)."""

    from sklearn.linear_model import LogisticRegression, Ridge

    scale = np.where(z.std(axis=0) > 0, z.std(axis=0), 1.0)
    model = LogisticRegression(max_iter=1_000) if y.dtype == bool else Ridge(1e-3 * len(z))

    return np.ravel(model.fit((z - z.mean(axis=0)) / scale, y).coef_) / scale


def orthogonal(directions: Sequence[Direction], z: Values) -> list[Direction]:
    r"""Returns directions of which each is orthogonal to all others as they were given.

    A step along one then leaves the projections on the others as they are.

    Arguments:
        directions: The directions, fewer than latents.
        z: The latents of rows, with shape (N, D).

    Raises:
        DataError: If a direction lies in the span of the others.
    """

    found = []

    for i, one in enumerate(directions):
        others = np.array([other.vector for j, other in enumerate(directions) if j != i])
        basis = np.linalg.svd(others, full_matrices=False)[2] if len(others) else np.empty((0, len(one.vector)))
        rest = one.vector - basis.T @ (basis @ one.vector)

        if np.linalg.norm(rest) < 1e-9:
            raise DataError(f"{one.name} follows from the other directions", "it has none of its own", "leave one out")

        found.append(direction(one.name, rest, z))

    return found


def edit(space: Space, X: Any, direction: Direction, amount: Any) -> Any:
    r"""Returns rows that were moved along a direction.

    Arguments:
        space: The latent space.
        X: The rows.
        direction: The direction.
        amount: How far, in standard deviations of rows along it: a number, or one a row.
    """

    amount = np.broadcast_to(np.asarray(amount, dtype=np.float64), _num_samples(X))
    z = space.encode(X)

    return space.decode(z + (amount * direction.spread)[:, None] * direction.vector)


def grid(space: Space, row: Any, first: Direction, second: Direction, amounts: Sequence[float]) -> Any:
    r"""Returns a row moved along two directions, as :math:`A^2` rows: the second amount changes first.

    Arguments:
        space: The latent space.
        row: Rows of which the first is moved.
        first: The direction from line to line.
        second: The direction within a line.
        amounts: The A amounts, in standard deviations.
    """

    z = space.encode(row)[:1]
    steps = np.stack(np.meshgrid(amounts, amounts, indexing="ij"), axis=-1).reshape(-1, 2)
    moves = np.stack([one.spread * one.vector for one in (first, second)])

    return space.decode(z + steps @ moves)


def swap(space: Space, X: Any, label: Any) -> Any:
    r"""Returns rows of another class in the style of the given ones.

    Latents are moved from where their class lies to where the other one lies, as :mod:`semivae.latent.transport` says,
    and decoded with the label if the space takes one.

    Arguments:
        space: The latent space.
        X: The rows.
        label: The label, or one a row.

    Raises:
        SettingError: If the label changes nothing.
    """

    z = space.encode(X)
    plain = space.numbers(space.decode(z))
    z = of_class(space, z, X, label)
    decode: Any = space.space.inverse_transform

    try:
        rows = decode(z, label)
    except TypeError:  # it takes latents alone
        rows = space.decode(z)

    # Without a label, a model decodes with its most probable class, which may be the asked one.
    if np.array_equal(space.numbers(rows), plain) and not takes_label(space, z):
        raise SettingError(
            f"label={label!r} changes no row",
            "the space decodes latents without a label, and does not predict one",
            "move them along the direction of the label: edit(space, X, attribute(...), 2.0)",
        )

    return rows


def of_class(space: Space, z: Values, X: Any, label: Any) -> Values:
    """Returns latents moved to the class of a label, by the predictions of the space; as they are without any."""

    classes, predict = (getattr(space.space, name, None) for name in ("classes_", "predict"))

    if not isinstance(classes, np.ndarray) or classes.ndim != 1 or predict is None:
        return z

    given = np.asarray(label, dtype=classes.dtype)

    return moved(z, predict(X), np.broadcast_to(given, len(z)), space.latents, predict(space.rows))


def takes_label(space: Space, z: Values) -> bool:
    """Whether another label makes other rows of the same latents."""

    decode: Any = space.space.inverse_transform
    plain = space.numbers(space.decode(z))

    try:
        return any(
            not np.array_equal(space.numbers(decode(z, one)), plain) for one in getattr(space.space, "classes_", ())
        )
    except TypeError:  # it takes latents alone
        return False
