r"""The facts of a report as plain records. Templates show them and compute nothing."""

from __future__ import annotations

__all__ = ["Facts", "Gallery", "Map", "Point", "Sheet", "Strip"]

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from semivae.workflows.card import Card
    from semivae.workflows.held import HeldMeasures
    from semivae.workflows.live import Live


@dataclass(frozen=True)
class Sheet:
    r"""A table that can be copied as CSV.

    Attributes:
        columns: The names of the columns.
        rows: The cells as text.
        pictures: A picture of each row as a data URI, if rows are images.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    pictures: Sequence[str] = ()


@dataclass(frozen=True)
class Strip:
    r"""Real rows beside samples, of one class or of all.

    Attributes:
        name: The name of the class; empty without classes.
        real: Rows of the data: a picture as a data URI, or a table.
        made: Samples, in the same form.
    """

    name: str
    real: Any
    made: Any


@dataclass(frozen=True)
class Gallery:
    r"""Real rows beside samples.

    Attributes:
        images: Whether rows are images.
        strips: One strip for each class.
        rebuilt: Rows, and the same after they went through the latent.
        nearest: Whether rows of the data stand for samples and for rebuilt rows.
    """

    images: bool
    strips: Sequence[Strip]
    rebuilt: Strip
    nearest: bool = False


@dataclass(frozen=True)
class Point:
    r"""A row on the map.

    Attributes:
        x: Its first coordinate.
        y: Its second coordinate.
        code: The class that is given or predicted, or the value on a scale from 0 to 1; None without either.
        labeled: Whether the label is given.
    """

    x: float
    y: float
    code: float | None
    labeled: bool


@dataclass(frozen=True)
class Map:
    r"""The latent map.

    Attributes:
        points: The rows.
        classes: The names of the classes; empty for a number or without a target.
        range: The smallest and the largest value of a number; None otherwise.
        caption: What the map can and cannot show.
    """

    points: Sequence[Point]
    classes: Sequence[str]
    range: tuple[float, float] | None
    caption: str


@dataclass(frozen=True)
class Facts:
    r"""The facts of a report.

    Attributes:
        title: The data and the target.
        about: The model in a few words.
        headline: At most three sentences.
        comparison: The verdict as plain JSON values; None if nothing was compared.
        held: The measures on held-out labels, if there are some.
        gallery: Real rows beside samples, if rows are given.
        card: The lecture's card of the model and of principal components.
        budget: What more labels would bring, as plain JSON values, if it was measured.
        live: The decoder; None if it is no small multilayer perceptron.
        map: The latent map, if rows are given.
        unusual: The most surprising rows, if rows are given.
        doubtful: The most doubted labels, if there are some.
        following: The rows to label next, if there are some.
        health: The faults as plain JSON values.
        not_judged: The reason why health was not judged; empty if it was.
        data: The variables.
        left_out: The columns that were left out, in words.
        counts: The number of rows by role.
        commands: Lines to run, by purpose.
        details: Versions, seeds and hashes, by name.
    """

    title: str
    about: str
    headline: Sequence[str]
    comparison: dict[str, Any] | None = None
    held: HeldMeasures | None = None
    gallery: Gallery | None = None
    card: Card | None = None
    budget: dict[str, Any] | None = None
    live: Live | None = None
    map: Map | None = None
    unusual: Sheet | None = None
    doubtful: Sheet | None = None
    following: Sheet | None = None
    health: Sequence[dict[str, Any]] = ()
    not_judged: str = ""
    data: Sheet | None = None
    left_out: str = ""
    counts: dict[str, str] = field(default_factory=dict)
    commands: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
