"""Several targets as a table: what each is taken for, and entries that are missing."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from tests.understood import target_labels

from semivae.data.labels.table import TargetLabels, target_frame
from semivae.errors import DataError, SchemaError, SettingError
from semivae.variables import Variable

FRAME = pd.DataFrame(
    {
        "text": ["b", None, "a", "b"],
        "whole": [3, -1, 5, 5],
        "flag": pd.Series([True, False, pd.NA, True], dtype="boolean"),
        "fixed": pd.Categorical(["u", "v", None, "u"], categories=["v", "u", "w"]),
        "share": [0.5, -1.5, np.nan, -1.0],
        "maybe": [1.0, np.nan, 2.0, 1.0],
    }
)
NAN = np.nan


def through_json(labels: TargetLabels) -> TargetLabels:
    """The labels as a saved model gives them back."""

    variable = Variable.from_json(json.loads(json.dumps(labels.variable.to_json(), allow_nan=False)))
    assert variable == labels.variable

    return TargetLabels(variable, -1)


def kinds(y: object, **options) -> list[str]:
    return [part.kind for part in target_labels(target_frame(y), **options).variable.parts]


def test_each_target_is_what_it_holds():
    labels = target_labels(target_frame(FRAME))
    parts = labels.variable.parts

    assert [part.name for part in parts] == list(FRAME)
    assert [part.kind == "category" for part in parts] == [True, True, True, True, False, True]
    assert [part.classes for part in parts] == [("a", "b"), (3, 5), (False, True), ("u", "v"), (), (1, 2)]
    assert labels.variable.width == 6 and all(part.missing for part in parts[:4])


def test_a_single_column_is_one_target():
    assert kinds(["a", "b", None]) == ["category"] and kinds(np.array([0.5, 1.5])) == ["real"]


def test_entries_are_missing_one_by_one():
    labels = target_labels(target_frame(FRAME))
    points = labels.encode(target_frame(FRAME))
    share = (np.array([0.5, -1.5, NAN, -1]) - parts_of(labels, "share").center) / parts_of(labels, "share").scale
    expected = [[1, NAN, 0, 1], [0, NAN, 1, 1], [1, 0, NAN, 1], [0, 1, NAN, 0], share, [0, NAN, 1, 0]]

    np.testing.assert_allclose(points, np.transpose(expected))


def parts_of(labels: TargetLabels, name: str) -> Variable:
    return next(part for part in labels.variable.parts if part.name == name)


def test_targets_come_back_as_they_came():
    full = FRAME.ffill().assign(whole=[3, 3, 5, 5], text=["b", "a", "a", "b"])
    labels = target_labels(target_frame(full))
    back = through_json(labels).decode(labels.encode(target_frame(full)))

    assert back.columns.tolist() == list(full)
    assert [back[name].tolist() == full[name].tolist() for name in full if name != "share"] == [True] * 5
    np.testing.assert_allclose(back["share"], full["share"])
    assert back["whole"].dtype.kind == "i" and back["flag"].dtype.kind == "b"


def test_arrays_and_frames_are_the_same():
    y = [[0, 0.5], [1, 1.5], [-1, 2.0], [1, NAN]]
    holders = [y, np.array(y), np.array(y, dtype=object), torch.tensor(y), pl.DataFrame(y, orient="row")]
    tables = [target_frame(holder) for holder in holders]
    points = [target_labels(table).encode(table) for table in tables]

    for other in points[1:]:
        np.testing.assert_array_equal(points[0], other)

    assert tables[0].columns.tolist() == ["y0", "y1"] and tables[-1].columns.tolist() == ["column_0", "column_1"]


def test_numbers_are_judged_by_their_values_unless_it_is_said():
    few, many = np.arange(60) % 6, np.arange(60) * 7
    y = np.column_stack([few, many, few + 0.5])

    assert kinds(y) == ["category", "real", "real"]
    assert kinds(y, real=["y0"]) == ["real", "real", "real"]
    assert kinds(pd.DataFrame({3: few, 4: few}), real=[3]) == ["real", "category"]
    assert kinds(pd.DataFrame({"a": pd.Series(few + 0.5).astype(str).astype("category")})) == ["category"]

    with pytest.raises(SettingError, match=r"'y7'.*'y0', 'y1', 'y2'"):
        kinds(y, real=["y7"])


def test_marker_holds_for_every_target():
    y = pd.DataFrame({"a": ["u", "?", "v"], "b": [0.5, 2.5, "?"], "c": [-1, 0, 1]})
    points = target_labels(target_frame(y), missing_label="?").encode(target_frame(y))

    assert np.isnan(points).tolist() == [[False, False, False], [True, False, False], [False, True, False]]


def test_a_target_that_is_not_there_is_missing():
    labels = target_labels(target_frame(FRAME))

    assert np.isnan(labels.encode(FRAME[["whole"]])).all(axis=0).tolist() == [True, False, True, True, True, True]


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (np.zeros((3, 2, 2)), "a column each"),
        ([[1, 2], [3]], r"holds \[1, 2\], of type list"),
        ([np.zeros((2, 2)), np.zeros((2, 3))], "one entry per target"),
        (np.array([[1j, 2], [2, 1]]), "Complex data not supported"),
        (pd.DataFrame({"when": pd.to_datetime(["2020-01-01", "2020-01-02"])}), "'when' holds dates"),
        (np.zeros((3, 0)), "no column"),
        (np.array([[1.5, NAN], [2.5, NAN]]), "no labeled row: target 'y1'"),
        ([["a", 1], ["a", 2]], "only one class, 'a'"),
        ([["a", [1]], ["b", [2]]], "a class must be|a column each"),
        ([[0.5, 1], [np.inf, 2]], "inf"),
        (pd.DataFrame([[1, 2], [2, 1]], columns=["a", "a"]), "more than once"),
    ],
)
def test_what_cannot_be_learned_is_said(y, words):
    with pytest.raises(DataError, match=words):
        target_labels(target_frame(y))


def test_new_classes_and_targets_are_named():
    labels = target_labels(target_frame(FRAME))

    with pytest.raises(SchemaError, match=r"target 'text'.*'z'"):
        labels.encode(pd.DataFrame({"text": ["z"]}))

    for y in (pd.DataFrame({"weight": [1]}), pd.DataFrame({"weight": [1] * 4, **FRAME})):
        with pytest.raises(SchemaError, match="'weight'; its targets are 'text'"):
            labels.table(y)

    with pytest.raises(SchemaError, match="an array all targets in order"):
        labels.table(FRAME.to_numpy()[:, 1:])

    assert labels.table(FRAME.to_numpy()).columns.tolist() == list(FRAME)
