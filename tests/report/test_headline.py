"""The headline says how good, against what, whether unlabeled rows helped, and how sure that is."""

import pytest

from semivae.report.headline import headline

ROWS = [
    {"name": "this model", "mean": 0.84, "low": 0.81, "high": 0.87, "weight": None},
    {"name": "random forest", "mean": 0.83, "low": 0.80, "high": 0.86, "weight": None},
    {"name": "majority class", "mean": 0.5, "low": 0.45, "high": 0.55, "weight": None},
]


def compared(gain, metric="accuracy", rows=ROWS):
    return {"metric": metric, "labels": 200, "rows": rows, "gain": gain, "p_value": 0.01}


@pytest.mark.parametrize(
    ("gain", "first", "word"),
    [
        ({"mean": 0.03, "low": 0.01, "high": 0.05}, "With 200 labels, about 84 of 100", "helped: +3.0 of 100"),
        ({"mean": -0.03, "low": -0.05, "high": -0.01}, "The unlabeled rows hurt", "hurt: -3.0 of 100"),
        ({"mean": 0.0, "low": -0.02, "high": 0.02}, "It is not clear", "not clear that the unlabeled rows helped"),
        (None, "With 200 labels", "no unlabeled rows"),
    ],
)
def test_headline(gain, first, word):
    found = headline("income", compared(gain), None)

    assert found[0].startswith(first) and word in " ".join(found) and len(found) == 3
    assert "(81 to 87, 95 % interval)" in " ".join(found)
    assert "random forest, reaches 83 of 100 (80 to 86)" in found[-1] and "cannot tell the two apart" in found[-1]


def test_headline_of_a_number():
    found = headline("price", compared(None, "R2"), None)

    assert "explain about 84 % of the variance of price" in found[0]


def test_headline_without_a_comparison():
    assert "no label was held out" in headline("income", None, None)[0]
    assert "learned from 30 rows without labels" in headline(None, None, None, rows=30)[0]
    assert "--calibrate" in headline("income", compared(None, rows=ROWS[1:]), None)[1]
