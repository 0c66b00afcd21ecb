r"""The registry of figures: functions that draw from a few arrays, each with the arrays that it needs.

A new figure is one file with one function that has the decorator :func:`figure`. :data:`NEEDS` lists the groups of
arrays that a fitted estimator has to offer, with the arguments that they are.
"""

from __future__ import annotations

__all__ = ["NEEDS", "Drawing", "figure", "figures"]

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from matplotlib.figure import Figure

from semivae.registry import Registry

# Each group of arrays, and its arguments.
NEEDS = {
    "epochs": "history: one row an epoch",
    "components": "variances: one row a component",
    "latents": "z: latents; labels: codes of classes, or values; target: its name; classes: names of the classes",
    "rebuilt images": "originals; rebuilt; columns; title",
    "new images": "images; columns; rows: the names of the rows; title",
    "rebuilt cells": "observed; rebuilt; names: of the columns; classes: names of the classes of each column",
    "new cells": "observed; made: new cells by their name; names; classes",
    "units": "units: one row an epoch, one column a unit of the latent",
    "confidence": "confidence, accuracy, low, high, rows: of each bin of predictions",
    "confusion": "counts: rows by true and predicted class; classes; target",
    "manifold": "images; columns; rows; title",
    "interpolations": "images; columns; rows; title",
    "traversals": "images; columns; rows; title",
    "repaired images": "images; columns; rows; title",
    "surprising images": "images; columns; rows; title",
    "search": "path; scores; grid; objective: over the grid; designs: decoded; names: of the axes; title",
    "draws": "curves: by panel and name of the line, one row a fit, one column an epoch",
}


@dataclass(frozen=True)
class Drawing:
    r"""A registered figure.

    Attributes:
        needs: The group of arrays that it is drawn from, one of :data:`NEEDS`.
        file: The name of its file, without the ending. Figures with different needs may share it.
        function: The function, whose arguments are the arrays.
        shows: The thing that is drawn, in words.
    """

    needs: str
    file: str
    function: Callable[..., Figure]
    shows: str

    def __call__(self, **arrays: Any) -> Figure:
        """Draws the figure."""

        return self.function(**arrays)


figures: Registry[Drawing] = Registry("figure")

F = TypeVar("F", bound=Callable[..., Figure])


def figure(name: str, needs: str, file: str, shows: str = "") -> Callable[[F], F]:
    """Returns a decorator that registers a function as a figure, or as several; the arguments are those of a `Drawing`.

    By default, the first line of the docstring of the function says what it shows.
    """

    if needs not in NEEDS:
        raise KeyError(f"figure {name!r} needs {needs!r}, which is none of {', '.join(NEEDS)}")

    def store(function: F) -> F:
        first = (function.__doc__ or "").strip().splitlines()[0]
        figures.register(name)(Drawing(needs, file, function, shows or first.removeprefix("Draws ").removesuffix(".")))

        return function

    return store
