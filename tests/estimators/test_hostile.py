"""A model folder that was made to do harm is one error, soon, in little memory."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from semivae import VAEClassifier


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes among its files")
@pytest.mark.parametrize("model", [pytest.param("m2", marks=pytest.mark.slow), "gmvae"])
def test_every_hostile_folder_is_refused_soon_and_in_little_memory(model, tmp_path):
    X = np.random.default_rng(0).normal(size=(60, 3))
    y = np.where(np.arange(60) % 3 == 0, np.where(X[:, 0] > 0, "a", "b"), None)
    VAEClassifier(model, epochs=1, hidden=(8,), latents=2, random_state=0).fit(X, y).save(tmp_path / "whole")

    script = Path(__file__).with_name("hostile.py")
    run = subprocess.run([sys.executable, script, tmp_path / "whole"], capture_output=True, text=True, check=True)
    seen = json.loads(run.stdout)

    assert seen["folders"] > 200 and seen["not refused"] == []
    assert seen["longest"][0] < 3, "a busy machine is allowed three seconds instead of one"
    assert seen["MB"] < 200
