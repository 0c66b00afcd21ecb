"""Rows that cannot be used, or differ from those of the fit, are one clear error."""

from datetime import timedelta

import numpy as np
import pandas as pd
import polars as pl
import pytest
from tests.understood import codec_for

from semivae.data.codecs.images import ImageCodec
from semivae.errors import DataError, SchemaError


def test_one_error_names_every_difference(frame):
    codec = codec_for(frame)
    bad = frame.drop(columns="weight").assign(extra=1, size=["1", "two", "3", "4"])

    with pytest.raises(SchemaError) as caught:
        codec.encode(bad)

    message = str(caught.value)
    for part in ("'weight'", "'extra'", "'size'", "'two'"):
        assert part in message


def test_columns_may_come_in_another_order_and_with_new_types_of_number(frame):
    codec = codec_for(frame)
    other = frame[frame.columns[::-1]].astype({"size": "float32", "count": "Float64", "byte": "int16"})

    np.testing.assert_array_equal(codec.encode(other), codec.encode(frame))


def test_an_array_may_stand_for_a_frame_of_numbers():
    X = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 5.0]})

    np.testing.assert_array_equal(codec_for(X).encode(X.to_numpy()), codec_for(X).encode(X))

    with pytest.raises(SchemaError, match="2 columns"):
        codec_for(X).encode(X.to_numpy()[:, :1])


@pytest.mark.parametrize(
    ("X", "words"),
    [
        (pd.DataFrame({"a": [1.0, np.inf], "b": [-np.inf, 2]}), "2 of 2 rows hold infinite.*'a', 'b'"),
        (np.array([[1.0, np.inf], [2.0, 3.0], [4.0, 5.0]]), "1 of 3 rows hold infinite.*'x1'"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "more than once: 'a'"),
        (pd.DataFrame([[1, 2]], columns=["1", 1]), "more than once: '1'"),
        (pl.DataFrame({"when": [timedelta(hours=1)] * 2}), "'when' holds durations"),
        (pd.DataFrame({"a": [np.nan, np.nan], "b": [None, None]}), "no cell holds a value, in 'a', 'b'"),
        (np.full((3, 2), np.nan), "no cell holds a value, in 'x0', 'x1'"),
        (pd.DataFrame({"z": [1 + 2j]}), "Complex data not supported"),
        (pd.DataFrame({"z": [{1}, {2}]}), r"'z' holds \{1\}, of type set"),
        (pd.DataFrame({"id": [f"key {i}" for i in range(60)]}), "differs in nearly every row"),
        (pd.DataFrame({"n": [*map(str, range(99)), "oops"]}), "numeric except in 1.0% .*'oops'"),
        (pd.DataFrame({"a": []}), r"0 sample\(s\) \(shape=\(0, 1\)\) while a minimum of 1 is required\."),
        (np.empty((0, 3)), r"0 sample\(s\) \(shape=\(0, 3\)\) while a minimum of 1 is required\."),
        (np.empty((3, 0)), r"0 feature\(s\) \(shape=\(3, 0\)\) while a minimum of 1 is required\."),
        (np.arange(3.0), "Reshape your data"),
        (np.array([[1 + 2j]]), "Complex data not supported"),
        (np.array([["a", "b"]]), "array of text"),
        ([["a", 1]], "array of text"),
        ([[1, 2], [3]], "inhomogeneous"),
        ([np.zeros((4, 4)), np.zeros((4, 4)), np.zeros((5, 4))], "2 of 4x4, 1 of 5x4"),
        (np.zeros((4, 5, 6, 7)), "channels"),
        (np.full((2, 4, 4), np.nan), "2 of 2 images hold missing"),
        (np.empty((0, 4, 4)), r"0 sample\(s\)"),
    ],
)
def test_bad_rows_are_refused(X, words):
    with pytest.raises(DataError, match=words):
        codec_for(X)


def test_text_that_cannot_be_saved_is_refused():
    odd = pd.DataFrame([[1], [2]], columns=pd.Index(["\ud800"], dtype=object))

    with pytest.raises(DataError, match="column names are not valid text"):
        codec_for(odd)

    odd.columns = [str(name).encode("utf-8", "replace").decode() for name in odd.columns]  # as the error advises
    assert codec_for(odd).names == ["?"]
    frame = pd.DataFrame({"b": pd.Series(["\ud800", "y", "y"], dtype=object)})

    with pytest.raises(DataError, match=r"'b' holds .* not valid text"):
        codec_for(frame)

    frame["b"] = frame["b"].str.encode("utf-8", "replace").str.decode("utf-8")
    assert codec_for(frame).variables[0].classes == ("?", "y")


def test_what_scikit_learn_refuses_with_a_type_error():
    with pytest.raises(TypeError, match=r"argument must be .* string.* number"):
        codec_for(np.array([[{"foo": "bar"}, 1]], dtype=object))


def test_new_rows_are_checked_like_those_of_the_fit():
    codec = codec_for(np.eye(3))

    with pytest.raises(SchemaError, match=r"(?s)2 features.*fitted on 3"):
        codec.encode(np.eye(2))

    with pytest.raises(DataError, match="infinite"):
        codec.encode(np.full((1, 3), np.inf))


@pytest.mark.parametrize(
    "X",
    [
        np.zeros((2, 9, 8), np.uint8),  # another size
        np.zeros((2, 64)),  # rows of pixels
        np.zeros((8, 8)),  # one image
        np.random.default_rng(0).random((2, 8, 8)),  # fractions where bytes were
        np.full((2, 8, 8), 1000),  # another range
    ],
    ids=["size", "flat", "single", "fractions", "range"],
)
def test_images_unlike_those_of_the_fit_are_refused(X):
    codec = ImageCodec.fit(np.arange(128, dtype=np.uint8).reshape(2, 8, 8))

    with pytest.raises(SchemaError):
        codec.encode(X)
