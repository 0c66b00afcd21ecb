"""The last act of a fit: its health, from rows of any source, without an effect on anything else."""

from importlib import import_module

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from tests.trust.sick import LINE, X, embedding

from semivae import load, stream
from semivae.data.in_memory import InMemory
from semivae.errors import HealthWarning
from semivae.trust import health


@pytest.fixture(scope="module")
def sick():
    """A collapsed model."""

    with pytest.warns(HealthWarning, match="posterior collapse"):
        return embedding(beta=50.0).fit(X)


def test_findings_are_saved(sick, tmp_path):
    sick.save(tmp_path / "m")

    assert load(tmp_path / "m").health_ == sick.health_
    assert sick.health_.findings


def test_random_numbers_are_left_alone(sick):
    before, drawn = torch.get_rng_state(), np.random.get_state()[1]

    assert health(sick, X) == health(sick, X) == sick.health_
    assert torch.equal(torch.get_rng_state(), before) and (np.random.get_state()[1] == drawn).all()


def test_stream_is_examined(tmp_path):
    frame = pd.DataFrame(LINE.astype(np.float32), columns=[f"c{column}" for column in range(12)])
    frame.assign(note=[f"note {row}" for row in range(len(frame))]).to_parquet(tmp_path / "rows.parquet", index=False)

    with pytest.warns(UserWarning, match="left out"), pytest.warns(HealthWarning, match="posterior collapse"):
        fitted = embedding(beta=50.0).fit(stream(tmp_path / "rows.parquet"))

    assert len(fitted.health_.findings) == 1


@pytest.mark.parametrize(
    "rows",
    [X.tolist(), torch.tensor(X, dtype=torch.bfloat16), InMemory(X), pl.DataFrame(X)],
    ids=["list", "tensor", "source", "polars"],
)
def test_rows_of_any_container_are_examined(monkeypatch, rows):
    monkeypatch.setattr(import_module("semivae.trust.health"), "STEPS", 0)

    with pytest.warns(HealthWarning):
        assert not embedding(epochs=1).fit(rows).health_.not_judged


def test_fit_is_not_lost_where_the_check_fails(monkeypatch):
    def fail(*_):
        raise ValueError("no such rows")

    monkeypatch.setattr(import_module("semivae.trust.health"), "health", fail)
    monkeypatch.setattr(import_module("semivae.trust.health"), "STEPS", 0)

    assert embedding(epochs=1).fit(X).health_.not_judged == "the check failed (ValueError: no such rows)"


def test_model_that_was_never_examined_says_so():
    assert embedding().health_.not_judged == "it was not examined"
