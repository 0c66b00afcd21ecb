r"""The path of a search as arrays for a figure."""

from __future__ import annotations

__all__ = ["path_of_search"]

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from semivae.latent import Found
    from semivae.workflows.draw import Arrays

# Points along each side of the plane, its margin around the designs as a share, and decoded designs.
SIDE, MARGIN, DESIGNS = 40, 0.08, 16


def path_of_search(found: Found, objective: Callable[[Any], Any] | None = None, title: str = "") -> Arrays:
    r"""Returns a search in a plane of its latent, as the figure `latent_search` draws it.

    A latent of two units is the plane itself. Of more units it is the plane through the best design along the two
    principal components of the evaluated designs, and all designs are projected onto it.

    Arguments:
        found: The result of a search.
        objective: Scores decoded rows, for the contours; None without contours.
        title: The title.
    """

    import numpy as np

    from semivae.figures.search import better
    from semivae.latent.space import rows_at

    running = found.search
    told = running.history.told
    z, scores = running.history.z[told], running.scores()[told]
    corner, directions, names = plane(z, z[scores.argmax()])
    path = (z - corner) @ directions.T
    arrays: Arrays = {"path": path, "scores": scores, "names": names, "title": title}

    if objective is not None:
        reach = running.box.latents(np.random.default_rng(0).random((500, running.space.size)))
        wide = np.concatenate([path, (reach - corner) @ directions.T]) if running.space.size == 2 else path
        reached = np.ptp(wide, axis=0)
        margin = MARGIN * np.where(reached > 0, reached, 1.0)
        ends = np.stack([wide.min(axis=0) - margin, wide.max(axis=0) + margin])
        grid = [np.linspace(low, high, SIDE) for low, high in ends.T]
        points = np.stack(np.meshgrid(*grid), axis=-1).reshape(-1, 2)
        rows = running.space.decode(corner + points @ directions)
        arrays |= {"grid": tuple(grid), "objective": np.asarray(objective(rows), dtype=float).reshape(SIDE, SIDE)}

    rows = running.space.decode(z)

    if np.ndim(rows) > 2:
        arrays["designs"] = rows_at(rows, np.flatnonzero(better(scores))[:DESIGNS])

    return arrays


def plane(z: NDArray[Any], best: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], tuple[str, str]]:
    """Returns a point of the plane, its two directions, with shape (2, D), and their names."""

    import numpy as np

    if z.shape[1] == 2:
        return np.zeros(2), np.eye(2), ("latent 1", "latent 2")

    directions = np.linalg.svd(z - best, full_matrices=False)[2][:2]
    name = f"principal component {{}} of the designs ({z.shape[1]} latents)"

    return best, np.pad(directions, ((0, 2 - len(directions)), (0, 0))), (name.format(1), name.format(2))
