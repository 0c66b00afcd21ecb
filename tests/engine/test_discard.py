"""The state of a run is removed alone: nothing beside it, nothing that was put into its folder, and no run's in use."""

import subprocess
import sys

import numpy as np
import pytest

from semivae.engine import discard
from semivae.errors import StoreError
from semivae.estimators import VAEEmbedding


def fit(folder):
    """Fits something whose state is kept in a folder."""

    X = np.random.default_rng(0).normal(size=(20, 2))

    VAEEmbedding(epochs=1, hidden=(8,), latents=2, random_state=0, checkpoint=folder).fit(X)


@pytest.mark.parametrize("name", [".state-old", ".state-backup", ".stateful"])
def test_discarded_state_takes_nothing_of_a_similar_name_along(tmp_path, name):
    folder = tmp_path / "state"
    fit(folder)
    (tmp_path / name).mkdir()
    (tmp_path / name / "thesis.tex").write_bytes(b"years")
    discard(folder)

    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "thesis.tex").read_bytes() == b"years"


def test_discarded_state_leaves_what_was_put_into_its_folder(tmp_path):
    folder = tmp_path / "state"
    fit(folder)
    (folder / "model").mkdir()
    (folder / "model" / "weights").write_bytes(b"years")
    discard(folder)

    assert [path.name for path in folder.rglob("*")] == ["model", "weights"]


def test_damaged_state_is_called_damaged_and_left_alone(tmp_path):
    folder = tmp_path / "state"
    fit(folder)
    (folder / "model.json").write_bytes((folder / "model.json").read_bytes()[:-20])

    with pytest.raises(StoreError, match=r"holds the state of a run, whose model\.json is damaged"):
        fit(folder)

    assert (folder / "state.safetensors").exists()


HOLDER = "import sys, time, semivae.store as s\nwith s.taken(sys.argv[1]):\n print(flush=True)\n time.sleep(60)"


def test_two_runs_do_not_keep_their_state_in_one_folder(tmp_path):
    folder = tmp_path / "state"

    with subprocess.Popen([sys.executable, "-c", HOLDER, folder], stdout=subprocess.PIPE, text=True) as other:
        other.stdout.readline()

        with pytest.raises(StoreError, match=f"in use by process {other.pid}"):
            fit(folder)

        other.kill()

    fit(folder)
