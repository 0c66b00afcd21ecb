"""Every way to say "unlabeled", and classes that come back as they came."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.understood import class_labels, real_labels

from semivae.data.labels.single import labels_of
from semivae.errors import DataError, SchemaError
from semivae.variables import Variable


def saved(labels):
    """The labels after a way through JSON, as a saved model holds them."""

    variable = Variable.from_json(json.loads(json.dumps(labels.variable.to_json(), allow_nan=False)))

    return labels_of(variable, labels.missing_label)


@pytest.mark.parametrize(
    ("y", "codes", "classes"),
    [
        ([0, 1, -1], [0, 1, -1], [0, 1]),
        (np.array([3, 1, -1], dtype=np.int8), [1, 0, -1], np.array([1, 3], dtype=np.int8)),
        (np.array([0, 1, -1.0]), [0, 1, -1], [0.0, 1.0]),
        ([1, None, 2], [0, -1, 1], [1, 2]),
        (["b", "a", None], [1, 0, -1], np.array(["a", "b"], dtype=object)),
        (["b", "a", float("nan")], [1, 0, -1], np.array(["a", "b"], dtype=object)),
        (np.array(["b", "a"]), [1, 0], np.array(["a", "b"])),
        (["b", "a", -1], [1, 0, -1], np.array(["a", "b"], dtype=object)),
        (["NA", "None", None], [0, 1, -1], np.array(["NA", "None"], dtype=object)),
        ([True, False, None], [1, 0, -1], [False, True]),
        (np.array([True, False]), [1, 0], [False, True]),
        ([1, "a", None], [0, 1, -1], np.array([1, "a"], dtype=object)),
        (pd.Series([2, None, 1], dtype="Int64", index=[7, 8, 9]), [1, -1, 0], [1, 2]),
        (pd.Series([True, None, False], dtype="boolean"), [1, -1, 0], [False, True]),
        (pd.Series(["a", "b", pd.NA], dtype="category"), [0, 1, -1], np.array(["a", "b"], dtype=object)),
        (pd.Series([5, 6, -1], dtype="category"), [0, 1, -1], [5, 6]),
        (
            pd.Series(["a", "b", pd.NA], dtype="string[pyarrow]"),
            [0, 1, -1],
            np.array(["a", "b"], dtype=object),
        ),
        (pd.Series(["a", "b", None]), [0, 1, -1], np.array(["a", "b"], dtype=object)),
        (pl.Series(["a", "b", None]), [0, 1, -1], np.array(["a", "b"], dtype=object)),
        (pl.Series([1, None, 2]), [0, -1, 1], [1, 2]),
        (torch.tensor([1, 0, -1]), [1, 0, -1], [0, 1]),
    ],
)
def test_classes_come_back_as_they_came(y, codes, classes):
    labels = saved(class_labels(y))
    classes = np.asarray(classes)

    assert labels.encode(y).tolist() == codes and labels.encode(y).dtype == np.int64
    assert labels.classes.dtype == classes.dtype
    np.testing.assert_array_equal(labels.classes, classes)
    np.testing.assert_array_equal(labels.decode(np.arange(2)), classes)
    assert [type(a) for a in labels.classes.tolist()] == [type(a) for a in classes.tolist()]


@pytest.mark.parametrize(
    ("y", "marker", "codes"),
    [
        (["a", "Unknown", "b", None], "Unknown", [0, -1, 1, -1]),
        (["a", "", "b", "?"], ["", "?"], [0, -1, 1, -1]),
        ([-1, 0, 9], 9, [0, 1, -1]),  # once another marker is named, -1 is a class
        ([-1, 0, 1], [], [0, 1, 2]),
        ([5, -9, 6], "-9", [0, -1, 1]),  # as typed in a command
        ([True, False, True], 1, [1, 0, 1]),  # a boolean is not a number
        (np.array([2.0, 3.0, -1.0]), -1, [0, 1, -1]),
    ],
)
def test_named_markers(y, marker, codes):
    assert class_labels(y, missing_label=marker).encode(y).tolist() == codes


@pytest.mark.parametrize(
    ("y", "codes", "words"),
    [
        ([-2, -1, 0, 1, 2, 3], [0, 1, 2, 3, 4, 5], "lies between other classes"),
        ([0, 1, -1, None], [1, 2, 0, -1], "other labels are missing"),
        (np.array([1, -1, 1, np.nan]), [1, 0, 1, -1], "other labels are missing"),
        (pd.Series([1, -1, None], dtype="Int64"), [1, 0, -1], "other labels are missing"),
    ],
)
def test_minus_one_that_is_a_class_is_one_and_that_is_said(y, codes, words):
    with pytest.warns(UserWarning, match=words) as said:
        labels = class_labels(y)

    assert len(said) == 1 and -1 in labels.classes
    assert labels.encode(y).tolist() == saved(labels).encode(y).tolist() == codes


@pytest.mark.parametrize("y", [[-3, -1, 0, 1], [-2, -1, 1], [-5.0, -1.0, 2.0]])
def test_minus_one_that_may_be_either_is_asked_about(y):
    with pytest.raises(DataError, match=r"holds -1 beside(.|\n)*missing_label=-1 if it means unlabeled"):
        class_labels(y)

    assert len(class_labels(y, missing_label=[]).classes) == len(set(y))
    assert len(class_labels(y, missing_label=-1).classes) == len(set(y)) - 1


@pytest.mark.parametrize("name", ["", "?", "unknown", "Unknown", " missing ", "nan"])
def test_class_that_reads_like_a_missing_label_draws_a_warning(name):
    with pytest.warns(UserWarning, match=f"missing_label={name!r}".replace("?", r"\?")):
        class_labels(["a", "b", name])

    class_labels(["a", "b", name], missing_label=name)


@given(st.lists(st.none() | st.integers(-5, 5) | st.text(max_size=3) | st.booleans(), max_size=30))
def test_any_labels_round_trip(y):
    observed = {value for value in y if value is not None and not (value == -1)}
    assume(len(observed) > 1 and len(observed) == len({str(value) for value in observed}))
    assume(not observed & {"nan", "-1", "NaT", "<NA>"})

    labels = class_labels(y, missing_label=-1)
    back = labels.decode(labels.encode(y))

    assert [None if value == -1 else value for value in y] == back.tolist()


def test_hidden_labels_leave_the_codes_of_the_others():
    y = np.array([0, 1, 2, 1, 0, 2])
    labels = class_labels(y)
    hidden = np.where([True, False, False, True, False, False], -1, y)

    assert labels.encode(hidden).tolist() == [-1, 1, 2, -1, 0, 2]


def test_one_label_per_class_works_also_with_many_classes():
    y = np.full(1000, -1)
    y[:100] = np.arange(100)

    assert len(class_labels(y).classes) == 100


def test_unlabeled_codes_decode_to_none():
    assert class_labels([3, 4, -1]).decode(np.array([0, -1])).tolist() == [3, None]


@pytest.mark.parametrize(
    ("y", "words"),
    [
        ([-1, -1, None], "no labeled row"),
        ([None, float("nan")], "no labeled row"),
        ([1, 1, -1], "only one class, 1"),
        ([0.5, 1.5], "Unknown label type: continuous"),
        (np.full(4, np.inf), "Unknown label type: continuous"),
        ([f"row {i}" for i in range(100)], "100 classes in 100 labeled rows"),
        (pd.to_datetime(["2020-01-01", "2020-01-02"]), r"Timestamp(?s:.)*astype\(str\)"),
        ([[1, 2], [3, 4]], "1d array"),
    ],
)
def test_bad_classes_are_refused(y, words):
    with pytest.raises(DataError, match=words):
        class_labels(y)


def test_a_new_class_is_refused():
    with pytest.raises(SchemaError, match=r"(?s)'c'.*'a', 'b'"):
        class_labels(["a", "b"]).encode(["a", "c"])


def test_a_column_vector_warns_as_in_scikit_learn():
    with pytest.warns(UserWarning, match="column-vector y was passed"):
        assert class_labels(np.array([[0], [1]])).classes.tolist() == [0, 1]


@pytest.mark.parametrize("y", [np.array(["a", "b", np.nan]), ["a", "b", "-1"]])
def test_a_class_that_looks_lost_is_warned_of(y):
    with pytest.warns(UserWarning, match="if it means unlabeled"):
        class_labels(y)

    assert class_labels(y, missing_label=str(y[-1])).encode(y).tolist() == [0, 1, -1]


# Real targets


@pytest.mark.parametrize(
    "y",
    [
        np.array([1.0, np.nan, 5.0]),
        [1, None, 5],
        pd.Series([1, None, 5], dtype="Int64"),
        pd.Series([1, None, 5], dtype="float64", index=[3, 4, 5]),
        pl.Series([1, None, 5]),
        torch.tensor([1.0, float("nan"), 5.0]),
        np.array([1, None, 5], dtype=object),
        pd.Series([1, None, 5], dtype="category"),
    ],
)
def test_real_targets_are_scaled_over_labeled_rows(y):
    labels = saved(real_labels(y))

    np.testing.assert_allclose(labels.encode(y), [-1, np.nan, 1])
    np.testing.assert_allclose(labels.decode(labels.encode(y)), [1, np.nan, 5])


def test_minus_one_is_a_value_of_a_real_target_unless_named():
    assert real_labels([-1.0, 0.5, -2.0]).variable.low == -2
    assert real_labels([-1, 0, 2], missing_label=-1).variable.low == 0
    assert real_labels(np.array([-9.0, 0, 2]), missing_label="-9").variable.low == 0
    assert real_labels([True, False]).variable.high == 1
    assert np.isnan(real_labels([-9, 1, 2, "?"], missing_label=[-9, "?"]).encode([-9, 1, 2, "?"])).tolist() == [
        *(True, False, False, True),
    ]

    with pytest.warns(UserWarning, match="missing_label=-1"):
        real_labels([-1.0, -1.0, 0.0, 1.5])


@pytest.mark.parametrize(
    ("y", "words"),
    [
        ([1.0, "high"], "'high', of type str"),
        (["a", "b"], "'a', of type str"),
        ([None, np.nan], "no labeled row"),
        ([1.0, np.inf], "infinite"),
        (pd.to_datetime(["2020-01-01", "2020-01-02"]), "Timestamp"),
    ],
)
def test_bad_real_targets_are_refused(y, words):
    with pytest.raises(DataError, match=words):
        real_labels(y)


def test_a_constant_real_target_is_warned_of():
    with pytest.warns(UserWarning, match="is 2 in every labeled row"):
        assert real_labels([2.0, 2.0, np.nan]).variable.scale == 1
