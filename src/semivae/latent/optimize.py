r"""Finds rows with wanted values by a search of a latent space."""

from __future__ import annotations

__all__ = ["Found", "beside", "best_of", "first_of", "optimize"]

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import issparse

from semivae.errors import SettingError
from semivae.fitted import LatentSpace
from semivae.latent.gate import CHECKS, Gate
from semivae.latent.goals import Constraint, Goal, maximize, pareto
from semivae.latent.history import History
from semivae.latent.retraining import carried, drawn_by_rank, stacked
from semivae.latent.search import Search
from semivae.latent.space import Space, distinct, rows_at
from semivae.latent.surrogates import SurrogateName

Values = NDArray[np.float64]

# Beyond so many robust deviations, a prediction and an evaluation disagree, given so many evaluations.
DEVIATIONS, LEAST_TOLD = 3.0, 8


@dataclass(frozen=True, eq=False)
class Found:
    r"""The designs that a search found, best first.

    Attributes:
        rows: The designs, in the units and the container of the rows.
        facts: One line a design: its number, values, score, density, and the verdict of the gate.
        latents: Their latents, with shape (K, D).
        evaluations: The number of designs with values.
        refused: The number of designs that the gate refused before any evaluation, by check.
        prior_weight: The weight of the density of latents in the score.
        search: The search, which can go on.
    """

    rows: Any
    facts: pd.DataFrame
    latents: Values
    evaluations: int
    refused: dict[str, int]
    prior_weight: float
    search: Search

    def table(self) -> pd.DataFrame:
        """Returns the designs of a table beside their facts; images have only their facts."""

        return beside(self.rows, self.facts)

    @property
    def surrogates(self) -> list[str]:
        """The libraries whose Gaussian processes chose designs; empty while none was needed."""

        return self.search.history.surrogates

    @property
    def refusals(self) -> list[str]:
        """The refused designs in words, the most frequent reason first."""

        counts = sorted(self.refused.items(), key=lambda pair: -pair[1])

        return [f"{count}: {CHECKS[name]}" for name, count in counts]

    def to_json(self) -> dict[str, Any]:
        """Returns the facts as plain values."""

        return {
            "designs": self.facts.to_dict("records"),
            "evaluations": self.evaluations,
            "refused": self.refused,
            "prior_weight": self.prior_weight,
            "surrogates": self.surrogates,
        }


def optimize(
    space: LatentSpace,
    objective: Goal | Callable[[Any], Any] | Sequence[Goal],
    X: Any,
    *,
    evaluations: int = 50,
    proposals: int = 10,
    batch: int = 1,
    constraints: Sequence[Constraint] = (),
    predict: Callable[[Any], Any] | None = None,
    gate: Literal["refuse", "mark"] | None = "refuse",
    held_out: Any = None,
    prior_weight: float = 0.1,
    trust_region: bool = True,
    surrogate: SurrogateName = "auto",
    label: Any = None,
    history: str | Path | None = None,
    look: Callable[[Search], bool] | None = None,
    retrain: Callable[[Any], LatentSpace] | None = None,
    seed: int = 0,
) -> Found:
    r"""Searches a latent space for rows with wanted values, by Bayesian optimization.

    Arguments:
        space: A fitted estimator of semivae, or any transformer with `inverse_transform`.
        objective: A function of decoded rows that is maximized, a goal of :py:`semivae.latent`, or several goals.
        X: Reference rows, such as the training rows.
        evaluations: The number of designs that are evaluated, with those of a history.
        proposals: The number of designs that are returned.
        batch: The number of designs that are chosen at a time.
        constraints: Constraints on decoded rows.
        predict: Predicts the value of the goal (of several, the first) for rows. It guides a search for one goal, the
            gate asks whether it agrees with the rows near a design, and a design whose evaluation it misses by far is
            marked.
        gate: Whether designs that are unlike the rows are refused, or marked; :py:`None` for no gate.
        held_out: Rows that the space was not learned from, to set the limits of the gate; a part of X if not given.
        prior_weight: The weight of the density of latents.
        trust_region: Whether to search around the best design rather than in the whole space.
        surrogate: The library of the Gaussian process: "scikit-learn", "botorch", or "auto" for BoTorch if installed.
        label: The label that rows are decoded with, for models that generate by label.
        history: A file (.json) that the search is saved to after each batch, and continued from if it exists.
        look: Sees the search after each batch, and ends it early if it returns True.
        retrain: Returns a latent space that was learned from the rows that it is given: as many as X, drawn after each
            batch from X and the designs by :func:`rank_weights`. Rows of X count as `predict` expects, or as average
            ones. The search goes on in the new space.
        seed: The seed of the search.

    Raises:
        DataError: If there are too few reference rows.
        SettingError: If a setting cannot work, such as a history beside `retrain`, whose spaces no file holds.
        StoreError: If the history cannot be read or written, or is of another search.
    """

    refuse_numbers(evaluations=evaluations, proposals=proposals, batch=batch)

    if retrain is not None and history is not None:
        raise SettingError("retrain with a history", "no file holds the spaces between", "history=None")

    goals = [objective] if isinstance(objective, Goal) else objective
    goals = [maximize(goals)] if callable(goals) else list(goals)
    path = None if history is None else Path(history)

    def begun(space: LatentSpace, known: History | None, first: int | None) -> Search:
        place = Space(space, X, label, seed)

        return Search(
            place,
            goals,
            constraints=constraints,
            gate=None if gate is None else Gate(place, predict, held_out, seed),
            mark=gate == "mark",
            prior_weight=prior_weight,
            first=first or first_of(place.size, evaluations),
            trust_region=trust_region,
            predict=predict,
            seed=seed,
            surrogate=surrogate,
            history=known,
        )

    known = History.load(path) if path is not None and path.exists() else None
    # A search that goes on with more evaluations stays the same search.
    search = begun(space, known, None if known is None else int(known.facts["first"]))
    decoded = None

    while (left := evaluations - len(search.history)) > 0:
        designs = search.ask(min(batch, left))
        search.evaluate(designs)

        if path is not None:
            search.history.save(path)

        if retrain is not None:
            decoded = designs.rows if decoded is None else stacked(decoded, designs.rows)

        if look is not None and look(search):
            break

        if retrain is not None and left > batch:
            other = begun(retrain(drawn_by_rank(search, decoded, X)), None, search.first)
            search = carried(search, other, decoded)

    return best_of(search, proposals, predict, decoded)


def best_of(search: Search, proposals: int, predict: Callable[[Any], Any] | None = None, designs: Any = None) -> Found:
    r"""Returns the best designs of a search, those that pass the gate first. Of equal rows, one is shown.

    Arguments:
        search: The search.
        proposals: The number of designs.
        predict: Predicts the first goal's value of rows, to be compared with the evaluation.
        designs: The designs, decoded, in the order of their numbers; their latents are decoded if not given.

    Raises:
        SettingError: If no value was told yet.
    """

    history = search.history

    if not history.told.any():
        raise SettingError("no design has a value yet", "the best ones are known by their values", "search.tell(...)")

    told = np.flatnonzero(history.told)
    z = history.z[told]
    rows = search.space.decode(z) if designs is None else rows_at(designs, told)
    facts = pd.DataFrame({"design": told})
    facts[list(history.goals)] = history.values[told]
    facts["score"] = search.scores()[told]
    facts["log_density_of_latent"] = search.density(z)
    facts["p_value"] = np.array(history.p_values)[told]
    reasons = np.array([CHECKS.get(reason, "") for reason in history.reasons], dtype=object)[told]
    order = [np.arange(len(told)), -facts["score"].to_numpy()]

    if len(search.goals) > 1:
        facts["pareto"] = pareto(search.gains[told])
        order.append(~facts["pareto"])

    predicted = history.values[told, 0] if predict is None else np.asarray(predict(rows), dtype=np.float64)

    if not np.allclose(predicted, history.values[told, 0]):
        facts["predicted"] = predicted
        odd = disagrees(history.values[told, 0], predicted) & (reasons == "")
        reasons[odd] = "the prediction differs from the evaluation by more than in other designs"

    facts["trusted"], facts["reason"] = reasons == "", reasons
    violated = search.pool.violation_of(rows) > 0
    facts["within_constraints"] = ~violated
    best = np.lexsort([*order, ~facts["trusted"].to_numpy(), violated])
    best = best[distinct(rows_at(rows, best))][:proposals]

    return Found(
        rows_at(rows, best),
        facts.iloc[best].reset_index(drop=True),
        z[best],
        len(told),
        dict(history.refused),
        search.prior_weight,
        search,
    )


def beside(rows: Any, facts: pd.DataFrame) -> pd.DataFrame:
    """Returns rows of a table beside facts about them; the facts alone for images."""

    if np.ndim(rows) > 2:
        return facts

    if not isinstance(rows, pd.DataFrame):
        rows = (pd.DataFrame.sparse.from_spmatrix if issparse(rows) else pd.DataFrame)(rows).add_prefix("x")

    taken = [name for name in facts if name in rows]

    return pd.concat([rows, facts.rename(columns={name: f"{name}_found" for name in taken})], axis=1)


def disagrees(values: Values, predicted: Values) -> NDArray[np.bool_]:
    """Marks the designs whose prediction misses their evaluation far more than those of other designs."""

    errors = values - predicted
    middle = np.median(errors)
    deviation = 1.4826 * np.median(np.abs(errors - middle))

    return np.abs(errors - middle) > (DEVIATIONS * deviation + 1e-9 if len(values) >= LEAST_TOLD else np.inf)


def first_of(size: int, evaluations: int) -> int:
    """Returns the number of designs that are evaluated before a Gaussian process can tell anything."""

    return max(2, min(2 * size + 2, evaluations // 3, 20))


def refuse_numbers(**numbers: int) -> None:
    """Refuses numbers below 1."""

    for name, number in numbers.items():
        if number < 1:
            raise SettingError(f"{name}={number}", "it must be at least 1", f"{name}=10")
