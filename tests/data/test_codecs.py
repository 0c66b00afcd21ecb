"""Rows survive the way to the model and back, in every container; what does not fit is refused."""

import json
import time
import warnings
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.understood import codec_for

from semivae.data.codecs.array import ArrayCodec
from semivae.data.codecs.choose import codec_of
from semivae.data.codecs.frame import FrameCodec
from semivae.data.read import read
from semivae.schema import Schema
from semivae.variables import Variable

ADULT = "age work weight education years marital occupation relationship race sex gain loss hours country"


def saved(codec):
    """The codec after a way through JSON, as a saved model holds it."""

    return codec_of(Schema.from_json(json.loads(json.dumps(codec.schema().to_json(), allow_nan=False))))


def assert_round_trip(X):
    codec = codec_for(X)
    values = codec.encode(X)
    again = saved(codec)

    np.testing.assert_array_equal(again.encode(X), values)

    return values, again.decode(values)


# Round trips


def test_adult_round_trip(data_root, tmp_path):
    path = tmp_path / "adult.csv"
    rows = (data_root / "tabular/adult/adult.data").read_text()
    path.write_text(", ".join([*ADULT.split(), "income"]) + "\n" + rows)

    source = read(path, "income")
    values, back = assert_round_trip(source.x)

    assert len(source) == 32561
    assert set(source.y) == {"<=50K", ">50K"}
    assert np.isnan(values).sum() == 4262  # the question marks of the file
    pd.testing.assert_frame_equal(back, source.x)


def test_california_round_trip(data_root):
    source = read(data_root / "tabular/california_housing/housing.csv", "median_house_value")
    values, back = assert_round_trip(source.x)

    assert np.isnan(values).sum() == 207
    # Bent columns have mean 0 and variance 1 up to the knots of their bend; the age is not bent.
    assert np.nanmean(values[:, :8]) == pytest.approx(0, abs=0.01)
    assert np.nanstd(values[:, 0]) == pytest.approx(1, abs=0.01)
    assert np.nanstd(values[:, 2]) == pytest.approx(1)
    pd.testing.assert_frame_equal(back, source.x)


def test_wine_and_covertype_round_trip(data_root):
    for file in ("wine_quality/winequality-white.csv", "covertype_15k/covertype_kaggle_train.csv"):
        source = read(data_root / "tabular" / file)
        source = replace(source, x=source.x.drop(columns="Id", errors="ignore"))

        with pytest.warns(UserWarning, match="Soil_Type7") if "cover" in file else nullcontext():
            values, back = assert_round_trip(source.x)

        assert np.isfinite(values).all()
        pd.testing.assert_frame_equal(back, source.x)


def test_digits_and_mnist_round_trip(data_root):
    for name, high in (("digits", 16), ("mnist", 255)):
        x = read(name, split="test").x
        values, back = assert_round_trip(x)

        assert values.dtype == np.float32 and values.shape == (len(x), 1, *x.shape[1:])
        assert values.min() == 0 and values.max() == 1
        np.testing.assert_allclose(values[0, 0] * high, x[0], rtol=1e-5)
        np.testing.assert_array_equal(back, x)
        assert back.dtype == x.dtype


def test_frame_of_every_type_round_trips(frame):
    values, back = assert_round_trip(frame)

    pd.testing.assert_frame_equal(back, frame)
    assert values.dtype == np.float64
    assert np.isnan(values[:, 1]).tolist() == [False, True, False, False]
    assert values[[0, 1, 3], 2].tolist() == [1, 0, 1]  # classes are sorted: blue, red


def test_polars_frame_is_read_like_a_pandas_frame():
    columns = {"a": [1, None, 3], "b": ["x", None, "y"], "c": [1.0, 2.0, None], "d": [True, None, False]}
    lazy = pl.DataFrame(columns).lazy()

    for X in (pl.DataFrame(columns), lazy):
        values, back = assert_round_trip(X)

        expected = pd.DataFrame({**columns, "a": pd.array(columns["a"], dtype="Int64")})
        np.testing.assert_array_equal(codec_for(expected).encode(X), values)
        assert back["a"].tolist() == [1, pd.NA, 3]
        assert back["b"].tolist() == ["x", None, "y"]


@pytest.mark.parametrize(
    "X",
    [
        [[1, 2.5], [3, 4], [5, 5]],
        [[1, None], [3, 4], [5, 5]],
        np.arange(6).reshape(3, 2),
        np.arange(6, dtype=np.float32).reshape(3, 2),
        torch.arange(6.0, requires_grad=True).reshape(3, 2),
        np.array([[1, None], [2, 3], [4, 4]], dtype=object),
        np.array([[True, False], [False, True], [True, True]]),
    ],
    ids=["list", "gaps", "int", "float32", "tensor", "object", "bool"],
)
def test_array_round_trip(X):
    values, back = assert_round_trip(X)
    expected = np.asarray(X.detach().numpy() if torch.is_tensor(X) else X, dtype=float)

    assert isinstance(codec_for(X), ArrayCodec) and values.dtype == np.float64
    np.testing.assert_allclose(back.astype(float), expected, atol=1e-6)

    if isinstance(X, np.ndarray) and X.dtype != object:
        assert back.dtype == X.dtype


@given(arrays(np.float64, (6, 3), elements=st.floats(-1e9, 1e9, width=32) | st.just(np.nan)))
def test_any_table_round_trips(X):
    assume(not np.isnan(X).all())

    with np.errstate(all="raise"):
        codec = ignoring_warnings(codec_for, X)
        values = codec.encode(X)

    np.testing.assert_array_equal(np.isnan(values), np.isnan(X))
    np.testing.assert_allclose(codec.decode(values), X, rtol=1e-9, atol=1e-4)


def ignoring_warnings(function, *arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")

        return function(*arguments)


@pytest.mark.parametrize(
    ("shape", "axes", "model"),
    [
        ((5, 8, 9), "HW", (1, 8, 9)),
        ((5, 8, 9, 1), "HWC", (1, 8, 9)),
        ((5, 8, 9, 3), "HWC", (3, 8, 9)),
        ((5, 1, 8, 9), "CHW", (1, 8, 9)),
        ((5, 3, 8, 9), "CHW", (3, 8, 9)),
    ],
)
def test_image_axes_round_trip(shape, axes, model):
    x = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    values, back = assert_round_trip(x)

    assert codec_for(x).variables[0].axes == axes and values.shape[1:] == model
    np.testing.assert_array_equal(back, x)
    assert values.max() > values[0, 0, 0, 0] == np.float32(x.flat[0] / 255)


def test_image_ranges():
    rng = np.random.default_rng(0)
    unit = rng.random((4, 8, 8), dtype=np.float32)
    signed = rng.uniform(-1, 1, (4, 8, 8))
    mask = rng.integers(0, 2, (4, 8, 8), dtype=np.uint8)

    np.testing.assert_array_equal(codec_for(unit).encode(unit)[:, 0], unit)
    np.testing.assert_array_equal(codec_for(mask).encode(mask)[:, 0], mask)
    assert codec_for(signed).encode(signed).min() == 0 and codec_for(signed).encode(signed).max() == 1
    np.testing.assert_allclose(assert_round_trip(signed)[1], signed, atol=1e-6)
    np.testing.assert_array_equal(assert_round_trip(mask > 0)[1], mask > 0)
    np.testing.assert_array_equal(assert_round_trip(list(unit))[1], unit)
    np.testing.assert_array_equal(assert_round_trip(torch.from_numpy(unit)[:, None])[1][:, 0], unit)


def test_decoded_pixels_stay_in_their_range():
    codec = codec_for(np.array([[[0, 16], [3, 4]]]))

    assert codec.decode(np.array([[[[-1.0, 2.0], [0.2, 0.25]]]])).tolist() == [[[0, 16], [3, 4]]]


def test_encoding_does_not_change_the_rows(frame):
    images, table = np.random.default_rng(0).random((4, 8, 8), dtype=np.float32), frame.copy()
    kept = images.copy()

    codec_for(images).encode(images)[:] = 7
    codec_for(table).encode(table)[:] = 7

    np.testing.assert_array_equal(images, kept)
    pd.testing.assert_frame_equal(table, frame)


# Densities


def test_log_volume_turns_densities_into_the_units_of_the_user():
    X = pd.DataFrame({"a": [0.0, 10.0, 20.0], "b": [1.0, None, 3.0], "c": ["u", "v", "u"]})
    codec = codec_for(X)
    scales = np.log([np.std([0, 10, 20]), 1.0])

    np.testing.assert_allclose(codec.log_volume(codec.encode(X)), [-scales.sum(), -scales[0], -scales.sum()])
    images = np.zeros((2, 4, 4), np.uint8)
    assert codec_for(images).log_volume(codec_for(images).encode(images)).tolist() == [0, 0]


# What is warned of


def test_a_constant_column_is_named_and_works():
    X = pd.DataFrame({"a": [0.1] * 3, "b": ["x"] * 3, "c": [1.0, 2.0, 3.0]})

    with pytest.warns(UserWarning, match="constant.*'a', 'b'"):
        codec = codec_for(X)

    assert codec.encode(X)[:, 0].tolist() == [0, 0, 0]
    pd.testing.assert_frame_equal(codec.decode(codec.encode(X)), X)


def test_a_column_without_values_is_named_and_works():
    X = pd.DataFrame({"a": [None, None], "c": [1.0, 2.0]})

    with pytest.warns(UserWarning, match="without any value.*'a'"):
        codec = codec_for(X)

    assert np.isnan(codec.encode(X)[:, 0]).all()


def test_identifiers_are_left_out_and_may_be_absent_later():
    X = pd.DataFrame({"name": [f"person {i}" for i in range(200)], "kind": ["a", "b"] * 100})

    with pytest.warns(UserWarning, match="left out.*'name'"):
        codec = saved(codec_for(X))

    assert codec.names == ["kind"] and codec.left_out == ("name",)
    np.testing.assert_array_equal(codec.encode(X), codec.encode(X[["kind"]]))


def test_decoded_whole_numbers_stay_in_the_range_of_their_type():
    X = pd.DataFrame({"a": [0, 100], "b": np.array([0, 250], dtype="uint8")})
    far = codec_for(X).decode(np.array([[1e30, 9.0], [-1e30, -9.0]]))

    assert far["a"].tolist() == [2**63 - 1024, -(2**63)] and far["b"].tolist() == [255, 0]
    assert codec_for(X.to_numpy()).decode(np.full((1, 2), 1e30)).tolist() == [[2**63 - 1024] * 2]


def test_missing_whole_numbers_come_back_as_missing():
    codec = codec_for(pd.DataFrame({"n": [1, 2, 3]}))

    assert codec.decode(np.array([[np.nan], [0.0]]))["n"].isna().tolist() == [True, False]


def test_the_rows_of_wide_frames_are_checked_in_proportion_to_their_columns():
    codec = FrameCodec([Variable(str(i), "real", low=0.0, high=1.0) for i in range(20_000)])
    X = pd.DataFrame(np.random.default_rng(0).random((3, 20_000)))
    start = time.process_time()
    codec.encode(X)

    assert time.process_time() - start < 8  # in the square of them it was three times as much
