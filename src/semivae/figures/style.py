r"""The look of all figures: colors that color-blind readers and printers keep apart, and a way to PNG.

References:
    | Color Universal Design (Okabe and Ito, 2008)
    | https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

__all__ = ["COLORS", "FORMS", "GRAY", "MARKERS", "STYLES", "canvas", "palette", "plain", "to_bytes", "to_png"]

import io
import warnings
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

# Okabe and Ito's colors, without their yellow, which fades on paper.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
GRAY = "#B8B8B8"

# Beside the colors, so that more classes than colors stay apart, and a print without color is readable.
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")

# Beside the colors of lines, for the same readers.
STYLES = ("-", "--", ":", "-.")

DPI = 150

# The forms of files, with the entries that would differ from day to day or from version to version.
FORMS: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
}


class PlainFigure(Figure):
    """A figure that draws text as it is: names of columns are no mathematics, even with dollar signs in them."""

    def draw(self, renderer: RendererBase) -> None:
        """Draws the figure."""

        for text in self.findobj(Text):
            text.set_parse_math(False)

        # Ticks make their labels only when they are drawn.
        with mpl.rc_context({"text.parse_math": False}):
            super().draw(renderer)


def canvas(width: float = 7.0, height: float = 4.5) -> Figure:
    """Returns an empty figure, in inches, that is known to no global state."""

    figure = PlainFigure(figsize=(width, height), dpi=DPI, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)

    return figure


def palette(position: int) -> dict[str, Any]:
    """Returns the color and marker of a class: no two of the first 70 have the same pair."""

    return {"color": COLORS[position % len(COLORS)], "marker": MARKERS[position % len(MARKERS)]}


def plain(axes: Axes, grid: bool = True) -> None:
    """Removes the ink of axes that says nothing."""

    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)

    if grid:
        axes.grid(color="#E6E6E6", linewidth=0.6)
        axes.set_axisbelow(True)


def to_png(figure: Figure) -> bytes:
    """Returns a figure as the content of a PNG file, which holds neither date nor version."""

    return to_bytes(figure, "png")


def to_bytes(figure: Figure, form: str) -> bytes:
    r"""Returns a figure as the content of a file, which holds no date.

    Arguments:
        figure: The figure.
        form: One of :data:`FORMS`.
    """

    buffer = io.BytesIO()

    with warnings.catch_warnings():
        # Letters that the font has not, such as Chinese ones, are drawn as boxes.
        warnings.filterwarnings("ignore", "Glyph", UserWarning)
        laid_out(figure)
        figure.savefig(buffer, format=form, metadata=FORMS[form])

    return buffer.getvalue()


def laid_out(figure: Figure) -> None:
    """Lays a figure out once: with its layout engine still there, saving would lay it out and draw it twice."""

    engine = figure.get_layout_engine()

    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")
