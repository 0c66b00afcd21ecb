"""Dates are taken apart, in memory as in streams, and given back in their parts."""

import json
from datetime import date, datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.understood import codec_for

from semivae.data.codecs.choose import codec_of
from semivae.data.columns.dates import FIRST_YEAR, LAST_YEAR, ORDERS, read_text
from semivae.data.stream.cache import surveyed
from semivae.data.stream.rows import stream
from semivae.errors import DataError, SchemaError
from semivae.schema import Schema
from semivae.variables import Variable

DAYS = pd.date_range("2019-11-03 05:30", periods=60, freq="37h")
PARTS = ["when: year", "when: month", "when: weekday", "when: time of day"]


def objects(values):
    return pd.Series(list(values), dtype=object)


def parts_of(column):
    frame = pd.DataFrame({"when": column})
    codec = codec_for(frame)

    return codec, codec.decode(codec.encode(frame))


FORMS = {
    "nanoseconds": DAYS.astype("datetime64[ns]"),
    "seconds": DAYS.astype("datetime64[s]"),
    "time zone": DAYS.tz_localize("Europe/Berlin"),
    "Arrow": pd.Series(DAYS, dtype="timestamp[us][pyarrow]"),
    "objects": objects(DAYS.to_pydatetime()),
    "NumPy's objects": objects(DAYS.values),
    "objects with a time zone": objects(DAYS.tz_localize("Asia/Tokyo").to_pydatetime()),
    "ISO": DAYS.strftime("%Y-%m-%d %H:%M:%S"),
    "ISO with T and Z": DAYS.strftime("%Y-%m-%dT%H:%MZ"),
    "fractions": DAYS.strftime("%Y-%m-%dT%H:%M:%S.%f+02:00"),
    "German": DAYS.strftime("%d.%m.%Y %H:%M"),
    "American": DAYS.strftime("%m/%d/%Y %I:%M %p"),
    "British": DAYS.strftime("%d/%m/%Y %H:%M:%S"),
    "small letters": DAYS.strftime("%m/%d/%Y %I:%M:%S%p").str.lower(),
    "slashes": DAYS.strftime("%Y/%m/%d %H:%M"),
}


@pytest.mark.parametrize("column", FORMS.values(), ids=FORMS)
def test_dates_of_every_form_are_taken_apart(column):
    codec, back = parts_of(column)

    assert codec.names == PARTS and {variable.source for variable in codec.variables} == {"when"}
    assert back["when: year"].tolist() == DAYS.year.tolist() and back["when: year"].dtype == "int64"
    assert back["when: month"].tolist() == DAYS.month.tolist()
    assert back["when: weekday"].tolist() == DAYS.day_name().tolist()
    np.testing.assert_allclose(back["when: time of day"], DAYS.hour + 0.5)
    assert [variable.kind for variable in codec.variables] == ["real", "category", "category", "real"]


@pytest.mark.parametrize(
    "column",
    [objects(DAYS.date), pd.Series(DAYS.date, dtype="date32[day][pyarrow]"), DAYS.strftime("%d-%m-%Y")],
    ids=["objects", "Arrow", "text"],
)
def test_dates_without_a_time_have_no_time_of_day(column):
    assert parts_of(column)[0].names == PARTS[:3]


def test_polars_dates_are_taken_apart():
    assert codec_for(pl.DataFrame({"when": list(DAYS.date)})).names == PARTS[:3]
    assert codec_for(pl.DataFrame({"when": list(DAYS.to_pydatetime())})).names == PARTS


def test_dates_beside_dates_with_a_time():
    assert parts_of(objects([DAYS[0].date(), *DAYS[1:].to_pydatetime()]))[0].names == PARTS


def test_parts_that_do_not_change_are_left_out():
    assert parts_of(pd.date_range("2020-01-01", periods=20))[0].names == ["when: weekday"]

    with pytest.warns(UserWarning, match="constant.*'when: year'"):
        assert parts_of(["2020-01-01"] * 3)[0].names == ["when: year"]


@pytest.mark.parametrize("dtype", ["object", "str", "float64", "datetime64[ns]", "category"])
def test_new_rows_may_miss_all_dates(dtype):
    codec, _ = parts_of(pd.Series(DAYS).where(np.arange(60) > 3))

    assert np.isnan(codec.encode(pd.DataFrame({"when": pd.Series([None] * 3, dtype=dtype)}))).all()


def test_missing_dates_are_missing_in_each_part():
    column = pd.Series(DAYS).where(np.arange(60) % 3 > 0)
    codec, back = parts_of(column)

    assert back.isna().to_numpy().tolist() == [[missing] * 4 for missing in column.isna()]
    assert back["when: year"].dtype == "Int64" and all(variable.missing for variable in codec.variables)


@pytest.mark.parametrize("column", [range(2000, 2100), ["2020-01", "2020-02"] * 50, ["2020-00-00", "2020-01-01"] * 50])
@pytest.mark.filterwarnings("ignore:numbers that look like an identifier")
def test_years_months_and_impossible_days_are_no_dates(column):
    assert parts_of(column)[0].names == ["when"]


@pytest.mark.parametrize("dates", [["01/02/2020", "03/04/2021"], ["01-02-2020", "03-04-2021"]])
def test_dates_that_can_be_read_in_two_ways_stay_text(dates):
    frame = pd.DataFrame({"when": dates * 20})

    with pytest.warns(UserWarning, match="'when' holds dates whose day and month.*dayfirst=True"):
        assert codec_for(frame).names == ["when"]

    frame["when"] = pd.to_datetime(frame["when"], dayfirst=True)  # as the warning advises
    assert codec_for(frame).variables[1].classes == (2, 4)


@pytest.mark.parametrize(
    ("column", "what"),
    [
        (DAYS - DAYS[0], "durations"),
        (DAYS.to_period("D"), "periods"),
        (pd.IntervalIndex.from_breaks(range(61)), "intervals"),
        (objects(DAYS.time), "times of day"),
    ],
    ids=["durations", "periods", "intervals", "times"],
)
def test_the_fix_for_what_is_no_date_works(column, what):
    X = pd.DataFrame({"when": column})

    with pytest.raises(DataError, match=f"'when' holds {what}") as error:
        codec_for(X)

    exec(error.value.fix, {"pandas": pd}, {"X": X})

    assert codec_for(X).names[0].startswith("when")


def test_new_rows_may_write_dates_in_another_way():
    codec, _ = parts_of(DAYS.strftime("%d/%m/%Y %H:%M"))
    few = DAYS[:3]  # which alone would not tell the day from the month
    expected = codec.encode(pd.DataFrame({"when": DAYS}))[:3]

    for column in (few, few.strftime("%d/%m/%Y %H:%M"), few.strftime("%Y-%m-%dT%H:%M"), objects(few.to_pydatetime())):
        np.testing.assert_array_equal(codec.encode(pd.DataFrame({"when": column})), expected)


def test_what_a_model_sampled_is_read_again():
    frame = pd.DataFrame({"size": np.arange(60.0), "when": DAYS})
    codec = codec_for(frame)
    values = codec.encode(frame)
    back = codec.decode(values)

    np.testing.assert_array_equal(codec.encode(back), values)
    np.testing.assert_array_equal(codec.encode(back[back.columns[::-1]]), values)
    assert codec_for(back).decode(values).equals(back)  # and a fit of it finds the same kinds


def test_what_is_no_date_is_named():
    codec, back = parts_of(DAYS)

    with pytest.raises(SchemaError, match=r"column 'when' must hold dates .yyyy-mm-dd., but row 1 holds 'tomorrow'"):
        codec.encode(pd.DataFrame({"when": ["2020-01-01", "tomorrow"]}))

    for column in ([[1], None], [3, 4], [True, False], pd.to_timedelta(["1h", "2h"])):
        with pytest.raises(SchemaError, match="column 'when' must hold dates"):
            codec.encode(pd.DataFrame({"when": column}))

    with pytest.raises(SchemaError, match=r"missing columns: 'when: month'\."):
        codec.encode(back.drop(columns="when: month"))

    with pytest.raises(SchemaError, match=r"missing columns: 'when'\s"):
        codec.encode(pd.DataFrame({"other": [1]}))


def test_months_that_the_fit_had_not_are_missing():
    codec, _ = parts_of(pd.date_range("2020-01-01", periods=40))

    with pytest.warns(UserWarning, match="'when: month' has categories never seen.*7"):
        values = codec.encode(pd.DataFrame({"when": [date(2020, 7, 1)]}))

    assert np.isnan(values[0, 0]) and not np.isnan(values[0, 1])


def test_a_part_and_a_column_of_one_name_are_refused():
    with pytest.raises(DataError, match="'when: year' would be both"):
        codec_for(pd.DataFrame({"when": DAYS, "when: year": 1.5 * np.arange(60)}))


@pytest.mark.parametrize("column", ["nanoseconds", "time zone", "German", "British", "objects"])
@pytest.mark.parametrize("gaps", [False, True])
def test_streams_take_dates_apart_as_memory_does(write, column, gaps):
    column = pd.concat([pd.Series(FORMS[column])] * 5, ignore_index=True)
    column = column.where(np.arange(300) > 120) if gaps else column
    frame = pd.DataFrame({"size": np.arange(300.0), "when": column})
    found = surveyed(stream(write(frame)))

    for variable, other in zip(found.codec.variables, codec_for(frame).variables, strict=True):
        assert variable.to_json() | {"center": 0, "scale": 0} == other.to_json() | {"center": 0, "scale": 0}
        assert (variable.center, variable.scale) == pytest.approx((other.center, other.scale))

    assert found.missing == (0, *[121 if gaps else 0] * 4)


def test_dates_that_two_blocks_write_in_two_ways_are_text(write):
    frame = pd.DataFrame({"when": ["2020-01-31"] * 200 + ["31.01.2020"] * 100})

    assert surveyed(stream(write(frame))).codec.variables[0].classes == ("2020-01-31", "31.01.2020")


def test_models_saved_before_there_were_parts_are_read():
    old = Variable("a", "real", low=0.0, high=1.0).to_json()

    for name in ("column", "part", "order", "rare"):
        del old[name]

    schema = {"x": [old], "y": None, "container": "frame", "left_out": []}
    assert codec_of(Schema.from_json(json.loads(json.dumps(schema)))).names == ["a"]


CENTURIES = st.datetimes(datetime(FIRST_YEAR, 1, 1), datetime(LAST_YEAR, 12, 31))


@given(CENTURIES, st.sampled_from(sorted(ORDERS)))
def test_any_date_is_read_back(value, order):
    text = order.replace("yyyy", f"{value:%Y}".zfill(4)).replace("mm", f"{value:%m}").replace("dd", f"{value:%d}")
    year, month, weekday, hour = read_text(f"{text} {value:%H:%M:%S}", order)

    assert (year, month, weekday) == (value.year, value.month, value.weekday())
    assert hour == pytest.approx(value.hour + value.minute / 60 + value.second / 3600)


@pytest.mark.parametrize("text", ["13-1-7000", "1.1.0001", "31/12/9999"])
def test_numbers_of_parts_are_no_dates(text):
    assert all(read_text(text, order) is None for order in ORDERS)


def test_a_column_without_a_name_may_hold_dates():
    frame = pd.DataFrame({"": DAYS})

    assert codec_for(frame).sources == [""] and codec_for(frame).encode(frame).shape == (60, 4)


def test_one_instant_in_two_time_zones_has_the_time_of_each():
    moment = pd.Timestamp("2020-06-01 23:30", tz="UTC").to_pydatetime()
    there = pd.Timestamp(moment).tz_convert("Asia/Tokyo").to_pydatetime()
    back = parts_of(objects([moment, there]))[1]

    assert back["when: time of day"].tolist() == [23.5, 8.5]
    assert back["when: weekday"].tolist() == ["Monday", "Tuesday"]
