r"""Any registered figure of a saved model, one at a time."""

from __future__ import annotations

__all__ = ["listed", "plot"]

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from semivae.errors import SettingError
from semivae.workflows.draw import Arrays, alone, offered
from semivae.workflows.inputs.rows import read_maybe_labeled

if TYPE_CHECKING:
    from semivae.data.in_memory import InMemory
    from semivae.estimators.repair import VAERepair
    from semivae.fitted import Classifier, Fitted, Saved
    from semivae.latent import Space
    from semivae.workflows.measures import Details

# Points of a walk, walks of a figure, and the share of the latents that a traversal passes.
POINTS, WALKS, SHARE = 11, 12, 0.98

# Points along each side of a manifold, and rows that the most surprising ones are chosen from.
SIDE, ROWS = 15, 5000

# Rows that are repaired, and the standard deviation of their noise in the range of the data.
REPAIRED, NOISE = 10, 0.25

# Figures of a model alone, which need no rows.
ALONE = {"epochs", "components", "units", "new images"}


def listed() -> list[tuple[str, bool, str]]:
    """Returns the name of each figure, whether it needs rows, and what it shows."""

    from semivae.figures import figures

    return [(name, figures[name].needs not in ALONE, figures[name].shows) for name in sorted(figures)]


def plot(
    model: Saved,
    name: str,
    data: str | None = None,
    split: str = "test",
    header: bool = True,
    form: str = "png",
    seed: int = 0,
) -> bytes:
    r"""Draws a figure of a saved model.

    Arguments:
        model: The model.
        name: The name of a registered figure.
        data: A file, or the name of a set; None for a figure of the model alone.
        split: The rows of a named set.
        header: Whether the first line of a text file names the columns.
        form: "png", "svg" or "pdf".
        seed: The seed of the rows that are shown, and of samples.

    Returns:
        The content of the file.

    Raises:
        DataError: If the rows cannot be read.
        SettingError: If there is no such figure, or the model or the rows do not have what it shows.
    """

    from semivae.figures import figures, to_bytes

    if name not in figures:
        known = ", ".join(figures)
        raise SettingError(f"figure {name!r}", f"the figures are {known}", f"name={next(iter(figures))!r}")

    drawing = figures[name]

    if data is None and drawing.needs not in ALONE:
        raise SettingError(f"figure {name!r} without rows", "it shows rows", "data='rows.csv'")

    rows = None if data is None else read_maybe_labeled(model, data, None, split, header)
    groups = dict(asked(model, rows, seed))

    if drawing.needs not in groups:
        drawn = [other for other in figures if figures[other].needs in groups]
        raise SettingError(
            f"figure {name!r} of {type(model).__name__} ({model.model_name_})",
            f"the model or the rows do not have what it shows; those that can be drawn are {', '.join(drawn)}",
            f"name={drawn[0]!r}" if drawn else "data='rows.csv'",
        )

    return to_bytes(drawing(**groups[drawing.needs]()), form)


def asked(fitted: Fitted, rows: InMemory | None, seed: int) -> Iterator[tuple[str, Callable[[], Arrays]]]:
    """Yields the groups of arrays that a model offers with some rows or none, by their names in the registry."""

    from semivae.estimators.repair import VAERepair
    from semivae.fitted import Classifier, Trained

    units = getattr(fitted, "units_", None)

    if units is not None and units.shape[1] > 1:
        yield "units", lambda: {"units": units}

    if rows is None:
        yield from alone(fitted, seed)
        return

    x, y = rows.x, rows.y
    yield from offered(fitted, x, y, seed)

    if isinstance(fitted, Classifier) and y is not None:
        yield "confidence", lambda: asdict(predictions(fitted, x, y).reliability)
        yield "confusion", lambda: confusion(predictions(fitted, x, y), fitted.schema_.target.name)

    if fitted.schema_.image:
        yield "manifold", lambda: manifold(spaced(fitted, x))
        yield "interpolations", lambda: interpolations(spaced(fitted, x), seed)
        yield "traversals", lambda: traversals(spaced(fitted, x))

        if isinstance(fitted, Trained):
            yield "surprising images", lambda: surprising(fitted, x)

        if isinstance(fitted, VAERepair):
            yield "repaired images", lambda: repaired(fitted, x, seed)


def spaced(fitted: Fitted, x: Any) -> Space:
    """Returns the latent space of a model beside rows."""

    from semivae.latent import Space

    return Space(fitted, x)


def predictions(fitted: Classifier, x: Any, y: Any) -> Details:
    """Returns the predictions of labeled rows, class by class."""

    from sklearn.utils import _safe_indexing

    from semivae.estimators.rows.target import encoded
    from semivae.findings import known
    from semivae.workflows.measures import detailed

    codes = encoded(fitted, y)
    given = known(codes).nonzero()[0]

    return detailed(fitted, fitted.predict_proba(_safe_indexing(x, given)), codes[given])


def confusion(details: Details, target: str) -> Arrays:
    """Returns the numbers of rows by their true and their predicted class."""

    return {"counts": details.confusion, "classes": list(map(str, details.classes)), "target": target}


def manifold(space: Space) -> Arrays:
    """Returns images on a plane through the latent, at even quantiles along both of its directions.

    A latent of two units is the plane itself; of more, the plane is that of the two principal components.
    """

    import numpy as np

    z = space.latents
    center = z.mean(axis=0)
    directions = np.eye(space.size) if space.size <= 2 else np.linalg.svd(z - center, full_matrices=False)[2][:2]
    levels = np.linspace((1 - SHARE) / 2, (1 + SHARE) / 2, SIDE)
    axes = [np.quantile((z - center) @ direction, levels) for direction in directions]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    names = "the units" if space.size <= 2 else f"the two principal components of {space.size} units"

    return {"images": space.decode(center + grid @ directions), "columns": SIDE, "title": f"quantiles of {names}"}


def interpolations(space: Space, seed: int) -> Arrays:
    """Returns images on paths between rows, each as a line and as a great circle."""

    import numpy as np

    from semivae.latent import spherical, straight

    pairs = np.random.default_rng(seed).permutation(len(space.latents))[:WALKS].reshape(-1, 2)
    paths = [
        path(space.latents[pair[0]], space.latents[pair[1]], POINTS) for pair in pairs for path in (straight, spherical)
    ]

    return {
        "images": space.decode(np.concatenate(paths)),
        "columns": POINTS,
        "rows": ["line", "circle"] * len(pairs),
        "title": "paths between rows, in the latent",
    }


def traversals(space: Space) -> Arrays:
    """Returns images along each of the widest units, from the latent that is nearest to their mean."""

    import numpy as np

    from semivae.latent import traversal

    z = space.latents
    start = z[np.square(z - z.mean(axis=0)).sum(axis=1).argmin()]
    widest = np.argsort(-z.std(axis=0), kind="stable")[:WALKS]
    paths = [traversal(space, start, int(unit), POINTS, SHARE) for unit in widest]

    return {
        "images": space.decode(np.concatenate(paths)),
        "columns": POINTS,
        "rows": [f"unit {unit + 1}" for unit in widest],
        "title": f"one row, with a unit from its {(1 - SHARE) / 2:.0%} to its {(1 + SHARE) / 2:.0%} quantile",
    }


def surprising(fitted: Any, x: Any) -> Arrays:
    """Returns the rows with the lowest density, each above its reconstruction."""

    import numpy as np

    from semivae.evaluation import rebuilt

    some = x[:ROWS]
    lowest = some[np.argsort(fitted.score_samples(some), kind="stable")[: 2 * POINTS]]
    pairs = [part for half in (lowest[:POINTS], lowest[POINTS:]) if len(half) for part in (half, rebuilt(fitted, half))]

    return {
        "images": np.concatenate(pairs) if len(lowest) in (POINTS, 2 * POINTS) else lowest,
        "columns": POINTS,
        "rows": ["row", "rebuilt"] * (len(lowest) // POINTS),
        "title": "rows with the lowest density",
    }


def repaired(fitted: VAERepair, x: Any, seed: int) -> Arrays:
    """Returns some rows: as they are, with noise, denoised, without their lower half, and with it filled."""

    import numpy as np

    (image,) = fitted.schema_.x
    random = np.random.default_rng(seed)
    rows = np.asarray(x)[np.sort(random.permutation(len(x))[:REPAIRED])]
    low, high = image.center, image.center + image.scale
    noise = NOISE * (high - low) * random.standard_normal(rows.shape)
    noisy = np.clip(rows + noise, low, high).astype(rows.dtype)
    height = 1 + image.axes.index("H")
    lines = np.arange(rows.shape[height]).reshape([-1 if axis == height else 1 for axis in range(rows.ndim)])
    hidden = np.broadcast_to(lines >= rows.shape[height] // 2, rows.shape)
    # Hidden pixels are drawn in the gray between both ends.
    halves = np.where(hidden, (low + high) / 2, rows).astype(rows.dtype)
    filled = fitted.impute(rows, missing=hidden, random_state=seed)
    shown = {
        "row": rows,
        "with noise": noisy,
        "denoised": fitted.denoise(noisy, seed),
        "hidden": halves,
        "filled": filled,
    }

    return {
        "images": np.concatenate([*shown.values()]),
        "columns": len(rows),
        "rows": [*shown],
        "title": "rows with noise or a hidden half, and repaired",
    }
