"""The facts that `semivae check` shows."""

import json

import numpy as np
import pandas as pd
import pytest

from semivae.data.in_memory import InMemory
from semivae.data.labels.table import find_targets
from semivae.data.read import read
from semivae.data.summary import summarize
from semivae.data.survey import survey


def facts(source, wanted="none"):
    summary = summarize(source, survey(source), find_targets(source, wanted))
    json.dumps(summary.to_json(), allow_nan=False)

    return summary


def test_california(data_root):
    summary = facts(read(data_root / "tabular/california_housing/housing.csv", "median_house_value"), "real")
    columns = {column.variable.name: column for column in summary.columns}

    assert summary.rows == 20640 and summary.container == "frame"
    assert columns["total_bedrooms"].missing == 207 and columns["total_rooms"].missing == 0
    assert columns["ocean_proximity"].variable.classes[0] == "<1H OCEAN"
    assert (columns["latitude"].variable.low, columns["latitude"].variable.high) == (32.54, 41.95)
    assert (summary.target.labeled, summary.target.unlabeled) == (20640, 0)
    assert summary.warnings == ()


def test_covertype_names_its_identifier_and_constant_columns(data_root):
    summary = facts(read(data_root / "tabular/covertype_15k/covertype_kaggle_train.csv", "Cover_Type"), "category")
    told = " | ".join(summary.warnings)

    assert summary.target.counts == (2160,) * 7
    assert "identifier, as they count the rows: 'Id'" in told
    assert "constant columns carry no information: 'Soil_Type7', 'Soil_Type15'" in told


def test_digits():
    summary = facts(read("digits", "label"), "category")

    assert [column.variable.shape for column in summary.columns] == [(1, 8, 8)]
    assert sum(summary.target.counts) == summary.rows == 1397
    assert facts(read("digits")).target is None


def test_what_counts_as_unlabeled_is_told():
    y = np.array(["a", "a", None, -1, -1, "b"], dtype=object)
    summary = facts(InMemory(np.arange(12.0).reshape(6, 2), y, target="kind"), "category")

    assert summary.target.unlabeled_as == {"-1": 2, "missing": 1}
    assert (summary.target.labeled, summary.target.unlabeled, summary.target.counts) == (3, 3, (2, 1))
    assert any("single labeled row" in told and "'b'" in told for told in summary.warnings)


@pytest.mark.parametrize(
    ("x", "y", "wanted", "words"),
    [
        (np.ones((100, 1)), None, "none", "99 of 100 rows repeat"),
        (np.arange(100.0)[:, None], np.repeat([0, 1], [97, 3]), "category", "uneven: from 3 to 97"),
        (
            pd.DataFrame({"k": [f"k{i // 2}" for i in range(400)]}),
            None,
            "none",
            "more than 100 categories: 'k'",
        ),
        (pd.DataFrame({"k": [f"k{i}" for i in range(99)], "n": range(99)}), None, "none", "left out.*'k'"),
    ],
)
def test_warnings(x, y, wanted, words):
    summary = facts(InMemory(x, y, target="y"), wanted)

    assert pd.Series(summary.warnings).str.contains(words).any(), summary.warnings
