"""Trackers write every epoch of every stage, are read back by their own packages, and say if these are missing."""

import copy
import sys

import numpy as np
import pytest

from semivae import VAEClassifier
from semivae.engine.tracking import TRACKERS, MLflow, TensorBoard
from semivae.errors import StoreError

X = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
Y = np.where(np.arange(40) < 16, X[:, 0] > 0, -1)


def fitted(tracker):
    """A fit in two stages of two epochs each, with a tracker."""

    settings = {"hidden": (4,), "latents": 2, "epochs": 2, "random_state": 0, "callbacks": [tracker]}

    return VAEClassifier("m1", **settings).fit(X, Y)


@pytest.mark.filterwarnings("ignore")
def test_tensorboard_reads_every_epoch(tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    fit = fitted(TensorBoard(tmp_path / "run", facts={"seed": 0}))
    records = EventAccumulator(str(tmp_path / "run"))
    records.Reload()

    assert [event.step for event in records.Scalars("loss")] == [1, 2, 3, 4]
    assert [event.value for event in records.Scalars("loss")] == pytest.approx(fit.history_["loss"].tolist(), rel=1e-6)
    assert [event.value for event in records.Scalars("stage")] == [1, 1, 2, 2]
    assert copy.deepcopy(fit).predict(X[:1]) == fit.predict(X[:1])


@pytest.mark.filterwarnings("ignore")
def test_mlflow_reads_every_epoch(tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    fit = fitted(MLflow(tmp_path / "run", "mine", {"seed": 0}))
    client = mlflow.MlflowClient((tmp_path / "run").as_uri())
    (run,) = client.search_runs([client.get_experiment_by_name("semivae").experiment_id])
    loss = client.get_metric_history(run.info.run_id, "loss")

    assert [entry.step for entry in loss] == [1, 2, 3, 4]
    assert [entry.value for entry in loss] == pytest.approx(fit.history_["loss"].tolist())
    assert run.info.status == "FINISHED" and run.data.params == {"seed": "0"} and run.info.run_name == "mine"


@pytest.mark.parametrize(("name", "module"), [("tensorboard", "torch.utils.tensorboard"), ("mlflow", "mlflow")])
def test_missing_package_is_named(tmp_path, monkeypatch, name, module):
    monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(StoreError, match=r"pip install 'semivae\[track\]'"):
        fitted(TRACKERS[name](tmp_path / "run"))
