"""p-values of densities: by brute force, and uniform on rows like the reference rows."""

import numpy as np
import pytest
from scipy.stats import kstest

from semivae.errors import DataError, SettingError
from semivae.trust.novelty import check_level, p_values, rows_to_keep


def test_p_values_count_the_reference_rows_that_are_no_more_normal():
    reference = np.array([3.0, 1.0, 2.0])

    assert p_values(np.array([0.0, 1.0, 1.5, 9.0]), reference).tolist() == [0.25, 0.5, 0.5, 1.0]


def test_p_values_of_rows_like_the_reference_are_uniform():
    scores = np.random.default_rng(0).normal(size=(2000, 100))
    found = np.array([p_values(row[:1], row[1:])[0] for row in scores])

    assert kstest(found - np.random.default_rng(1).random(2000) / 100, "uniform").pvalue > 0.01
    assert (found <= 0.05).mean() == pytest.approx(0.05, abs=0.015)


@pytest.mark.parametrize(
    ("unlabeled", "share", "kept"),
    [(4999, "auto", 0), (5000, "auto", 500), (60_000, "auto", 500), (50, 0.1, 5), (10**6, 0.0, 0)],
)
def test_rows_are_kept_where_they_are_many(unlabeled, share, kept):
    assert rows_to_keep(unlabeled, share) == kept


def test_a_level_that_no_p_value_reaches_is_refused():
    check_level(0.01, 99)

    with pytest.raises(DataError, match=r"(?s)98 rows allow at least 1/99.*reject=0.011"):
        check_level(0.01, 98)

    with pytest.raises(SettingError, match=r"reject=0\.01"):
        check_level(1.5, 98)
