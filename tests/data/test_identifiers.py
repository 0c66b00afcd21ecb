"""Columns that look like identifiers, numbers in another spelling, and what the user says of columns."""

import numpy as np
import pandas as pd
import pytest
from tests.understood import codec_for

from semivae.data.codecs.selection import Selection
from semivae.data.stream.cache import ingested, surveyed
from semivae.data.stream.rows import stream
from semivae.errors import DataError, SettingError

N = 240


@pytest.fixture(params=["memory", "stream"])
def understand(request, write):
    """Returns the codec and the number of missing cells of a frame, in memory or as a stream of blocks."""

    def in_memory(frame, **selection):
        codec = codec_for(frame, Selection.of(**selection))

        return codec, tuple(np.isnan(codec.encode(frame)).sum(axis=0).tolist())

    def streamed(frame, **selection):
        found = ingested(stream(write(frame)), "none", selection=Selection.of(**selection)).survey
        found.warn()

        return found.codec, found.missing

    return in_memory if request.param == "memory" else streamed


def frame_with(column, **others):
    return pd.DataFrame({"size": 1.5 * np.arange(N), "text": column, **others})


def test_text_that_differs_in_every_row_is_left_out(understand):
    names = [f"person {i}" for i in range(N)]

    with pytest.warns(
        UserWarning, match=r"left out, as their text differs in nearly every row: 'text'.*keep=\['text'\]"
    ):
        codec, _ = understand(frame_with([*names[:-20], *[None] * 20]))

    assert codec.names == ["size"] and codec.left_out == ("text",)


def test_kept_text_is_modeled(understand):
    with pytest.warns(UserWarning, match="more than 100 categories"):
        codec, missing = understand(frame_with([f"person {i}" for i in range(N)]), keep="text")

    assert len(codec.variables[1].classes) == N and missing == (0, 0)


def test_text_that_recurs_a_little_is_a_category_of_what_recurs(understand):
    column = [*[f"person {i}" for i in range(N - 40)], *["Ann"] * 25, *["Bob"] * 15]

    with pytest.warns(
        UserWarning, match=r"202 different values: the 2 most frequent.*the 200 others, in 200 rows.*drop"
    ):
        codec, missing = understand(frame_with(column))

    variable = codec.variables[1]
    assert variable.classes == ("Ann", "Bob") and variable.rare and variable.missing and missing == (0, 200)
    # Other rare values are no news.
    assert np.isnan(codec.encode(pd.DataFrame({"size": [1.0], "text": ["Cid"]}))[0, 1])


def test_no_more_than_a_thousand_classes_recur():
    pairs = [f"pair {i}" for i in range(1200)]
    column = [*pairs, *pairs, *[f"one {i}" for i in range(2000)]]

    with pytest.warns(UserWarning) as warned:
        variable = codec_for(pd.DataFrame({"text": column})).variables[0]

    first, second = (str(note.message) for note in warned)
    assert len(variable.classes) == 1000
    assert "the 1,000 most frequent" in first and "2,200 others, in 2,400 rows" in first and "more than 100" in second


def test_text_with_too_many_values_for_a_stream_has_its_own_words(write, monkeypatch):
    monkeypatch.setattr("semivae.data.columns.tally.MOST_VALUES", 60)
    rows = stream(write(frame_with([f"name {i % 80}" for i in range(N)])))

    with pytest.warns(UserWarning, match="too many different values to count in a stream: 'text'"):
        surveyed(rows).warn()

    with pytest.raises(DataError, match="cannot be categories"):
        surveyed(rows, Selection.of(keep="text"))


def test_numbers_that_count_the_rows_are_named(understand):
    with pytest.warns(UserWarning, match=r"look like an identifier.*'id'.*drop=\['id'\]"):
        codec, _ = understand(pd.DataFrame({"id": np.arange(7, N + 7), "size": 1.5 * np.arange(N)}))

    assert codec.names == ["id", "size"]


@pytest.mark.parametrize(
    "column",
    [np.arange(N)[::-1], np.r_[np.arange(N - 1), 3], 2 * np.arange(N), np.arange(float(N))],
    ids=["falling", "broken", "even", "floats"],
)
def test_other_numbers_are_no_identifiers(understand, column):
    understand(pd.DataFrame({"id": column}))


def test_few_numbers_may_count_by_accident():
    assert codec_for(pd.DataFrame({"id": np.arange(20)})).notes == ()


def test_arrays_are_warned_of_identifiers_too(tmp_path):
    x = np.column_stack([np.arange(99), np.arange(99) ** 2])

    with pytest.warns(UserWarning, match="look like an identifier.*'x0'"):
        codec_for(x)


def test_what_is_not_wanted_is_left_out(understand):
    frame = frame_with([f"person {i}" for i in range(N)], id=np.arange(N), when=pd.timedelta_range("1h", periods=N))
    codec, missing = understand(frame, id_columns=["id", "text"], drop="when")

    assert codec.names == ["size"] and codec.left_out == ("text", "id", "when") and missing == (0,)
    np.testing.assert_array_equal(codec.encode(frame[["size"]]), codec.encode(frame))


def test_kept_numbers_draw_no_warning(understand):
    assert understand(pd.DataFrame({"id": np.arange(N)}), keep=["id"])[0].names == ["id"]


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        ({"drop": "sizes"}, r"drop=\['sizes'\]; there is no column 'sizes' among 'size', 'text'(?s:.*)'size'"),
        ({"id_columns": ["size", "ident"]}, "no column 'ident'"),
        ({"keep": "size", "drop": ["size"]}, "'size' cannot be both modeled and left out"),
        ({"drop": {"size": 1}}, "must be the name of a column, or a list of names"),
    ],
)
def test_wrong_names_are_refused(selection, words):
    with pytest.raises(SettingError, match=words):
        codec_for(frame_with(["a"] * N), Selection.of(**selection))


def test_arrays_have_no_names(tmp_path):
    x = np.random.default_rng(0).normal(size=(30, 2))
    np.save(tmp_path / "x.npy", x)

    with pytest.raises(SettingError, match=r"drop=\['a'\]; arrays have no column names"):
        codec_for(x, Selection.of(drop=["a"]))

    with pytest.raises(SettingError, match="arrays have no column names"):
        surveyed(stream(tmp_path / "x.npy", cache=tmp_path / "cache"), Selection.of(keep="a"))

    assert codec_for(x, Selection.of(drop=[], keep=())).names == ["x0", "x1"]


def test_nothing_but_what_is_left_out_is_refused(understand):
    with pytest.raises(DataError, match="left out"):
        understand(pd.DataFrame({"a": np.arange(9.0)}), drop="a")


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        (["€1,100", "€2,250.50"], [1100, 2250.5]),
        (["$5", "$12"], [5, 12]),
        (["12 %", "3 %"], [12, 3]),
        (["3,5", "-4,25"], [3.5, -4.25]),
        (["1.234,56", "7,00 EUR"], [1234.56, 7]),
        (["1 000", "25 000 000"], [1000, 25_000_000]),
        (["+1'000.5", "2"], [1000.5, 2]),
        ([str(n) for n in range(5, 65)], list(range(5, 65))),
    ],
)
def test_numbers_in_another_spelling_are_named_with_a_fix_that_works(understand, values, numbers):
    X = frame_with([values[i % len(values)] for i in range(N)])

    with pytest.warns(UserWarning, match="'text' holds text that looks like numbers") as warned:
        codec, _ = understand(X)

    assert codec.names == ["size", "text"] and len(warned) == 1
    exec(str(warned[0].message).split(": ", 1)[1], {"pandas": pd}, {"X": X})
    assert X["text"].tolist()[: len(numbers)] == numbers


@pytest.mark.parametrize(
    "values",
    [["01234", "00501"], ["$", "$$"], ["1", "2", "3+"], ["10.0.0.1", "10.0.0.2"], ["1", "2"], ["2020-01", "x"]],
)
def test_codes_are_no_numbers(understand, values):
    understand(frame_with([values[i % len(values)] for i in range(N)]))


def test_unique_text_of_numbers_is_left_out_with_the_fix():
    frame = pd.DataFrame({"size": 1.5 * np.arange(N), "price": [f"${i}.50" for i in range(N)]})

    with pytest.warns(UserWarning) as warned:
        codec_for(frame)

    assert sorted(str(note.message)[:13] for note in warned) == ["column 'price", "left out, as "]
