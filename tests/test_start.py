"""What a process has imported by the time it is ready: nothing that takes seconds and is not used."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from semivae import VAEClassifier

ESTIMATORS = "from semivae import PCA, VAEClassifier, VAEEmbedding, VAEPredictor, VAERegressor, load, stream"
UNUSED = ("datasets", "linear_model", "metrics", "model_selection")
FIT = """
import numpy as np
from semivae import VAEClassifier
rows, labels = np.random.default_rng(0).normal(size=(20, 2)), np.array([0, 1] * 4 + [-1] * 12)
VAEClassifier(epochs=1, hidden=(4,), random_state=0, device="cpu").fit(rows, labels).predict(rows)
"""
LOAD = """
from pathlib import Path
from semivae import load
load(Path(r"{folder}"))
"""


def imported(code: str) -> set[str]:
    """The modules that a fresh process has imported after it ran some code."""

    code += "\nimport sys\nsys.stdout.write(' '.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr

    return set(run.stdout.split())


@pytest.mark.parametrize(
    ("code", "used", "unused"),
    [
        (ESTIMATORS, "sklearn.base", {"torch", *(f"sklearn.{part}" for part in UNUSED)}),
        (FIT, "torch", {"matplotlib", "pooch"}),
    ],
    ids=["estimators", "fit"],
)
def test_only_what_is_used_is_imported(code, used, unused):
    modules = imported(code)

    assert used in modules
    assert not modules & unused


def test_a_model_is_loaded_without_the_compiler(tmp_path):
    """Loading builds the model of tensors without values first, whose arithmetic would import it."""

    columns = {"size": np.arange(20.0), "shade": ["red", "green"] * 10}
    labels = np.array([0, 1] * 4 + [-1] * 12)
    model = VAEClassifier(epochs=1, hidden=(4,), random_state=0, device="cpu").fit(pd.DataFrame(columns), labels)
    model.save(tmp_path / "model")

    modules = imported(LOAD.format(folder=tmp_path / "model"))

    assert "torch" in modules
    assert "torch._dynamo" not in modules
