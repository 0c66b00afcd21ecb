"""Rows as plain numbers: the characters of strings."""

import numpy as np
import pandas as pd

from semivae.latent.numbers import Plain

TEXTS = [f"{'a' * (i % 7)}{'b' * (i % 11)}{i}" for i in range(120)]


def test_characters_of_strings_are_counted():
    numbers = Plain.of(np.array(TEXTS))
    found = numbers(["ab", "ba", "aab"])

    assert numbers.letters == tuple("0123456789ab")
    assert (found[0] == found[1]).all() and np.isclose(found[2, 10] - found[0, 10], 1 / numbers.scale[10])
    np.testing.assert_allclose(numbers(TEXTS).std(axis=0), 1.0)


def test_a_frame_with_one_column_of_strings_is_counted_too():
    frame = pd.DataFrame({"text": TEXTS})

    np.testing.assert_array_equal(Plain.of(frame)(frame[:3]), Plain.of(np.array(TEXTS))(TEXTS[:3]))
    assert Plain.of(frame[:50]).letters == (), "few categories stay one-hot"
