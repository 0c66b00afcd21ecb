"""The report and the explorer on sparse rows, which show the largest entries."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse

from semivae import RecipeOptions, VAEClassifier
from semivae.explorer.workspace import Workspace
from semivae.report import collect, render
from semivae.report.contract import left_out
from semivae.workflows.surprises import surprises

N, P = 60, 9
RANDOM = np.random.default_rng(0)
TYPES = np.array(["B", "T"])[np.arange(N) % 2]
COUNTS = sparse.csr_matrix(RANDOM.poisson(np.where(TYPES[:, None] == "B", 2.0, 20.0) * np.ones(P)))
FIT = {"epochs": 1, "hidden": (8,), "latents": 2, "random_state": 0}


@pytest.fixture(scope="module")
def fitted():
    alone = RecipeOptions(committee=False, calibrate=False)

    return VAEClassifier(**FIT, recipe=alone).fit(COUNTS, np.where(np.arange(N) < 24, TYPES, None))


def test_report_shows_the_largest_entries(fitted):
    facts = collect(fitted, COUNTS, np.where(np.arange(N) < 24, TYPES, None))

    assert facts.card is not None and facts.map is not None and facts.unusual is not None
    assert "entry 1" in render(facts)


def test_report_names_few_of_many_columns(fitted):
    many = replace(fitted.schema_, left_out=tuple(f"gene {i}" for i in range(40)))

    assert left_out(fitted) == ""
    assert left_out(SimpleNamespace(schema_=many)).endswith("and 30 more (columns that vary less than the others)")


def test_odd_entries_have_a_reason(fitted):
    odd = COUNTS.toarray()
    odd[2, 3] = 500
    found = surprises(fitted, sparse.csr_matrix(odd), 1)

    assert found["row"].tolist() == [2] and found["reason"][0].startswith("x3 is 500, expected")


def test_explorer_shows_the_largest_entries(fitted, tmp_path):
    work = Workspace(fitted, COUNTS, np.full(N, None), tmp_path / "labels.jsonl")
    (cells,) = work.session.cells([1])
    work.close()
    row = COUNTS[1].toarray().ravel()

    assert work.session.search("3") == [3] and work.session.search("x1") == []
    assert cells[0]["text"] == str(row.max()) and len(cells) == (row > 0).sum()
