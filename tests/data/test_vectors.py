"""Rows that are vectors: embeddings in arrays, in a column of lists, and of texts."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.sparse import csr_matrix
from tests.data.test_codecs import saved
from tests.understood import codec_for

from semivae.data.codecs.selection import Selection
from semivae.data.codecs.vectors import are_vectors
from semivae.data.kinds import handler, problems_of_kind
from semivae.data.stream.cache import surveyed
from semivae.data.stream.rows import stream
from semivae.errors import DataError, SchemaError, SettingError

RANDOM = np.random.default_rng(0)
N, P = 40, 64


def embeddings(dtype="float32"):
    rows = RANDOM.normal(size=(N, P)) + RANDOM.normal(size=P)

    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(dtype)


X = embeddings()
LISTS = pd.DataFrame({"meaning": list(X), "id": range(N)})
VECTOR = Selection.of(kinds="vector")


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_embeddings_are_one_variable_with_one_scale(dtype):
    rows = embeddings(dtype)
    codec = codec_for(rows)
    (vector,) = codec.variables
    values = codec.encode(rows)

    assert codec.schema().container == "vector" and codec.schema().single and not codec.schema().image
    assert (vector.kind, vector.shape, vector.held) == ("vector", (P,), "")
    assert vector.norm == pytest.approx(1, abs=1e-3)
    np.testing.assert_allclose(values.mean(axis=0), 0, atol=1e-5)
    assert np.square(values).mean() == pytest.approx(1, rel=1e-5)
    assert saved(codec).decode(values).dtype == dtype
    np.testing.assert_allclose(saved(codec).decode(values), rows, atol=1e-3 if dtype == "float16" else 1e-6)


def test_density_is_in_the_units_of_the_data():
    """Rows that are ten times longer have a density that is smaller by ten for each number."""

    one, ten = codec_for(X), codec_for(10 * X, VECTOR)
    values = one.encode(X)

    np.testing.assert_allclose(ten.encode(10 * X), values, atol=1e-5)
    np.testing.assert_allclose(one.log_volume(values) - ten.log_volume(values), P * np.log(10), rtol=1e-6)


@pytest.mark.parametrize(
    "rows",
    [
        RANDOM.normal(size=(N, P)),  # rows of different lengths
        np.abs(X),  # as normalized counts of words
        X[:, :60] / np.linalg.norm(X[:, :60], axis=1, keepdims=True),
        np.where(np.arange(P) == 3, np.nan, X),
        np.zeros((N, P)),
        X[:1],
    ],
    ids=["lengths", "positive", "narrow", "missing", "zero", "single"],
)
def test_tables_stay_tables(rows):
    assert not are_vectors(rows)


def test_sparse_rows_are_no_vectors():
    assert not are_vectors(csr_matrix(X))


def test_a_vector_without_a_number_is_refused():
    rows = X / np.linalg.norm(X, axis=1, keepdims=True)
    rows[3, 4] = np.nan

    with pytest.raises(DataError, match="1 of 40 vectors hold missing"):
        codec_for(rows)


def test_user_has_the_last_word():
    table = RANDOM.normal(size=(N, 3))

    assert codec_for(table, VECTOR).variables[0].norm is None
    assert len(codec_for(X, Selection.of(kinds="real")).variables) == P

    with pytest.raises(SettingError, match=r"kinds='vector' for a frame"):
        codec_for(pd.DataFrame(X), VECTOR)


def test_streams_are_judged_as_rows_in_memory(tmp_path):
    np.save(tmp_path / "rows.npy", X)
    rows = stream(tmp_path / "rows.npy", cache=tmp_path / "cache")

    assert surveyed(rows).codec.variables == codec_for(X).variables
    assert len(surveyed(rows, Selection.of(kinds="real")).codec.variables) == P, "a table of numbers"


def test_samples_have_the_length_of_all_rows():
    codec = codec_for(X)
    drawn = codec.decode(RANDOM.normal(size=(5, P)), within=True)

    np.testing.assert_allclose(np.linalg.norm(drawn, axis=1), codec.variables[0].norm, rtol=1e-5)


def test_column_of_lists():
    codec = codec_for(LISTS, Selection.of(id_columns="id"))
    values = codec.encode(LISTS)

    assert codec.variables[0].held == "list" and codec.names == ["meaning"] and codec.left_out == ("id",)
    np.testing.assert_array_equal(values, codec_for(X).encode(X))

    for rows in (LISTS[["meaning"]], X, X.tolist(), pl.DataFrame({"meaning": X.tolist()}), pd.DataFrame(X)):
        np.testing.assert_allclose(saved(codec).encode(rows), values, atol=1e-6)

    back = saved(codec).decode(values)
    assert list(back) == ["meaning"]
    np.testing.assert_allclose(np.stack(back["meaning"]), X, atol=1e-6)


def test_vector_stands_alone():
    with pytest.raises(DataError, match=r"'meaning' holds vectors beside 'id'.*\n.*drop=\['id'\]"):
        codec_for(LISTS)


@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        (X[:, :9], SchemaError, "fitted on vectors of 64 numbers"),
        (np.where(np.arange(P) == 3, np.inf, X), DataError, "40 of 40 vectors hold missing"),
        (LISTS.rename(columns={"meaning": "sense"}), SchemaError, "missing columns: 'meaning'"),
        (LISTS.assign(more=1), SchemaError, "unknown columns: 'more'"),
        (pd.DataFrame({"meaning": [[1.0], [1.0, 2.0]]}), DataError, "vectors of 1, 2 numbers"),
        (pd.DataFrame({"meaning": [None, [1.0]]}), DataError, "has no vector in 1 of 2 rows"),
        (pd.DataFrame({"meaning": [{}, {}]}), DataError, "holds no vectors"),
        (np.empty((0, P)), DataError, "0 sample"),
    ],
    ids=["narrow", "infinite", "renamed", "extra", "ragged", "missing", "none", "empty"],
)
def test_other_rows_are_refused(rows, error, words):
    codec = codec_for(LISTS, Selection.of(id_columns="id"))

    with pytest.raises(error, match=words):
        codec.encode(rows)


def test_words_and_impossible_vectors():
    from dataclasses import replace

    vector = codec_for(X).variables[0]

    assert handler(vector).describe(lambda value: f"<{value:.0f}>") == "64 numbers from <-0> to <0>, length <1>"
    assert not problems_of_kind(vector)

    for wrong in ({"shape": (2, 2)}, {"centers": ()}, {"centers": (np.inf,) * P}, {"norm": 0.0}, {"held": "box"}):
        assert problems_of_kind(replace(vector, **wrong))
