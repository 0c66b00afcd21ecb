r"""One version of a model and the rows that a person sees through it: the only file here that knows an estimator."""

from __future__ import annotations

__all__ = ["Session", "Spot"]

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import _safe_indexing

from semivae.errors import SettingError
from semivae.explorer.places import Places, placed, projections_for
from semivae.workflows.explore.advice import doubtful, suggested
from semivae.workflows.explore.beliefs import Belief, Goal, beliefs, goals_of
from semivae.workflows.explore.cells import Column, cells, column, names_of, pictures, shape_of, texts
from semivae.workflows.explore.find import find
from semivae.workflows.explore.forecast import forecast
from semivae.workflows.explore.latent import Surroundings, by_label, decoded, effects, outliers
from semivae.workflows.explore.refit import refit
from semivae.workflows.explore.steer import Wish, directions, proposed

if TYPE_CHECKING:
    from semivae.fitted import Fitted
    from semivae.latent import Direction, Found, Search

Values = NDArray[np.float64]

# Shares of rows that are farther from their neighbors than a place that is still typical, or only rare.
TYPICAL, RARE = 0.1, 0.01


@dataclass(frozen=True, eq=False)
class Spot:
    r"""A point of the latent space, decoded.

    Attributes:
        z: The latent, with shape (D,).
        place: Its place on the map, with shape (2,).
        share: The share of rows that lie farther from their neighbors.
        x: The decoded row, as rows of the fit are.
        chances: For each target, the probability of each class, or the expected number and its deviation.
    """

    z: Values
    place: Values
    share: float
    x: Any
    chances: list[list[float]]

    @property
    def word(self) -> str:
        """How usual the place is."""

        return "typical" if self.share >= TYPICAL else "rare" if self.share >= RARE else "off the data"


class Session:
    r"""Looks at rows through a model.

    Arguments:
        estimator: The model.
        X: The rows.
        version: The name of the version.
        projection: The name of the projection of the map; the first that the model has if it has not this one.
        before: The places on the map before, if there was one.

    Attributes:
        goals: The targets.
        z: The latents, with shape (N, D).
        beliefs: The beliefs about each target.
        map: The map.
        unusual: The outlier score of each row, NaN until it is known, with shape (N,).
        units: The units of the latent, by their effect.
    """

    def __init__(
        self, estimator: Fitted, X: Any, version: str, projection: str = "", before: Values | None = None
    ) -> None:
        self.estimator, self.X, self.version = estimator, X, version
        self.goals: list[Goal] = goals_of(estimator)
        self.z = np.asarray(estimator.transform(X), dtype=float)
        self.beliefs: list[Belief] = beliefs(estimator, X)
        self.surroundings = Surroundings(self.z)
        self.unusual = np.full(len(self.z), np.nan)
        self.names, self.shape = names_of(estimator, X), shape_of(estimator)
        self.numbers = [part.name for part in estimator.schema_.x if not part.classes and part.name in self.names]
        self.effects = effects(estimator, self.z)
        self.units = np.argsort(-self.effects).tolist()
        self.takes_label = bool(self.goals) and by_label(estimator, self.z[:4], list(self.goals[0].classes))
        self.show(projection, before)
        self.stopped = threading.Event()

    def __len__(self) -> int:
        return len(self.z)

    @property
    def codes(self) -> Any:
        """The predicted codes of the first target with classes; None without one."""

        found = (belief.values for goal, belief in zip(self.goals, self.beliefs, strict=True) if goal.classes)

        return next(found, None)

    @property
    def projections(self) -> list[str]:
        """The names of the projections that the map can have."""

        return projections_for(self.z, self.codes)

    def show(self, projection: str, before: Values | None = None) -> None:
        """Draws the map with a projection, turned onto the places before."""

        names = self.projections
        found = placed(projection if projection in names else names[0], self.z, self.codes, before)
        self.map: Places
        self.map, self.around = found, Surroundings(found.xy)

    def find_unusual(self, tell: Callable[[int], None]) -> None:
        """Finds the outlier scores, block by block, and tells how many rows are done; stops when the session does."""

        done = 0

        for scores in outliers(self.estimator, self.X):
            if self.stopped.is_set():
                return

            self.unusual[done : done + len(scores)] = scores
            done += len(scores)
            tell(done)

    def column(self, name: str) -> Column:
        r"""Returns a column of a table.

        Raises:
            SettingError: If there is none of this name.
        """

        if name not in self.names:
            raise SettingError(f"column={name[:40]!r}", "the rows have no such column", "column='NAME'")

        return column(self.X, self.names, name)

    def rows(self, places: Sequence[int]) -> Any:
        """Returns some rows, in the container of the user."""

        return _safe_indexing(self.X, np.asarray(places, dtype=int))

    def cells(self, places: Sequence[int]) -> list[list[dict[str, Any]]]:
        """Returns the cells of some rows of a table with the unusual ones marked; none of images."""

        return [[] for _ in places] if self.shape else cells(self.estimator, self.rows(places))

    def pictures(self, places: Sequence[int]) -> NDArray[np.uint8]:
        """Returns small pictures of some rows, with shape (M, H, W, 1 or 3)."""

        return pictures(self.estimator, self.rows(places))

    def search(self, text: str) -> list[int]:
        """Returns the rows that a text means; :func:`find` explains it."""

        return find(self.X, self.names, text)

    def shown(self, spot: Spot) -> tuple[list[dict[str, str]], Mapping[str, NDArray[Any]]]:
        """Returns a decoded row as cells and as arrays: a table has the first, an image the second."""

        if self.shape:
            return [], {"picture": pictures(self.estimator, spot.x)[0]}

        cells = texts(self.estimator, spot.x)[0]

        if not self.estimator.schema_.vector:
            return cells, {}

        # A vector says nothing to a person; the row beside it does.
        nearest = texts(self.estimator, self.rows([int(np.square(self.z - spot.z).sum(axis=1).argmin())]))[0]

        return cells + [cell | {"name": f"nearest row: {cell['name']}"} for cell in nearest], {}

    def chances(self, x: Any) -> list[list[float]]:
        """Returns the beliefs about one row, as :class:`Spot` has them."""

        found = beliefs(self.estimator, x)

        return [
            belief.chances[0].tolist()
            if belief.chances is not None
            else [float(belief.values[0]), float(belief.spread[0] if belief.spread is not None else 0.0)]
            for belief in found
        ]

    def at_place(self, place: Sequence[float], label: Any = None) -> Spot:
        r"""Decodes a place on the map.

        Arguments:
            place: The place, with shape (2,).
            label: A class that the row is to have; None for the class that it has.
        """

        return self.at(self.map.latents(np.array([place], dtype=float))[0], label, np.array(place, dtype=float))

    def at(self, z: Any, label: Any = None, place: Values | None = None) -> Spot:
        r"""Decodes a latent.

        Arguments:
            z: The latent, with shape (D,).
            label: A class that the row is to have. A decoder that takes no label is given a latent that is moved by the
                difference of the means of both classes.
            place: Its place on the map, if it is known.
        """

        z = np.asarray(z, dtype=float)

        if z.shape != self.z.shape[1:] or not np.isfinite(z).all():
            raise SettingError(f"a latent with shape {z.shape}", f"the model has {self.z.shape[1]} latents", "z=...")

        if label is not None and not self.takes_label:
            z, place = z + self.step_to(z, label), None

        x = decoded(self.estimator, z[None], label if self.takes_label else None)
        where = self.map.of(z[None])[0] if place is None else place

        # A place far from all points of the map is off the data, even if the mean of the nearest rows is not.
        share = min(self.surroundings.share(z[None])[0], self.around.share(where[None])[0])

        return Spot(z, where, float(share), x, self.chances(x))

    def step_to(self, z: Values, label: Any) -> Values:
        """Returns the step of a latent from the mean of its class to that of another."""

        goal, codes = self.goals[0], self.beliefs[0].values
        chances = beliefs(self.estimator, decoded(self.estimator, z[None]))[0].chances

        if chances is None or label not in goal.classes:
            return np.zeros_like(z)

        start, end = (codes == int(chances[0].argmax())), (codes == goal.classes.index(label))

        return self.z[end].mean(axis=0) - self.z[start].mean(axis=0) if start.any() and end.any() else np.zeros_like(z)

    def path(self, start: Sequence[float], end: Sequence[float], steps: int) -> list[Spot]:
        r"""Decodes a straight path in the latent space between two places on the map.

        Arguments:
            start: The first place, with shape (2,).
            end: The last place.
            steps: The number of points, at least 2.
        """

        first, last = self.map.latents(np.array([start, end], dtype=float))

        return [self.at(first + share * (last - first)) for share in np.linspace(0, 1, steps)]

    def suggested(self, place: int, labels: NDArray[Any], n: int) -> list[dict[str, Any]]:
        """Returns rows to label next, each with a reason; takes the number of the target and its labels."""

        known = np.array([label is not None for label in labels])

        return suggested(self.goals[place], self.beliefs[place], self.z, known, n)

    def doubtful(self, y: Any) -> list[dict[str, Any]]:
        """Returns labels to look at again, each with a reason; :func:`doubtful` explains them."""

        return doubtful(self.estimator, self.X, y)

    def directions(self, labels: Mapping[str, NDArray[Any]]) -> list[Direction]:
        """Returns the directions of attributes, given the labels of each target."""

        return directions(self.estimator, self.X, self.names, self.goals, labels)

    def proposed(self, wish: Wish, look: Callable[[Search], bool]) -> Found:
        """Searches for rows; :func:`proposed` explains the arguments."""

        return proposed(self.estimator, self.X, wish, look)

    def forecast(self, y: Any, say: Callable[[dict[str, Any]], None], asked: Callable[[], bool]) -> dict[str, Any]:
        """Returns the accuracy with more labels; :func:`forecast` explains the arguments."""

        return forecast(self.estimator, self.X, y, say, asked)

    def refitted(self, y: Any, say: Callable[[dict[str, Any]], None], asked: Callable[[], bool]) -> Fitted:
        """Returns a model that goes on from this one with other labels; :func:`refit` explains the arguments."""

        return refit(self.estimator, self.X, y, say, asked)
