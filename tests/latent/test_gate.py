"""The trust gate passes real rows and stops designs that are unlike them."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA

from semivae.errors import DataError, SettingError
from semivae.latent import Gate, Space, bounds, optimize
from semivae.latent.numbers import Plain

RANDOM = np.random.default_rng(0)
# Two clouds, with nothing between them.
CLOUDS = np.where(np.arange(600)[:, None] % 2, 4.0, -4.0) + RANDOM.normal(size=(600, 2))
ROWS = CLOUDS @ RANDOM.normal(size=(2, 5)) + 0.1 * RANDOM.normal(size=(600, 5))
SPACE = PCA(2).fit(ROWS)


class Plane:
    """A latent space without a density."""

    transform, inverse_transform = SPACE.transform, SPACE.inverse_transform


@pytest.mark.parametrize("space", [SPACE, Plane()], ids=["density", "none"])
def test_held_out_rows_pass_and_designs_off_the_rows_do_not(space):
    gate = Gate(Space(space, ROWS[:400]))
    passed = gate.judge(space.transform(ROWS[400:]), ROWS[400:]).passed
    off = np.array([[0.0, 0.0], [0.0, 9.0], [40.0, 0.0]])
    verdicts = gate.judge(off)

    assert 0.9 <= passed.mean() < 1
    assert not verdicts.passed.any() and set(verdicts.reasons) <= {"density", "latent", "neighbor"}
    assert ("density" in verdicts.p_values) == (space is SPACE)


def test_prediction_has_to_agree_with_rows_nearby():
    side = SPACE.transform(ROWS)[:, 0] > 0
    gate = Gate(Space(SPACE, ROWS[side]), lambda rows: SPACE.transform(rows)[:, 0] > 0)

    assert (gate.judge(SPACE.transform(ROWS[~side][:3])).p_values["agreement"] < 0.02).all()
    assert (gate.judge(SPACE.transform(ROWS[side][:3])).p_values["agreement"] == 1).all()


def test_refused_designs_are_counted_and_marked_ones_are_kept():
    settings = {"X": ROWS, "evaluations": 14, "prior_weight": 0.0, "trust_region": False}

    def between(rows):
        return -np.abs(SPACE.transform(rows)).sum(axis=1)

    refused, marked = (optimize(SPACE, between, gate=gate, **settings) for gate in ("refuse", "mark"))

    assert sum(refused.refused.values()) > 20 and refused.facts["trusted"].all()
    assert not marked.refused and any(marked.search.history.reasons)
    assert marked.facts["trusted"].iloc[0], "designs like the rows come first"


def test_held_out_rows_can_be_given():
    gate = Gate(Space(SPACE, ROWS[:100]), held_out=ROWS[100:300])

    assert all(len(usual) == 200 for usual in gate.usual.values())


def test_gate_needs_rows():
    with pytest.raises(DataError, match="at least 20"):
        Gate(Space(SPACE, ROWS[:10]))

    with pytest.raises(DataError, match="no reference rows"):
        Space(SPACE, None)

    with pytest.raises(DataError, match="as the fit had them"):
        Space(Wrong(), ROWS)


class Wrong(Plane):
    def inverse_transform(self, X):
        return np.zeros((len(X), 2))


def test_rows_of_any_kind_become_numbers():
    frame = pd.DataFrame(
        {
            "number": [1.0, 2.0, np.nan, 3.0],
            "color": ["red", None, "blue", "red"],
            "day": pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-03", None]),
            "flag": [True, False, True, True],
        }
    )
    numbers = Plain.of(frame)(frame)

    assert numbers.shape == (4, 5) and np.isfinite(numbers).all()
    assert numbers[2, 0] == 0 and numbers[:, 1:3].tolist() == [[1, 0], [0, 0], [0, 1], [1, 0]]
    np.testing.assert_allclose(numbers[:, 0].mean(), 0, atol=1e-12)

    images = RANDOM.random((7, 3, 3))
    assert np.unique(Plain.of(images).scale).tolist() == [pytest.approx(images.std())]

    with pytest.raises(SettingError, match="columns number, color"):
        bounds("price", 0, 1).violation(frame)
