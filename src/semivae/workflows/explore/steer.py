r"""Ways through a latent space: directions of attributes, and designs that a search proposes."""

from __future__ import annotations

__all__ = ["Wish", "directions", "proposed", "seen"]

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.errors import DataError, SettingError
from semivae.workflows.explore.cells import cells_of

if TYPE_CHECKING:
    from semivae.fitted import Fitted
    from semivae.latent import Direction, Found, Search
    from semivae.workflows.aims import Aims
    from semivae.workflows.explore.beliefs import Goal

# The most attributes that are offered, and the most values of a column that each become one.
ATTRIBUTES, VALUES = 60, 8

# The designs that a search returns, and the most that it evaluates.
PROPOSALS, MOST = 10, 200


def directions(
    estimator: Fitted, X: Any, names: list[str], goals: Sequence[Goal], labels: Mapping[str, NDArray[Any]]
) -> list[Direction]:
    r"""Returns the directions of attributes in a latent space: of targets by their labels, then of columns.

    An attribute that no row tells, or that is the same in all rows, has none.

    Arguments:
        estimator: The model.
        X: The rows.
        names: The names of the columns of a table; none of images.
        goals: The targets.
        labels: Their labels, each with shape (N,), None where unlabeled.
    """

    from semivae.data.codecs.choose import codec_of
    from semivae.latent import Space
    from semivae.workflows.latents import direction_in

    space, found = Space(estimator, codec_of(estimator.schema_).plain(X)), list[Any]()

    for column, cells, values in attributes(X, names, goals, labels):
        at_rows = cells.iloc[space.kept]

        for value in values:
            try:
                found.append(direction_in(space.latents, at_rows, f"{column}={value}" if value else column))
            except (DataError, SettingError):
                continue

    return found[:ATTRIBUTES]


def attributes(
    X: Any, names: list[str], goals: Sequence[Goal], labels: Mapping[str, NDArray[Any]]
) -> Iterator[tuple[str, pd.Series, list[str]]]:
    """Yields each column with its cells and the values that are attributes; one empty value for numbers."""

    for goal in goals:
        yield goal.name, pd.Series(labels[goal.name], dtype=object), [str(entry) for entry in goal.classes] or [""]

    for name in names:
        cells = cells_of(X, names, name).astype(object)
        known: Any = cells.dropna()

        if len(known) and not np.isscalar(known.iloc[0]):
            continue

        grown: Any = pd.to_numeric(known, errors="coerce")
        numbers = bool(grown.notna().all())
        values = [""] if numbers else sorted(map(str, known.unique().tolist()))

        if len(values) <= VALUES:
            yield name, cells, values


@dataclass(frozen=True)
class Wish:
    r"""The wish of a search.

    Attributes:
        column: A target of the model, or a column of numbers.
        aim: Whether the number is to be high, low, or hit; or the class is to be the value.
        value: The class, or the number that is to be hit.
        evaluations: The number of designs that are evaluated.
        gate: Whether designs unlike the rows are refused, or marked.
    """

    column: str
    aim: Literal["maximize", "minimize", "target", "class"]
    value: str = ""
    evaluations: int = 30
    gate: Literal["refuse", "mark"] = "mark"

    def aims(self) -> Aims:
        """Returns the wish as aims of a search."""

        from semivae.workflows.aims import Aims

        pair = [f"{self.column}={self.value}"]

        match self.aim:
            case "maximize":
                return Aims(maximize=[self.column])
            case "minimize":
                return Aims(minimize=[self.column])
            case "target":
                return Aims(target=pair)

        return Aims(classes=pair)

    @property
    def batch(self) -> int:
        """The number of designs that are chosen at a time."""

        return max(1, self.count // 15)

    @property
    def count(self) -> int:
        """The number of designs that are evaluated."""

        return min(max(self.evaluations, 2), MOST)

    @property
    def python(self) -> str:
        """The lines of Python that search for the same designs."""

        given = {"column": "", "maximize": f"maximize=[{self.column!r}]", "minimize": f"minimize=[{self.column!r}]"}
        pair = f"{self.column}={self.value}"
        given |= {"target": f"target=[{pair!r}]", "class": f"classes=[{pair!r}]"}
        settings = f"evaluations={self.count}, proposals={PROPOSALS}, batch={self.batch}"

        return (
            "from semivae.workflows.aims import Aims\n"
            "from semivae.workflows.search import Asked, searched\n"
            f"found = searched(estimator, Aims({given[self.aim]}), X, Asked(gate={self.gate!r}), {settings})"
        )


def proposed(model: Fitted, X: Any, wish: Wish, look: Callable[[Search], bool]) -> Found:
    r"""Searches for rows as wished.

    Arguments:
        model: The model.
        X: The rows that designs have to look like.
        wish: The wish.
        look: Sees the search after each batch, and ends it early if it returns True.

    Raises:
        DataError: If there are too few rows.
        SettingError: If the model does not know the number or the class.
    """

    from semivae.workflows.search import Asked, searched

    return searched(model, wish.aims(), X, Asked(gate=wish.gate), wish.count, PROPOSALS, wish.batch, look)


def seen(search: Search, found: Found | None = None) -> dict[str, Any]:
    r"""Returns a search as plain values: its designs with their latents, values and verdicts.

    Arguments:
        search: The search.
        found: The proposals, best first, if it ended.
    """

    from semivae.latent import CHECKS

    history = search.history
    rank = {} if found is None else {int(number): place for place, number in enumerate(found.facts["design"], 1)}

    return {
        "designs": [
            {
                "design": number,
                "z": z.tolist(),
                "value": float(value[0]),
                "reason": CHECKS.get(reason, ""),
                "rank": rank.get(number),
            }
            for number, (z, value, reason) in enumerate(zip(history.z, history.values, history.reasons, strict=True))
        ],
        "refused": {CHECKS[name]: count for name, count in history.refused.items()},
    }
