"""Rows as plain numbers: standardized, one-hot, and NaN where a cell is missing."""

import numpy as np
import pandas as pd
import pytest

from semivae.evaluation import Numbers
from semivae.schema import Schema
from semivae.variables import Variable

TABLE = Schema((Variable("length", "real"), Variable("color", "category", classes=("blue", "red"))), container="frame")
ROWS = pd.DataFrame({"other": "x", "color": ["red", "blue", None], "length": [1.0, 3.0, np.nan]})


def test_cells_by_hand():
    numbers = Numbers.of(TABLE, ROWS)

    np.testing.assert_array_equal(numbers(ROWS), [[-1, 0, 1], [1, 1, 0], [np.nan] * 3])
    assert not numbers.continuous and numbers.columns.tolist() == [0, 1, 1]


def test_new_rows_are_scaled_by_the_training_rows():
    new = pd.DataFrame({"length": [5.0], "color": ["green"]})

    np.testing.assert_array_equal(Numbers.of(TABLE, ROWS)(new), [[3, np.nan, np.nan]])


def test_a_category_in_full():
    rows = np.array([[0.3, 0.2, 0.7], [0.4, 0.6, 0.4]])

    np.testing.assert_array_equal(Numbers.of(TABLE, ROWS).modes(rows), [[0.3, 0, 1], [0.4, 1, 0]])


def test_arrays_and_constant_or_empty_columns():
    schema = Schema((Variable("x0", "real"), Variable("x1", "real"), Variable("x2", "real")))
    rows = np.array([[1.0, 5.0, np.nan], [3.0, 5.0, np.nan]])
    numbers = Numbers.of(schema, rows)

    np.testing.assert_array_equal(numbers(rows), [[-1, 0, np.nan], [1, 0, np.nan]])
    assert numbers.continuous


def test_pixels_keep_their_proportions():
    schema = Schema((Variable("image", "image", shape=(1, 2, 2), axes="HW"),), container="image")
    images = np.array([[[0, 4], [4, 0]], [[4, 4], [0, 0]]], dtype=np.uint8)
    numbers = Numbers.of(schema, images)

    np.testing.assert_allclose(numbers(images), images.reshape(2, 4) / 2)
    assert numbers.continuous and Numbers.of(schema, images * 0)(images).max() == pytest.approx(4)
