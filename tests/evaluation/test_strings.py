"""Shares of new strings that are valid, unique and new."""

import sys

import numpy as np
import pytest

from semivae.errors import DataError
from semivae.evaluation import canonical, measure


def test_shares_count_each_string_once():
    samples = np.array(["a", "a", "", "b", "t"], dtype=object)
    found = measure("strings", samples, np.array(["t", "u"], dtype=object))

    assert found == {"valid_share": 0.8, "unique_share": 0.75, "new_share": 0.75, "usable_share": 0.4}


def test_molecules_need_their_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "rdkit", None)

    with pytest.raises(DataError, match=r"pip install 'semivae\[molecules\]'"):
        canonical(["CC"])


def test_strings_of_one_molecule_have_one_form():
    pytest.importorskip("rdkit")

    assert canonical(["OCC", "CCO", "CC(", ""]).tolist() == ["CCO", "CCO", "", ""]
