"""A search of a latent space finds known optima, and continues exactly."""

from functools import partial

import numpy as np
import pytest
from sklearn.decomposition import PCA

from semivae import latent
from semivae.errors import DataError, SettingError, StoreError
from semivae.latent import (
    History,
    Search,
    Space,
    best_of,
    bounds,
    maximize,
    minimize,
    pareto,
    probability,
    readout,
    target,
)
from semivae.latent.region import START, side_of

# The numbers are the same where BoTorch is installed, too.
optimize = partial(latent.optimize, surrogate="scikit-learn")
RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(size=(200, 2)) @ RANDOM.normal(size=(2, 4)) + 0.05 * RANDOM.normal(size=(200, 4))
SPACE = PCA(2).fit(ROWS)
# Between rows, so that no reference row is the optimum.
WANTED = SPACE.inverse_transform(SPACE.transform(ROWS[:30]).mean(axis=0, keepdims=True) + 0.5)[0]


def quadratic(rows):
    return -np.square(rows - WANTED).sum(axis=1)


def test_optimum_of_a_quadratic_is_found():
    found = optimize(SPACE, quadratic, ROWS, evaluations=25, prior_weight=0.0)

    assert found.evaluations == 25 and len(found.facts) == 10
    assert found.facts["value"].is_monotonic_decreasing
    assert quadratic(found.rows)[0] == pytest.approx(found.facts["value"].iloc[0]) and found.facts["value"][0] > -0.02
    assert found.facts["trusted"].all() and (found.facts["reason"] == "").all()
    assert list(found.table())[:5] == ["x0", "x1", "x2", "x3", "design"]


def test_pareto_front_of_two_quadratics_is_the_line_between():
    ends = SPACE.inverse_transform(np.array([[-0.5, 0.0], [0.5, 0.0]]))
    goals = [minimize(lambda rows, end=end: np.square(rows - end).sum(axis=1), f"to_{i}") for i, end in enumerate(ends)]
    found = optimize(SPACE, goals, ROWS, evaluations=24, batch=2, proposals=24, prior_weight=0.0)
    front = found.latents[found.facts["pareto"]]

    assert found.facts["pareto"].iloc[0] and 4 <= len(front) < 24
    assert np.median(np.abs(front[:, 1])) < 0.1 and np.ptp(front[:, 0]) > 0.3


def test_pareto_marks_what_nothing_beats():
    gains = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.5], [1.0, 0.0], [-1.0, -1.0]])

    assert pareto(gains).tolist() == [True, True, False, True, False]


def test_constraints_hold_and_cost_no_evaluation():
    limit = float(np.quantile(ROWS[:, 0], 0.4))
    found = optimize(
        SPACE, lambda rows: rows[:, 0], ROWS, evaluations=14, constraints=[bounds(0, high=limit)], gate=None
    )
    values = SPACE.inverse_transform(found.search.history.z)[:, 0]

    assert values.max() <= limit and found.facts["within_constraints"].all()
    assert found.facts["value"].iloc[0] > limit - 0.1


def test_target_of_a_value():
    found = optimize(SPACE, target(lambda rows: rows[:, 1], 0.7, "x1"), ROWS, evaluations=14)

    assert found.facts["x1"].iloc[0] == pytest.approx(0.7, abs=0.06)
    assert "x1_found" in found.table()


def test_resumed_search_is_the_same(tmp_path):
    settings = {"evaluations": 15, "batch": 3, "history": tmp_path / "cut.json"}
    whole = optimize(SPACE, quadratic, ROWS, **settings)
    # As it was after nine evaluations.
    history = History.load(tmp_path / "cut.json")
    history.z, history.values = history.z[:9], history.values[:9]
    history.rounds, history.reasons, history.p_values = history.rounds[:9], history.reasons[:9], history.p_values[:9]
    history.save(tmp_path / "cut.json")
    resumed = optimize(SPACE, quadratic, ROWS, **settings)

    np.testing.assert_array_equal(whole.search.history.z, resumed.search.history.z)
    np.testing.assert_array_equal(whole.latents, resumed.latents)

    longer = optimize(SPACE, quadratic, ROWS, **settings | {"evaluations": 17})
    np.testing.assert_array_equal(longer.search.history.z[:15], whole.search.history.z)
    assert longer.evaluations == 17


def test_history_is_kept_to_the_last_bit(tmp_path):
    search = Search(Space(SPACE, ROWS), [maximize(None, "yield")])
    designs = search.ask(3)
    search.tell(designs.numbers[:2], [0.1, 1 / 3])
    search.history.save(tmp_path / "h.json")
    search.history.save(tmp_path / "h.csv")
    again = History.load(tmp_path / "h.json")

    assert again.to_json() == search.history.to_json()
    assert again.told.tolist() == [True, True, False]
    assert (tmp_path / "h.csv").read_text().startswith("design,round,yield,z0,z1,p_value,reason\n")

    with pytest.raises(StoreError, match="another search: it differs in seed"):
        Search(Space(SPACE, ROWS), [maximize(None, "yield")], history=again, seed=1)

    (tmp_path / "bad.json").write_text("[]")

    with pytest.raises(StoreError, match="no history"):
        History.load(tmp_path / "bad.json")


def test_a_laboratory_is_asked_before_all_is_told():
    search = Search(Space(SPACE, ROWS), [maximize(None, "yield")], first=3, surrogate="scikit-learn")
    first = search.ask(4)
    search.tell(first.numbers[::-1], quadratic(first.rows)[::-1])
    second, third = search.ask(2), search.ask(2)
    latents = np.concatenate([second.latents, third.latents])

    assert second.numbers.tolist() == [4, 5] and len(np.unique(latents, axis=0)) == 4
    assert len(best_of(search, 9).facts) == 4

    with pytest.raises(DataError, match="another value"):
        search.tell([0], [17.0])

    with pytest.raises(DataError, match="designs 0 to 7"):
        search.tell([8], [1.0])

    with pytest.raises(SettingError, match="no function"):
        search.evaluate(third)


def test_prior_keeps_designs_where_rows_are():
    far, near = (
        optimize(SPACE, lambda rows: rows[:, 0], ROWS, evaluations=20, gate=None, prior_weight=weight)
        for weight in (0.0, 3.0)
    )

    assert far.facts["log_density_of_latent"].iloc[0] < near.facts["log_density_of_latent"].iloc[0] - 0.5


def test_goals_refuse_what_they_cannot_use():
    class Classifier:
        classes_ = np.array(["a", "b"])

        def predict_proba(self, X):
            return np.stack([X[:, 0] > 0, X[:, 0] <= 0], axis=1).astype(float)

    goal = probability(Classifier(), "b")

    assert goal.gain(goal(np.zeros((1, 2)), np.full((1, 4), -1.0))).item() == 0

    with pytest.raises(SettingError, match="must be one of a, b"):
        probability(Classifier(), "c")

    with pytest.raises(SettingError, match="shape"):
        optimize(SPACE, lambda rows: rows, ROWS, evaluations=2)

    with pytest.raises(SettingError, match="evaluations=0"):
        optimize(SPACE, quadratic, ROWS, evaluations=0)


def test_latents_are_read_by_their_neighbors():
    space = Space(SPACE, ROWS)
    read = readout(space, lambda rows: rows[:, 0])

    np.testing.assert_allclose(read(space.latents[:5]), ROWS[:5, 0])

    found = optimize(SPACE, maximize(read, "first", on_latents=True), ROWS, evaluations=14)

    assert found.facts["first"].iloc[0] > np.quantile(ROWS[:, 0], 0.9)


def test_trust_region_follows_the_rounds():
    assert side_of([0.0, 1.0, 2.0, 3.0], 2) == 2 * START
    assert side_of([0.0] * 5, 2) == START / 2
    assert side_of([0.0] * 200, 2) >= 2.0**-6


def test_a_prediction_guides_the_search():
    wanted = np.array([1.2, -0.4])

    def hidden(rows):
        return -np.abs(SPACE.transform(rows) - wanted).sum(axis=1)

    def biased(rows):
        return 0.5 * hidden(rows) + 3.0 + 0.2 * np.sin(9 * rows[:, 0])

    alone, guided = (
        optimize(SPACE, hidden, ROWS, evaluations=8, predict=predict, gate=None) for predict in (None, biased)
    )

    assert guided.facts["value"].iloc[0] > max(alone.facts["value"].iloc[0], -0.3)
    assert {"predicted"} == set(guided.facts) - set(alone.facts)
    # The most promising reference row comes first.
    first = SPACE.inverse_transform(guided.search.history.z[:1])
    assert biased(first).item() == pytest.approx(biased(SPACE.inverse_transform(SPACE.transform(ROWS))).max())


class Rounded:
    """A space whose rows are whole numbers, so that many latents are decoded to one row."""

    def transform(self, rows):
        return np.asarray(rows, dtype=np.float64)

    def inverse_transform(self, z):
        return np.round(z)


@pytest.mark.parametrize("gate", ["refuse", "mark", None])
def test_no_row_is_evaluated_twice_while_another_is_left(gate):
    rows = np.random.default_rng(0).integers(0, 6, size=(120, 2)).astype(float)
    seen = []

    def peak(rows):
        seen.extend(map(tuple, rows))

        return -np.square(rows - 3).sum(axis=1)

    found = optimize(Rounded(), peak, rows, evaluations=24, batch=4, proposals=24, gate=gate)

    assert len(set(seen)) == len(seen) == 24 and found.facts["value"].max() == 0
    assert len({*map(tuple, found.rows)}) == len(found.rows) == 24


def test_goals_are_no_other_facts():
    found = optimize(SPACE, maximize(quadratic, "score"), ROWS, evaluations=4, proposals=4)

    assert found.facts["score_value"].tolist() == pytest.approx(quadratic(found.rows))
    assert found.search.history.table()["score_value"].notna().all()


def test_equal_designs_are_shown_once():
    rows = np.repeat(np.arange(3.0), 20)[:, None]
    found = optimize(Rounded(), lambda rows: rows[:, 0], rows, evaluations=12, gate=None)

    assert found.evaluations == 12 and found.rows[:, 0].tolist() == sorted({*found.rows[:, 0]}, reverse=True)
