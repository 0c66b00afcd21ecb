r"""The figures of a fitted estimator, as the files that are saved with it."""

from __future__ import annotations

__all__ = ["pictures"]

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from semivae.errors import SemivaeError
from semivae.workflows.task import encoded

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

LOG = logging.getLogger(__name__)

# As many rows as a figure has room for.
DOTS = 2000
PAIRS = 10
PER_CLASS = 10
MANY_CLASSES = 20

# As many classes as a panel of a column has room for.
FEW_CLASSES = 4


def pictures(estimator: Any, x: Any, y: Any, seed: int) -> dict[str, bytes]:
    r"""Draws the figures of a fitted estimator.

    Arguments:
        estimator: The estimator.
        x: The rows that it was fitted on.
        y: The labels that it saw, or None.
        seed: What the rows that are shown are drawn from.

    Returns:
        The content of each file by its path in the folder of the model.
    """

    from semivae.figures.style import to_png

    files = {}

    try:
        for name, figure in figures(estimator, x, y, seed):
            files[f"figures/{name}.png"] = to_png(figure)
    except SemivaeError as error:
        # The model itself is good, and is not lost for a picture of it.
        LOG.info(f"Not every figure could be drawn: {error}")

    return files


def figures(estimator: Any, x: Any, y: Any, seed: int) -> Iterator[tuple[str, Figure]]:
    """Yields the figures with their names."""

    import numpy as np
    from sklearn.utils import _safe_indexing

    from semivae.figures.curves import component_variances, loss_curves
    from semivae.figures.maps import latent_map

    codes = codes_of(estimator, y, len(x))
    index = some(codes, np.random.default_rng(seed))
    rows = _safe_indexing(x, index)

    if len(estimator.history_):
        yield "loss", (loss_curves if "epoch" in estimator.history_ else component_variances)(estimator.history_)

    yield "latent", latent_map(estimator.transform(rows), codes[index], *target_of(estimator))

    draw = images if estimator.schema_.image else columns

    yield from draw(estimator, rows, seed)


def codes_of(estimator: Any, y: Any, rows: int) -> NDArray[Any]:
    """Returns the class codes or values of the labels that were seen, with shape (N,); NaN where there is none.

    Of several targets, those of the first.
    """

    import numpy as np

    if estimator.schema_.y is None:
        return np.full(rows, np.nan)

    if estimator.schema_.y.parts:
        first = estimator.schema_.targets[0]
        codes = estimator._labels.encode(y)[:, 0]

        return codes if first.classes else codes * first.scale + first.center

    codes = encoded(estimator, y)

    return codes if codes.dtype.kind == "f" else np.where(codes < 0, np.nan, codes)


def some(codes: NDArray[Any], random: Any) -> NDArray[Any]:
    """Returns the positions of rows to show: as many labeled ones as there is room for, then others."""

    import numpy as np

    order = random.permutation(len(codes))
    labeled = order[~np.isnan(codes[order])][: DOTS // 2]

    return np.r_[labeled, np.setdiff1d(order, labeled, assume_unique=True)[: DOTS - len(labeled)]]


def target_of(estimator: Any) -> tuple[str, list[str]]:
    """Returns the name of the target, or of the first of several, and of its classes; nothing where there is none."""

    for variable in estimator.schema_.targets:
        return variable.name, [str(name) for name in variable.classes]

    return "", []


def rebuilt(estimator: Any, rows: Any) -> Any:
    """Returns rows after they went through the latent, with the predicted class where the decoder takes one."""

    variable = estimator.schema_.y
    classes = variable is not None and bool(variable.classes)

    return estimator.inverse_transform(estimator.transform(rows), estimator.predict(rows) if classes else None)


def images(estimator: Any, rows: Any, seed: int) -> Iterator[tuple[str, Figure]]:
    """Yields images beside their reconstructions, and new images by class."""

    from semivae.figures.grids import image_grid, image_pairs

    shown = rows[: 2 * PAIRS]

    yield (
        "reconstructions",
        image_pairs(shown, rebuilt(estimator, shown), PAIRS, "rows of the data, and what the model makes of them"),
    )

    variable = estimator.schema_.y

    if variable is None or not variable.classes:
        yield "samples", image_grid(estimator.sample(PER_CLASS**2, random_state=seed), PER_CLASS, title="new rows")

        return

    classes = estimator.classes_[:MANY_CLASSES]
    new = estimator.sample(len(classes) * PER_CLASS, classes.repeat(PER_CLASS), random_state=seed)

    yield "samples", image_grid(new, PER_CLASS, [str(name) for name in classes], f"new rows by {variable.name}")


def columns(estimator: Any, rows: Any, seed: int) -> Iterator[tuple[str, Figure]]:
    """Yields how well the cells of a table are rebuilt, and how its columns are distributed, beside new rows."""

    from semivae.data.codecs.choose import codec_of
    from semivae.figures.columns import agreements, distributions

    codec = codec_of(estimator.schema_)

    def cells(table: Any) -> NDArray[Any]:
        """Returns the cells of a table in units of the user, with the code of the class in a category."""

        return codec.encode(table) * codec.scales + codec.centers

    names = [variable.name for variable in codec.variables]
    classes = [[str(name) for name in variable.classes] for variable in codec.variables]
    made = {name: cells(table) for name, table in new_rows(estimator, len(rows), seed).items()}

    yield "reconstructions", agreements(cells(rows), cells(rebuilt(estimator, rows)), names, classes)
    yield "samples", distributions(cells(rows), made, names, classes)


def new_rows(estimator: Any, n: int, seed: int) -> dict[str, Any]:
    """Returns new rows by what they are called: those of each class where classes are few."""

    variable = estimator.schema_.y

    if variable is None or not 0 < len(variable.classes) <= FEW_CLASSES:
        return {"sampled": estimator.sample(n, random_state=seed)}

    return {
        f"sampled, {variable.name} {name}": estimator.sample(n, name, random_state=seed) for name in estimator.classes_
    }
