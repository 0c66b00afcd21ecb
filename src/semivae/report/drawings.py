r"""The drawings of a report as inline SVG, in colors that the page sets for light and dark."""

from __future__ import annotations

__all__ = ["bar", "color", "curve", "latents", "line", "span"]

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from semivae.report.records import Map, Point

# The colors of classes, which the style sheet of the page lists.
COLORS = 7

# The map and the reliability curve, in their own units.
WIDTH, HEIGHT, MARGIN = 640.0, 440.0, 16.0
SIDE, FRAME = 320.0, 40.0

# More names of classes than that hide the map.
NAMES = 12


def span(rows: Iterable[Mapping[str, Any]], metric: str) -> tuple[float, float]:
    r"""Returns the ends of an axis on which all intervals of a comparison have room.

    Arguments:
        rows: The scores: each with `low` and `high`.
        metric: Their name; an accuracy is not below 0.
    """

    ends = [end for row in rows for end in (row["low"], row["high"])]
    room = 0.05 * (max(ends) - min(ends)) or 0.05
    low = min(ends) - room

    return max(0.0, low) if metric == "accuracy" else low, min(1.0, max(ends) + room)


def line(row: Mapping[str, Any], ends: tuple[float, float], ours: bool) -> Markup:
    r"""Returns a score as a dot with its interval.

    Arguments:
        row: The score: `mean`, `low`, `high`.
        ends: The ends of the axis.
        ours: Whether it is the score of the model.
    """

    low, mean, high = (100 * (row[name] - ends[0]) / (ends[1] - ends[0]) for name in ("low", "mean", "high"))
    kind = "ours" if ours else "other"
    said = f"{row['mean']:.3f}, interval {row['low']:.3f} to {row['high']:.3f}"

    return Markup(
        f'<svg class="line {kind}" role="img" aria-label="{escape(said)}" width="100%" height="16">'
        f'<line x1="{low:.1f}%" x2="{high:.1f}%" y1="8" y2="8"/><circle cx="{mean:.1f}%" cy="8" r="5"/></svg>'
    )


def bar(value: float, pca: float | None) -> Markup:
    r"""Returns a share as a bar, with a tick for principal components.

    Arguments:
        value: The share.
        pca: The share of principal components; None if they have none.
    """

    share, tick, beside = 100 * min(1.0, max(0.0, value)), "", ""

    if pca is not None:
        place = 100 * min(1.0, max(0.0, pca))
        tick = f'<line x1="{place:.1f}%" x2="{place:.1f}%" y1="0" y2="16"/>'
        beside = f", principal components {pca:.2f}"

    return Markup(
        f'<svg class="mark" role="img" aria-label="{value:.2f}{beside}" width="100%" height="16">'
        f'<rect class="rail" width="100%" y="4" height="8"/><rect width="{share:.1f}%" y="4" height="8"/>{tick}</svg>'
    )


def curve(found: Any) -> Markup:
    """Returns a reliability curve: accuracy by confidence, with intervals."""

    inner = SIDE - FRAME

    def across(value: float) -> float:
        return FRAME + inner * value

    def up(value: float) -> float:
        return inner * (1 - value) + 4

    parts = [f'<line class="ideal" x1="{across(0)}" y1="{up(0)}" x2="{across(1)}" y2="{up(1)}"/>']
    parts += [f'<path class="axis" d="M{across(0)} {up(1)}V{up(0)}H{across(1)}"/>']

    for tick in (0.0, 0.5, 1.0):
        parts.append(f'<text x="{across(tick)}" y="{up(0) + 16}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{FRAME - 6}" y="{up(tick) + 4}" text-anchor="end">{tick:g}</text>')

    bins = zip(found.confidence, found.accuracy, found.low, found.high, found.rows, strict=True)

    for confidence, accuracy, low, high, rows in bins:
        x = across(confidence)
        said = f"{rows:,} rows: confidence {confidence:.2f}, right {accuracy:.2f}"
        parts.append(
            f'<g class="bin"><title>{said}</title><line x1="{x:.1f}" x2="{x:.1f}" y1="{up(low):.1f}" '
            f'y2="{up(high):.1f}"/><circle cx="{x:.1f}" cy="{up(accuracy):.1f}" r="4.5"/></g>'
        )

    said = "Reliability curve: the share of right predictions by confidence; on the dashed line both agree."

    return Markup(
        f'<svg class="curve" role="img" aria-label="{said}" viewBox="0 0 {SIDE + 12:.0f} {SIDE + 8:.0f}">'
        f'{"".join(parts)}<text x="{across(0.5)}" y="{SIDE + 2}" text-anchor="middle">confidence</text></svg>'
    )


def latents(found: Map) -> Markup:
    """Returns the latent map: rows without a label pale, labels on top, and the names of classes over them."""

    places = list(placed(found.points))
    dots = "".join(dot(point, place, found) for point, place in zip(found.points, places, strict=True))
    labeled = sum(point.labeled for point in found.points)
    said = f"Map of {len(found.points):,} rows in the latent, {labeled:,} of them labeled. {found.caption}"

    return Markup(
        f'<svg class="map" role="img" aria-label="{escape(said)}" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}">'
        f"{dots}{''.join(names(found, places))}</svg>"
    )


def placed(points: Sequence[Point]) -> Iterator[tuple[float, float]]:
    """Yields the place of each point in a drawing; the unit is the same in both directions."""

    xs, ys = [point.x for point in points], [point.y for point in points]
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    unit = min((WIDTH - 2 * MARGIN) / (wide or 1), (HEIGHT - 2 * MARGIN) / (high or 1))
    left, top = (WIDTH - unit * wide) / 2, (HEIGHT - unit * high) / 2

    for x, y in zip(xs, ys, strict=True):
        yield left + unit * (x - min(xs)), HEIGHT - top - unit * (y - min(ys))


def dot(point: Point, place: tuple[float, float], found: Map) -> str:
    """Returns a row as a dot: in the color of its class, on the ramp of a number, or grey."""

    kind, paint = "none", ""

    if point.code is not None and found.classes:
        kind = color(int(point.code))
    elif point.code is not None:
        kind, paint = "ramp", f' style="--at:{100 * point.code:.0f}%"'

    size = 4.5 if point.labeled else 2.6
    role = "given" if point.labeled else "guessed"

    return f'<circle class="{kind} {role}" cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="{size}"{paint}/>'


def color(code: int) -> str:
    """Returns the style of a class; there are not enough colors, so that every second round of them are rings."""

    return f"c{code % COLORS}" + (" ring" if code // COLORS % 2 else "")


def names(found: Map, places: Sequence[tuple[float, float]]) -> Iterator[str]:
    """Yields the name of each class in the middle of its rows."""

    for code, name in enumerate(found.classes if len(found.classes) <= NAMES else ()):
        inside = [place for point, place in zip(found.points, places, strict=True) if point.code == code]

        if inside:
            x, y = (median(values) for values in zip(*inside, strict=True))
            yield f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="middle">{escape(name)}</text>'
