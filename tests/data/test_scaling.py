"""Centers and scales of numbers of any magnitude, in one pass or merged from parts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.understood import codec_for

from semivae.data.columns.scaling import Moments

SHAPE = np.random.default_rng(0).normal(3, 2, size=200)


@pytest.mark.parametrize("magnitude", [1e-300, 1e-200, 1e-160, 1e-3, 1.0, 1e90])
def test_numbers_of_any_magnitude_are_scaled(magnitude):
    X = pd.DataFrame({"a": magnitude * SHAPE})
    codec = codec_for(X)
    values = codec.encode(X)

    np.testing.assert_allclose(values, codec_for(pd.DataFrame({"a": SHAPE})).encode(pd.DataFrame({"a": SHAPE})))
    np.testing.assert_allclose(codec.decode(values), X)
    assert np.isfinite(codec.log_volume(values)).all()


@pytest.mark.parametrize(
    ("column", "words", "scale"),
    [
        (
            1e15 + np.arange(40) % 3,
            r"close together for their size .*\(1000000000000000.0 to 1000000000000002.0\)",
            1.0,
        ),
        (10**15 + np.arange(40) % 3, "close together", 1.0),
        (np.array([0.1 + 0.2, 0.3] * 20), "close together", None),
        (1e-310 * SHAPE[:40], "small", 1.0),
    ],
    ids=["floats", "whole", "rounding", "tiny"],
)
def test_values_that_are_too_close_are_called_so_with_a_fix_that_works(column, words, scale):
    X = pd.DataFrame({"a": column})

    with pytest.warns(UserWarning, match=f"values are too {words}") as warned:
        codec = codec_for(X)

    assert len(warned) == 1 and "constant" not in str(warned[0].message)
    assert codec.variables[0].scale == 1.0
    exec(str(warned[0].message).split("before the fit: ")[1], {}, {"X": X})

    if scale is not None:
        variable = codec_for(X).variables[0]
        assert variable.low < variable.center < variable.high


def test_equal_values_are_constant():
    with pytest.warns(UserWarning, match="^constant columns"):
        assert codec_for(pd.DataFrame({"a": [1e15] * 3})).variables[0].scale == 1.0


@given(
    arrays(np.float64, st.integers(2, 30), elements=st.floats(-1e3, 1e3, width=32)),
    st.integers(-300, 90),
    st.integers(1, 29),
)
def test_parts_merge_to_the_whole(values, exponent, cut):
    values = values * 10.0**exponent
    whole = Moments.of(values).variable("a", "float64", False)
    parts = Moments.of(values[:cut]).merge(Moments.of(values[cut:])).variable("a", "float64", False)

    assert (parts.low, parts.high) == (whole.low, whole.high)
    assert parts.center == pytest.approx(whole.center, rel=1e-9, abs=1e-9 * np.ptp(values) or 1e-320)
    # Either may call values too close whose deviation is rounding.
    assert parts.scale == pytest.approx(whole.scale, rel=1e-9) or 1.0 in (parts.scale, whole.scale)
