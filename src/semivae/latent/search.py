r"""A search of a latent space that is asked for designs and told their values: Bayesian optimization.

    search = Search(Space(pca, rows), [maximize(None, "yield")], gate=Gate(Space(pca, rows)))
    designs = search.ask(8)  # designs.rows goes to the laboratory
    search.tell(designs.numbers, values)

The first designs are rows of the reference, encoded and decoded. The next ones have the highest expected improvement
under a Gaussian process of

.. math:: f(z) + w \, s \, \min\big(0, \tfrac{1}{D} (\log p(z) - \mathrm{median})\big)

with the gain :math:`f`, its standard deviation :math:`s` over the told designs, and the density :math:`p` of encoded
rows. Only the gain is learned; the density is known. Several goals are joined by random weights, a new set for each
design (ParEGO), so that the designs spread along the Pareto front.

References:
    | ParEGO: A Hybrid Algorithm With On-Line Landscape Approximation (Knowles, 2006)
    | https://doi.org/10.1109/TEVC.2005.851274
"""

from __future__ import annotations

__all__ = ["Designs", "Search"]

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from semivae.errors import DataError, SettingError
from semivae.latent.gate import Gate
from semivae.latent.goals import Constraint, Goal, named
from semivae.latent.history import History
from semivae.latent.mixtures import LatentDensity
from semivae.latent.pool import Pool
from semivae.latent.region import Box, side_of
from semivae.latent.space import Space, keys
from semivae.latent.surrogates import Surrogate, SurrogateName, log_improvement, surrogate_named

Values = NDArray[np.float64]

# A Gaussian process, and the trend of gains that it does not learn.
Learned: TypeAlias = tuple[Surrogate, Callable[[Values], Values]]

# Candidates that are refined, and new ones around each.
FINE, FINEST = 10, 30
# Designs closer than this, in units of the box, are the same.
SAME = 1e-7


@dataclass(frozen=True, eq=False)
class Designs:
    r"""Designs that were asked for.

    Attributes:
        numbers: Their numbers, by which their values are told, with shape (N,).
        latents: Their latents, with shape (N, D).
        rows: The decoded rows.
        reasons: The check of the gate that each fails; empty where it passes.
    """

    numbers: NDArray[np.int64]
    latents: Values
    rows: Any
    reasons: list[str]


class Search:
    r"""Starts a search, or continues one.

    Arguments:
        space: The latent space beside reference rows.
        goals: One goal or several.
        constraints: Constraints on decoded rows.
        gate: The trust gate; :py:`None` lets every design pass.
        mark: Whether designs that fail the gate are only marked; otherwise they are refused while others pass.
        prior_weight: The weight w of the density of latents.
        first: The number of designs that are evaluated before the Gaussian process takes over.
        trust_region: Whether to search around the best design rather than in the whole box.
        predict: Predicts the values of rows, with shape (N,), if there is one goal. The Gaussian process learns the
            difference, and half of the first designs are the reference rows with the best predictions.
        seed: The seed of the search.
        surrogate: The library of the Gaussian process: "scikit-learn", "botorch", or "auto" for BoTorch if installed.
        history: The history of a search that is continued; its other arguments, but for the surrogate, have to be the
            same.

    Raises:
        SettingError: If there is no goal, or two have the same name.
        StoreError: If the history is of another search.
    """

    def __init__(
        self,
        space: Space,
        goals: Sequence[Goal],
        *,
        constraints: Sequence[Constraint] = (),
        gate: Gate | None = None,
        mark: bool = False,
        prior_weight: float = 0.1,
        first: int = 8,
        trust_region: bool = True,
        predict: Callable[[Any], Any] | None = None,
        seed: int = 0,
        surrogate: SurrogateName = "auto",
        history: History | None = None,
    ) -> None:
        self.space, self.goals, self.seed = space, named(goals), seed
        names = tuple(goal.name for goal in self.goals)
        self.prior_weight, self.first, self.trust_region = prior_weight, first, trust_region
        self.surrogate = surrogate_named(surrogate)
        self.box = Box.of(space.latents)
        self.density = LatentDensity.of(space.latents)
        self.predict = predict if len(goals) == 1 else None
        self.pool = Pool(space, constraints, gate, mark, first, seed, None if self.predict is None else self.expected)
        facts = {
            "latents": space.size,
            "seed": seed,
            "first": first,
            "prior_weight": prior_weight,
            "constraints": [[one.name, repr(one.low), repr(one.high)] for one in constraints],
            "box": [self.box.low.tolist(), self.box.high.tolist()],
        }
        self.history = History.empty(names, facts) if history is None else history
        self.history.refuse_other(names, facts)

    def ask(self, n: int = 1) -> Designs:
        r"""Returns new designs. Some may be asked for before the values of others are told.

        Arguments:
            n: The number of designs.

        Raises:
            SettingError: If n is below 1.
        """

        if n < 1:
            raise SettingError(f"n={n}", "at least one design has to be asked for", "n=1")

        random = np.random.default_rng([self.seed, self.history.asked])
        chosen: list[Values] = []
        learned: dict[bytes, Learned] = {}

        for _ in range(n):
            index = len(self.history) + len(chosen)
            model_free = self.history.told.sum() < min(self.first, 2) or index < self.first
            chosen.append(self.pool.start(index) if model_free else self.proposal(np.array(chosen), random, learned))

        z = np.array(chosen)
        rows = self.space.decode(z)
        reasons, p_values = self.pool.verdicts(z, rows)
        self.history.refused.update(self.pool.take_refused())

        return Designs(self.history.add(z, reasons, p_values), z, rows, reasons)

    def tell(self, numbers: Any, values: Any) -> None:
        r"""Takes the values of designs; designs may be told in any order, and in parts.

        Arguments:
            numbers: The numbers of the designs, with shape (N,).
            values: Their values, with shape (N,) or (N, M); NaN where an evaluation failed.

        Raises:
            DataError: If a number is of no design, the values do not fit, or a design has another value already.
        """

        numbers = np.asarray(numbers)
        values = np.asarray(values, dtype=np.float64).reshape(len(numbers), -1)
        count = len(self.history)

        if numbers.dtype.kind not in "iu" or (numbers < 0).any() or (numbers >= count).any():
            raise DataError(
                f"designs {numbers.tolist()}", f"designs 0 to {count - 1} were asked for", "tell the numbers of ask"
            )

        if values.shape[1] != len(self.goals) or np.isinf(values).any():
            raise DataError(f"values of shape {values.shape}", f"{len(self.goals)} finite numbers a design are needed")

        old = self.history.values[numbers]

        if (~np.isnan(old) & (old != values)).any():
            raise DataError("a design was told another value before", "a design keeps its value", "leave it out")

        self.history.values[numbers] = values

    def evaluate(self, designs: Designs) -> None:
        """Measures the goals of designs and tells them."""

        values = [goal(designs.latents, designs.rows) for goal in self.goals]
        self.tell(designs.numbers, np.stack(values, axis=1))

    @property
    def gains(self) -> Values:
        """The gains of all designs in each goal, NaN where they were not told, with shape (N, M)."""

        return np.stack([goal.gain(self.history.values[:, i]) for i, goal in enumerate(self.goals)], axis=1)

    def scores(self, weights: Values | None = None) -> Values:
        r"""Returns the gains of all designs as one number each, with the density of their latents, with shape (N,).

        Arguments:
            weights: The weights of several goals, with shape (M,); equal if not given.
        """

        gains, spread = self.joined(weights)

        return gains + self.prior_weight * spread * self.density.shortfall(self.history.z) if len(gains) else gains

    def joined(self, weights: Values | None = None) -> tuple[Values, float]:
        """Returns the gains of all designs as one number each, with shape (N,), and their spread over told designs."""

        gains = self.gains
        told = gains[self.history.told]

        if len(self.goals) > 1 and len(told):
            weights = np.full(len(self.goals), 1 / len(self.goals)) if weights is None else weights
            high = told.max(axis=0)
            loss = weights * (gains - high) / np.where(told.std(axis=0) > 0, told.std(axis=0), 1.0)
            joined = loss.min(axis=1) + 0.05 * loss.sum(axis=1)
        else:
            joined = gains[:, 0]

        return joined, float(np.std(joined[self.history.told])) if len(told) else 0.0

    def proposal(self, chosen: Values, random: np.random.Generator, learned: dict[bytes, Learned]) -> Values:
        """Returns the latent of one new design, given the others of the round, and what was learned for them."""

        weights = random.dirichlet(np.ones(len(self.goals)))
        gains, spread = self.joined(weights)
        scores = self.scores(weights)
        told = self.history.told
        trusted = told & (np.array(self.history.reasons) == "")
        usable = trusted if trusted.any() else told
        waiting = np.concatenate([self.history.z[~told], chosen.reshape(-1, self.space.size)])

        # One goal has one weight, and a round one Gaussian process, which takes its designs one by one.
        if (key := weights.tobytes()) in learned:
            surrogate, mean_of = learned[key]
            surrogate.pretend(self.box.unit(chosen[-1:]))
        else:
            mean_of = self.trend(gains)
            surrogate = self.surrogate(self.box.unit(self.history.z[told]), gains[told] - mean_of(self.history.z[told]))
            surrogate.pretend(self.box.unit(waiting))
            learned[key] = surrogate, mean_of

        self.history.note_surrogate(surrogate.name)
        best = scores[usable].max()
        center = self.box.unit(self.history.z[usable][scores[usable].argmax()])

        def value(u: Values) -> Values:
            mean, deviation = surrogate.predict(u)
            z = self.box.latents(u)
            known = mean_of(z) + self.prior_weight * spread * self.density.shortfall(z)

            return log_improvement(mean + known, deviation, best)

        side = side_of(self.history.best_by_round(scores, usable), self.space.size) if self.trust_region else None
        anchors = self.box.unit(self.pool.anchors)
        u = self.box.candidates(center, side, surrogate.length_scales, anchors, random)
        values = value(u)
        top = u[np.argsort(-values)[:FINE]].repeat(FINEST, axis=0)
        finer = np.clip(top + 0.03 * (side or 1.0) * random.standard_normal(top.shape), 0.0, 1.0)
        u, values = np.concatenate([u, finer]), np.concatenate([values, value(finer)])
        known = np.concatenate([self.history.z[told], waiting])
        new = np.abs(u[:, None] - self.box.unit(known)).max(axis=2).min(axis=1) > SAME
        taken = {*keys(self.space.decode(known))}

        return self.pool.admit(self.box.latents(u[new]), values[new], taken)

    def expected(self, rows: Any) -> Values:
        """Returns the gains that the predictor expects of rows, with shape (N,)."""

        assert self.predict is not None

        return next(iter(self.goals)).gain(np.asarray(self.predict(rows), dtype=np.float64))

    def trend(self, gains: Values) -> Callable[[Values], Values]:
        """Returns the gain of latents as far as it is a multiple of the predicted one; 0 without a predictor."""

        told = self.history.told
        predicted = None if self.predict is None else self.expected(self.space.decode(self.history.z[told]))

        # Where the prediction is the goal, evaluations are the only way to look at it.
        if predicted is None or np.allclose(predicted, gains[told]) or not predicted.std() > 0:
            return lambda z: np.zeros(len(z))

        slope = np.clip(np.cov(predicted, gains[told])[0, 1] / predicted.var(ddof=1), 0.0, 2.0)

        return lambda z: slope * self.expected(self.space.decode(z))
