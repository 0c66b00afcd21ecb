"""Rows are weighted by rank, and a search of a retrained space starts from the rows that were measured."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA

from semivae.errors import DataError, SettingError
from semivae.latent import Gate, Search, Space, maximize, optimize, rank_weights, tell_rows

RANDOM = np.random.default_rng(0)
# The third number, which is wanted high, varies least: a plain map to two latents leaves it out.
ROWS = RANDOM.normal(size=(80, 3)) * [3.0, 2.0, 0.5]


def test_weights_follow_the_paper():
    weights = rank_weights([1.0, 4.0, 4.0, np.nan, 2.0], k=0.1)

    np.testing.assert_allclose(weights, (found := 1 / (0.5 + np.array([3, 0.5, 0.5, 4, 2]))) / found.sum())
    np.testing.assert_allclose(rank_weights(RANDOM.random(50), k=1e9), 1 / 50, rtol=1e-6)
    assert rank_weights(np.arange(1000))[-1] > 0.1

    with pytest.raises(SettingError, match="above 0"):
        rank_weights([1.0], k=0)


def test_measured_rows_start_a_search():
    space = Space(PCA(2).fit(ROWS), ROWS)
    search = Search(space, [maximize(None, "yield")], gate=Gate(space), first=5, surrogate="scikit-learn")
    numbers = tell_rows(search, ROWS[:6], ROWS[:6, 0])
    designs = search.ask(1)

    assert numbers.tolist() == [0, 1, 2, 3, 4, 5] and designs.numbers.tolist() == [6]
    np.testing.assert_allclose(search.history.z[:6], space.encode(ROWS[:6]))
    # The Gaussian process has chosen it, for the first designs are known.
    assert search.history.surrogates == ["scikit-learn"] and designs.rows[0, 0] > np.median(ROWS[:, 0])

    with pytest.raises(DataError, match="2 values for 6 rows"):
        tell_rows(search, ROWS[:6], [1.0, 2.0])


@pytest.mark.slow
def test_a_retrained_space_reaches_further():
    def best(retrained):
        model, rows, values = PCA(2, random_state=0).fit(ROWS), ROWS[:30], ROWS[:30, 2]

        for turn in range(2):
            search = Search(Space(model, ROWS), [maximize(None)], seed=turn, surrogate="scikit-learn")
            tell_rows(search, rows, values)
            designs = search.ask(2)
            rows, values = np.concatenate([rows, designs.rows]), np.concatenate([values, designs.rows[:, 2]])

            if retrained:
                drawn = np.random.default_rng(turn).choice(len(rows), 80, p=rank_weights(values, k=0.01))
                model = PCA(2, random_state=0).fit(rows[drawn])

        return values[-2:].max()

    assert best(True) > best(False) + 0.3


def test_optimize_learns_the_space_again_between_batches():
    given = []

    def learn(rows):
        given.append(rows)

        return PCA(2, random_state=0).fit(rows)

    wanted = {"evaluations": 24, "batch": 6, "gate": None, "proposals": 24, "surrogate": "scikit-learn"}
    space = PCA(2, random_state=0).fit(ROWS)
    goal = maximize(lambda rows: rows[:, 2], "yield")
    found = optimize(space, goal, ROWS, retrain=learn, **wanted)

    # Each batch but the last is followed by a fit to as many rows.
    assert [rows.shape for rows in given] == [ROWS.shape] * 3
    # A design keeps the row that was measured, whatever space it is found in.
    np.testing.assert_allclose(found.rows[:, 2], found.facts["yield"])
    assert sorted(found.facts["design"]) == list(range(24)) and found.search.history.asked == 4

    with pytest.raises(SettingError, match="retrain with a history"):
        optimize(space, goal, ROWS, retrain=learn, history="h.json", **wanted)


def test_frames_are_drawn_by_what_the_predictor_expects():
    frame = pd.DataFrame(ROWS, columns=["a", "b", "c"])
    given = []

    def learn(rows):
        given.append(rows)

        return PCA(2, random_state=0).fit(rows)

    def expect(rows):
        return rows["c"]

    wanted = {"predict": expect, "evaluations": 16, "batch": 8, "gate": None, "surrogate": "scikit-learn"}
    goal, space = maximize(expect, "yield"), PCA(2, random_state=0).fit(frame)
    found = optimize(space, goal, frame, retrain=learn, **wanted)

    # The wanted column varies least, so the plain space leaves it out.
    assert list(given[0].columns) == ["a", "b", "c"] and given[0]["c"].mean() > frame["c"].mean() + 0.3
    assert found.facts["yield"].max() > optimize(space, goal, frame, **wanted).facts["yield"].max() + 0.3
