"""A target is coded once between a file and a fitted model."""

import numpy as np
import pandas as pd
import pytest

from semivae import VAEClassifier, VAEPredictor
from semivae.workflows.inputs.wishes import Wishes
from semivae.workflows.prepare import prepare

ROWS = 397  # a number that nothing else has
FEW = {"epochs": 1, "hidden": (4,), "latents": 2, "random_state": 0}


@pytest.fixture
def frame():
    random = np.random.default_rng(0)
    kind = pd.Series(random.choice(["a", "b"], ROWS), dtype=object).where(np.arange(ROWS) % 2 == 0, None)

    return pd.DataFrame({"x": random.normal(size=ROWS), "z": random.normal(size=ROWS), "kind": kind})


@pytest.fixture
def codings(monkeypatch):
    """The columns of all rows whose different values were looked for, in order."""

    seen, factorize = [], pd.factorize

    def counted(column, *arguments, **options):
        seen.extend([column.name] * (len(column) == ROWS))

        return factorize(column, *arguments, **options)

    monkeypatch.setattr("pandas.factorize", counted)

    return seen


def test_a_fit_codes_each_target_once(frame, codings):
    VAEClassifier(**FEW).fit(frame[["x"]], frame["kind"])
    assert codings == ["kind"]

    codings.clear()
    VAEPredictor(**FEW).fit(frame[["x"]], frame[["kind", "z"]])
    assert codings == ["kind", "z"]


@pytest.mark.parametrize("kept", [None, 20])
def test_a_prepared_fit_codes_the_target_once(frame, codings, tmp_path, kept):
    frame.to_csv(tmp_path / "rows.csv", index=False)
    settings = ["epochs=1", "hidden=(4,)", "latents=2"]
    job = prepare(Wishes(str(tmp_path / "rows.csv"), ["kind"], "train", "auto", None, kept, 0, settings, None))
    job.estimator.fit(job.source)

    assert codings == ["kind"]
    assert job.estimator.schema_.target.name == "kind"
    assert job.estimator.n_labeled_ == (kept or 199)
