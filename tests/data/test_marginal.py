"""The facts of a real column: whole numbers, spikes and heavy tails, the same by blocks and as a whole."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.understood import codec_for

from semivae.data.columns.marginal import MOST
from semivae.data.columns.tally import NumberTally
from semivae.variables import Variable

RANDOM = np.random.default_rng(0)


def facts(values: np.ndarray, block: int = 10**9) -> Variable:
    tally = NumberTally()

    for start in range(0, len(values), block):
        tally.add(values[start : start + block])

    return tally.found("x", "float64", 0).variables[0]


@pytest.mark.parametrize(
    ("values", "whole"),
    [([1.0, 2.0, np.nan], True), ([1.0, 2.5], False), ([0.0, 0.0], True), ([1e300, np.nan], False), ([np.nan], False)],
)
def test_whole(values, whole):
    assert facts(np.array(values)).whole == whole


def test_spikes_at_an_end_inside_and_among_the_rest():
    """Most are zero; a third of the others is 7, which is less than a tenth of all."""

    rest = np.where(RANDOM.random(1000) < 0.33, 7.0, RANDOM.normal(5, 1, 1000).clip(1))
    variable = facts(np.concatenate([np.zeros(3000), rest]))

    assert variable.spikes == (0.0, 7.0)
    assert variable.beside == (rest.min(), rest[rest != 7].max())


@pytest.mark.parametrize(
    "values",
    [RANDOM.normal(size=500), RANDOM.integers(0, 17, 2000).astype(float), np.full(100, 5.0), np.arange(15.0).repeat(9)],
)
def test_columns_without_spikes(values):
    assert not facts(values).spikes and facts(values).beside is None


@pytest.mark.parametrize("shift", [0.0, -1e4, 1e6])
def test_heavy_tails_are_made_normal(shift):
    values = RANDOM.lognormal(0, 1.5, 3000) + shift
    values[:1500] = shift
    variable = facts(values)
    x = variable.standard(values)

    assert variable.knots and variable.spikes == (shift,)
    assert x.mean() == pytest.approx(0, abs=1e-3) and x.std() == pytest.approx(1, abs=1e-3)
    assert np.abs(x).max() < 6 < np.abs(values - values.mean()).max() / values.std()
    assert (np.diff(x[np.argsort(values)]) >= 0).all()
    np.testing.assert_allclose(variable.restored(x), values, rtol=1e-9, atol=1e-9)

    # The derivative of the way back, by differences.
    step = 1e-5
    slope = (variable.restored(x + step) - variable.restored(x)) / step
    np.testing.assert_allclose(np.median(np.exp(variable.log_unit(x)) / slope), 1, rtol=1e-3)


def test_light_tails_are_only_scaled():
    assert not facts(RANDOM.normal(size=3000)).knots and not facts(RANDOM.random(3000)).knots


def test_blocks_give_the_same_facts_as_the_whole():
    values = np.where(RANDOM.random(3 * MOST) < 0.3, 0.0, RANDOM.lognormal(0, 1.5, 3 * MOST).round(2))
    one, other = facts(values), facts(values, block=777)

    assert one.spikes == other.spikes == (0.0,) and one.knots == other.knots and one.beside == other.beside
    np.testing.assert_allclose(one.scores, other.scores)


def test_cells_at_spikes_and_in_heavy_tails_come_back_exactly():
    cap = np.minimum(RANDOM.lognormal(0, 1, 500), 3.1)
    rows = pd.DataFrame({"cap": cap, "heavy": RANDOM.lognormal(0, 2, 500), "plain": RANDOM.normal(size=500)})
    codec = codec_for(rows)
    single = codec.encode(rows).astype(np.float32).astype(np.float64)
    back = codec.decode(single)

    assert codec.variables[0].spikes == (3.1,) and ((back["cap"] == 3.1) == (cap == 3.1)).all()
    np.testing.assert_allclose(back, rows, rtol=1e-4, atol=1e-5)
    assert (codec.log_volume(single[cap == 3.1]) == codec.straightened().log_volume(single[cap == 3.1])).sum() == 0


def test_a_variable_of_an_earlier_version_is_read():
    variable = facts(np.concatenate([np.zeros(100), RANDOM.lognormal(0, 2, 300)]))
    new = {"whole", "spikes", "beside", "knots", "scores"}
    older = {name: value for name, value in variable.to_json().items() if name not in new}

    assert Variable.from_json(older) == replace(variable, whole=False, spikes=(), beside=None, knots=(), scores=())
    assert Variable.from_json(variable.to_json()) == variable


@pytest.mark.parametrize("peaks", [(0.0, 8.0), (-100.0, 3.0)])
def test_separate_peaks_are_made_normal(peaks):
    values = RANDOM.permutation(np.concatenate([RANDOM.normal(peak, 1, 1500) for peak in peaks]))
    x = facts(values).standard(values)

    # Half of the values of a normal distribution are within 0.67 standard deviations; of two peaks none are.
    assert (np.abs(x) < 0.67).mean() == pytest.approx(0.5, abs=0.03)
