r"""Real rows beside samples, class by class: pictures for images, small tables for rows of a table.

A model of texts generates vectors, and the nearest text of the data stands for each.
"""

from __future__ import annotations

__all__ = ["gallery", "picture"]

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import _num_samples

from semivae.data.codecs.choose import codec_of
from semivae.data.sparse import largest
from semivae.report.records import Gallery, Sheet, Strip
from semivae.workflows.plain import short

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from semivae.fitted import Fitted

CLASSES = 12
IMAGES, CELLS = 8, 4

# The largest entries that are shown of a sparse row.
ENTRIES = 8


def gallery(fitted: Fitted, x: Any, codes: NDArray[np.float64]) -> Gallery:
    r"""Returns real rows beside samples.

    Arguments:
        fitted: The estimator.
        x: The rows.
        codes: The codes of their classes, NaN where unlabeled; values are not used.
    """

    from semivae.evaluation import rebuilt
    from semivae.fitted import Classifier
    from semivae.workflows.nearest import nearest_rows

    images = fitted.schema_.image
    count = IMAGES if images else CELLS
    shown = pictures if images else cells

    index = np.random.default_rng(0).permutation(_num_samples(x))[: 2 * count]
    seen = some(x, index[:count])
    back = Strip("", shown(fitted, seen), shown(fitted, nearest_rows(fitted, x, rebuilt(fitted, seen))))
    nearest = fitted.schema_.embedded

    if not isinstance(fitted, Classifier):
        made = nearest_rows(fitted, x, fitted.sample(2 * count, random_state=0))

        return Gallery(images, [Strip("", shown(fitted, some(x, index)), shown(fitted, made))], back, nearest)

    strips = []

    for code, name in enumerate(fitted.classes_[:CLASSES]):
        index = np.flatnonzero(codes == code)[:count]
        made = nearest_rows(fitted, x, fitted.sample(count, name, random_state=code))
        strips.append(Strip(str(name), shown(fitted, some(x, index)) if len(index) else None, shown(fitted, made)))

    return Gallery(images, strips, back, nearest)


def some(x: Any, index: NDArray[np.int64]) -> Any:
    """Returns the rows at some positions."""

    from sklearn.utils import _safe_indexing

    return _safe_indexing(x, index)


def cells(fitted: Fitted, rows: Any) -> Sheet:
    """Returns rows as a table of text; of sparse rows the largest entries."""

    import pandas as pd

    from semivae.workflows.explore.cells import texts

    if fitted.schema_.container == "sparse":
        entries = largest(codec_of(fitted.schema_).plain(rows), fitted.schema_.x[0], ENTRIES)
        words = [[f"{name}: {short(value)}" for name, value in row] for row in entries]

        return Sheet([f"entry {place}" for place in range(1, ENTRIES + 1)], [pad(row) for row in words])

    if fitted.schema_.single:
        found = texts(fitted, rows)

        return Sheet([one["name"] for one in found[0]], [[one["text"] for one in row] for row in found])

    names = list(dict.fromkeys(variable.source for variable in fitted.schema_.x))

    if isinstance(rows, pd.DataFrame):
        # The rows of a stream have the parts of a date as columns.
        parts = [variable.name for variable in fitted.schema_.x if variable.source not in rows]
        names = [name for name in dict.fromkeys([*names, *parts]) if name in rows]

    table = rows[names] if isinstance(rows, pd.DataFrame) else pd.DataFrame(np.asarray(rows), columns=names)

    return Sheet(names, [[cell(value) for value in row] for row in table.itertuples(index=False, name=None)])


def pad(row: list[str]) -> list[str]:
    """Returns a row with as many cells as a sheet of sparse rows has."""

    return row + [""] * (ENTRIES - len(row))


def cell(value: Any) -> str:
    """Returns a cell as text."""

    return short(value) if value is None or isinstance(value, float) else str(value)


def pictures(fitted: Fitted, rows: Any) -> str:
    """Returns images side by side as a data URI, with room for as many as a strip has, so that all have one size."""

    images = [plain(fitted, image) for image in rows]
    height, width = images[0].shape[:2]
    strip = np.zeros((height, max(len(images), IMAGES) * (width + 1) - 1, 4))

    for i, image in enumerate(images):
        strip[:, i * (width + 1) : i * (width + 1) + width] = image

    return uri(strip)


def picture(fitted: Fitted, image: Any) -> str:
    """Returns an image as a data URI."""

    return uri(plain(fitted, image))


def plain(fitted: Fitted, image: Any) -> NDArray[np.float64]:
    """Returns an image with an opaque color at each pixel, from 0 to 1, with shape (H, W, 4)."""

    variable = fitted.schema_.x[0]
    pixels = np.asarray(image, dtype=float)

    if variable.axes == "CHW":
        pixels = np.moveaxis(pixels, 0, -1)

    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    colors = pixels if pixels.shape[-1] == 3 else pixels[..., :1].repeat(3, axis=-1)
    low, high = variable.low or 0.0, variable.high or 1.0
    opaque = np.ones((*colors.shape[:2], 1))

    return np.concatenate([((colors - low) / max(high - low, np.finfo(float).tiny)).clip(0, 1), opaque], axis=-1)


def uri(pixels: NDArray[np.float64]) -> str:
    """Returns colors from 0 to 1, with shape (H, W, 4), as a PNG in a data URI."""

    from matplotlib.image import imsave

    buffer = io.BytesIO()
    imsave(buffer, pixels, format="png", metadata={"Software": ""})

    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
