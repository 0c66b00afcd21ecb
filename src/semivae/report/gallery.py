r"""Real rows beside samples, class by class: pictures for images, small tables for rows of a table."""

from __future__ import annotations

__all__ = ["gallery", "picture"]

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from semivae.report.records import Gallery, Sheet, Strip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from semivae.fitted import Fitted

CLASSES = 12
IMAGES, CELLS = 8, 4


def gallery(fitted: Fitted, x: Any, codes: NDArray[np.float64]) -> Gallery:
    r"""Returns real rows beside samples.

    Arguments:
        fitted: The estimator.
        x: The rows.
        codes: The codes of their classes, NaN where unlabeled; values are not used.
    """

    from semivae.fitted import Classifier

    images = fitted.schema_.image
    count = IMAGES if images else CELLS
    shown = pictures if images else cells

    if not isinstance(fitted, Classifier):
        index = np.random.default_rng(0).permutation(len(x))[: 2 * count]

        made = fitted.sample(2 * count, random_state=0)

        return Gallery(images, [Strip("", shown(fitted, some(x, index)), shown(fitted, made))])

    strips = []

    for code, name in enumerate(fitted.classes_[:CLASSES]):
        index = np.flatnonzero(codes == code)[:count]
        made = fitted.sample(count, name, random_state=code)
        strips.append(Strip(str(name), shown(fitted, some(x, index)) if len(index) else None, shown(fitted, made)))

    return Gallery(images, strips)


def some(x: Any, index: NDArray[np.int64]) -> Any:
    """Returns the rows at some positions."""

    from sklearn.utils import _safe_indexing

    return _safe_indexing(x, index)


def cells(fitted: Fitted, rows: Any) -> Sheet:
    """Returns rows as a table of text."""

    import pandas as pd

    names = list(dict.fromkeys(variable.source for variable in fitted.schema_.x))
    table = rows[names] if isinstance(rows, pd.DataFrame) else pd.DataFrame(np.asarray(rows), columns=names)

    return Sheet(names, [[cell(value) for value in row] for row in table.itertuples(index=False, name=None)])


def cell(value: Any) -> str:
    """Returns a cell as text."""

    if value is None or value != value:
        return "–"

    return f"{value:.4g}" if isinstance(value, float) else str(value)


def pictures(fitted: Fitted, rows: Any) -> str:
    """Returns images side by side as a data URI."""

    images = [plain(fitted, image) for image in rows]
    gap = np.ones((images[0].shape[0], 1, *images[0].shape[2:]))
    parts = [part for image in images for part in (image, gap)]

    return uri(np.concatenate(parts[:-1], axis=1))


def picture(fitted: Fitted, image: Any) -> str:
    """Returns an image as a data URI."""

    return uri(plain(fitted, image))


def plain(fitted: Fitted, image: Any) -> NDArray[np.float64]:
    """Returns an image with shape (H, W) or (H, W, 3), from 0 to 1."""

    variable = fitted.schema_.x[0]
    pixels = np.asarray(image, dtype=float)

    if variable.axes == "CHW":
        pixels = np.moveaxis(pixels, 0, -1)

    pixels = pixels[..., 0] if pixels.ndim == 3 and pixels.shape[-1] != 3 else pixels
    low, high = variable.low or 0.0, variable.high or 1.0

    return ((pixels - low) / (high - low)).clip(0, 1)


def uri(pixels: NDArray[np.float64]) -> str:
    """Returns pixels from 0 to 1 as a PNG in a data URI."""

    from matplotlib.image import imsave

    buffer = io.BytesIO()
    colors = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=-1)
    imsave(buffer, colors, format="png", metadata={"Software": ""})

    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
