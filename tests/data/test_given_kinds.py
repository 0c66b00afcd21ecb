"""Columns whose kind the user gives: in memory and as a stream."""

import numpy as np
import pandas as pd
import pytest
from tests.understood import codec_for

from semivae.data.codecs.selection import Selection
from semivae.data.kinds.count import LARGEST_COUNT
from semivae.data.stream.cache import surveyed
from semivae.data.stream.rows import stream
from semivae.errors import DataError, SchemaError

N = 200
FRAME = pd.DataFrame(
    {
        "zip": np.arange(N) % 7 + 10115,
        "grade": pd.Series(np.arange(N) % 3 + 1.0).where(np.arange(N) % 5 > 0),
        "when": [f"2020-01-{day % 9 + 1:02}" for day in range(N)],
        "name": [f"person {i}" for i in range(N)],
        "visits": np.arange(N) % 11,
    }
)
KINDS = {"zip": "category", "grade": "category", "when": "category", "visits": "count"}


def test_kinds_are_judged_by_values_where_none_is_given():
    with pytest.warns(UserWarning, match="left out"):
        variables = codec_for(FRAME).variables

    assert [(v.source, v.kind) for v in variables][:2] == [("zip", "real"), ("grade", "real")]
    assert variables[-1].kind == "real"


def test_numbers_and_dates_as_categories():
    codec = codec_for(FRAME, Selection.of(kinds=KINDS, drop="name"))
    first, grade, when, visits = codec.variables

    assert [v.kind for v in codec.variables] == ["category"] * 3 + ["count"]
    assert first.classes == tuple(range(10115, 10122)) and first.dtype == "int64"
    assert grade.classes == (1.0, 2.0, 3.0) and grade.missing and when.classes[0] == "2020-01-01"
    assert (visits.low, visits.high, visits.center, visits.scale) == (0, 10, 0, 1)
    assert visits.mean == pytest.approx(np.log1p(FRAME["visits"]).mean())
    pd.testing.assert_frame_equal(codec.decode(codec.encode(FRAME)), FRAME.drop(columns="name"))


def test_text_that_differs_in_every_row_as_a_category():
    """As with keep, the values that occur are the classes."""

    with pytest.warns(UserWarning, match="more than 100 categories"):
        codec = codec_for(FRAME[["name", "zip"]], Selection.of(kinds={"name": "category"}))

    assert len(codec.variables[0].classes) == N


def test_stream_finds_what_memory_does(tmp_path):
    FRAME.to_parquet(tmp_path / "rows.parquet", index=False, row_group_size=60)
    selection = Selection.of(kinds=KINDS, drop="name")
    rows = stream(tmp_path / "rows.parquet", cache=tmp_path / "cache")

    found, expected = surveyed(rows, selection).codec, codec_for(FRAME, selection)
    np.testing.assert_allclose(found.encode(FRAME), expected.encode(FRAME), rtol=1e-12)
    assert [(v.kind, v.classes, v.dtype) for v in found.variables] == [
        (v.kind, v.classes, v.dtype) for v in expected.variables
    ]
    assert surveyed(rows).codec.variables[0].kind == "real", "each selection has a cache of its own"


@pytest.mark.parametrize("value", [-1, 2.5, LARGEST_COUNT + 1])
def test_what_is_no_count_is_named_with_its_row(value):
    selection = Selection.of(kinds={"visits": "count"})
    wrong = FRAME[["zip", "visits"]].astype(float)
    wrong.loc[3, "visits"] = value

    with pytest.raises(DataError, match=rf"'visits' holds {float(value)} \(row 3\); counts are whole numbers from 0"):
        codec_for(wrong, selection)

    with pytest.raises(SchemaError, match=rf"'visits' must hold counts, but holds {float(value)} \(row 3\)"):
        codec_for(FRAME[["zip", "visits"]], selection).encode(wrong)


def test_infinite_counts_are_refused_like_other_infinite_values():
    rows = FRAME[["zip", "visits"]].astype(float)
    rows.loc[3, "visits"] = np.inf

    with pytest.raises(DataError, match="1 of 200 rows hold infinite values"):
        codec_for(rows, Selection.of(kinds={"visits": "count"}))


@pytest.mark.parametrize("kind", ["real", "count"])
def test_text_is_no_number(kind):
    with pytest.raises(DataError, match=r"'when' holds '2020-01-01' \(row 0\); kinds= says that it holds numbers"):
        codec_for(FRAME[["when"]], Selection.of(kinds={"when": kind}))


def test_number_that_counts_the_rows_is_no_identifier_where_it_is_said_to_be_real():
    rows = pd.DataFrame({"id": np.arange(N)})

    with pytest.warns(UserWarning, match="look like an identifier"):
        codec_for(rows)

    assert codec_for(rows, Selection.of(kinds={"id": "real"})).notes == ()
