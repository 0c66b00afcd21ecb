"""The cells of a row that stand out: known answers of the arithmetic."""

import numpy as np

from semivae.trust.explain import reasons, relative


def test_usual_parts_are_means_of_observed_cells():
    reference = np.array([[-1.0, np.nan], [-3.0, -5.0]])

    assert relative(np.array([[-4.0, -5.0], [np.nan, 0.0]]), reference).tolist() == [[-2.0, 0.0], [0.0, 5.0]]


def test_reasons_are_sorted_and_large_enough():
    found = reasons(np.array([[-4.0, 1.0, -9.0], [0.0, -2.0, 0.5]]))

    assert [cells.tolist() for cells in found] == [[2, 0], []]
