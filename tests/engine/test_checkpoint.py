"""A run that was stopped, however and wherever, goes on as if it had not been."""

import json
import signal
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from semivae import RecipeOptions
from semivae.batch import Batch
from semivae.data.batches.loader import Loader
from semivae.engine import Callback, History, Training, check_place, discard, is_checkpoint, train
from semivae.engine import checkpoint as module
from semivae.engine.state_folder import STATE
from semivae.errors import SettingError, StoreError
from semivae.estimators import VAEClassifier
from semivae.estimators.build.recipe import consistency
from semivae.estimators.build.wiring import wire
from semivae.estimators.plan.resolve import plan_of
from semivae.estimators.plan.rows import Counts
from semivae.objectives import ELBO
from semivae.schema import Schema
from semivae.store import open_folder, write_folder
from semivae.variables import Variable

SCHEMA = Schema(tuple(Variable(name, "real") for name in "abcd"), Variable("y", "category", classes=(0, 1, 2)))
STEPS = 6
COUNTS = [10, 10, 10]

ESTIMATOR = VAEClassifier(hidden=(8,), latents=2, recipe=RecipeOptions(dropout=0.2))
SETTINGS = Training(epochs=4, device="cpu", precision="float32", averaging=0.9, seed=3, resume=True)


def loader(rows: int = 130, seed: int = 5) -> Loader:
    random = torch.Generator().manual_seed(seed)
    y = torch.eye(3)[torch.arange(30) % 3]

    return Loader(torch.randn(rows, 4, generator=random), y, torch.arange(30), torch.arange(30, rows), 18, 12, 0)


class Stopping:
    r"""Rows that do something before a step of an epoch is taken.

    Arguments:
        rows: The rows.
        at: The epoch and the step.
        act: What is done.
    """

    def __init__(self, rows: Loader, at: tuple[int, int], act: Any) -> None:
        self.rows, self.at, self.act = rows, at, act

    def __len__(self) -> int:
        return len(self.rows)

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        for step, batch in enumerate(self.rows.epoch(number, start), start):
            if (number, step) == self.at:
                self.act()

            yield batch


class StopAfter(Callback):
    def __init__(self, epoch: int) -> None:
        self.at = epoch

    def epoch(self, record: dict[str, Any]) -> None:
        if record["epoch"] == self.at:
            raise KeyboardInterrupt


def fit(
    training: Training, rows: Any = None, callbacks: Any = (), model: str = "m2"
) -> tuple[History, dict[str, Tensor]]:
    torch.manual_seed(training.seed)
    plan = plan_of(ESTIMATOR, model, SCHEMA, Counts(30, 100), training.seed)
    wired = wire(plan, SCHEMA, COUNTS)
    penalty = consistency(plan, wired, SCHEMA, COUNTS)
    validation = loader(60, seed=6) if training.patience else None
    history = train(wired, ELBO(), rows or loader(), training, callbacks, validation, penalty)

    return history, wired.state_dict()


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def records(history: History) -> list[dict[str, Any]]:
    return [{name: value for name, value in record.items() if name != "seconds"} for record in history.records]


def interrupt() -> None:
    raise KeyboardInterrupt


def ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


WAYS = {
    "between epochs": ((0, 0), None, StopAfter(2)),
    "before the first step": ((1, 0), interrupt, None),
    "before a step": ((2, 4), interrupt, None),
    "in a step": ((2, 4), ctrl_c, None),
    "in the last step of an epoch": ((3, STEPS - 1), ctrl_c, None),
}


@pytest.mark.parametrize("patience", [None, 2])
@pytest.mark.parametrize("way", WAYS)
def test_continued_run_is_the_same(way, patience, tmp_path):
    at, act, callback = WAYS[way]
    training = replace(SETTINGS, patience=patience, checkpoint=tmp_path / "state")
    whole, weights = fit(replace(training, checkpoint=None))

    with pytest.warns(UserWarning, match="stopped by hand"):
        stopped, early = fit(training, Stopping(loader(), at, act), [callback] if callback else [])

    assert stopped.stopped == "interrupted" and len(stopped.records) < 4
    assert not same(early, weights)

    torch.manual_seed(99)  # nothing but the state may matter
    history, continued = fit(training)

    assert same(continued, weights)
    assert records(history) == records(whole) and history.best == whole.best and history.stopped == whole.stopped
    assert [record["seconds"] for record in history.records] == sorted(r["seconds"] for r in history.records)


def test_state_of_an_earlier_version_is_told(tmp_path):
    training = replace(SETTINGS, checkpoint=tmp_path / "state")

    with pytest.warns(UserWarning, match="stopped by hand"):
        fit(training, callbacks=[StopAfter(2)])

    saved = open_folder(tmp_path / "state")
    facts = {name: value for name, value in saved.facts.items() if name != "format"}
    write_folder(tmp_path / "state", facts, {STATE: saved.read(STATE)}, overwrite=True)

    with pytest.raises(StoreError, match="written by an earlier version") as refusal:
        fit(training)

    assert "rm -r" in refusal.value.fix


def test_run_that_is_stopped_again_and_again_is_the_same(tmp_path):
    training = replace(SETTINGS, checkpoint=tmp_path / "state")
    _, weights = fit(SETTINGS)

    for at in [(1, 2), (1, 3), (2, 1), (4, 5)]:
        with pytest.warns(UserWarning):
            fit(training, Stopping(loader(), at, ctrl_c))

    assert same(fit(training)[1], weights)


def test_finished_run_takes_no_more_steps(tmp_path):
    training = replace(SETTINGS, checkpoint=tmp_path / "state")
    whole, weights = fit(training)

    def fail() -> None:
        raise AssertionError("a step was taken")

    again, same_weights = fit(training, Stopping(loader(), (4, 5), fail))

    assert same(weights, same_weights) and records(whole) == records(again)


def test_run_that_ran_out_of_patience_does_not_go_on(tmp_path):
    training = replace(SETTINGS, patience=1, epochs=60, learning_rate=0.3, averaging=0.0, checkpoint=tmp_path / "state")
    whole, weights = fit(training)
    again, same_weights = fit(training)

    assert whole.stopped == again.stopped == "patience" and 1 < len(whole.records) == len(again.records) < 60
    assert same(weights, same_weights)


def test_state_is_written_while_the_run_goes(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SECONDS", 0.0)
    monkeypatch.setattr(module, "SHARE", 1e9)
    seen: list[tuple[int, int]] = []

    def look() -> None:
        facts = json.loads((tmp_path / "state" / "model.json").read_bytes())
        seen.append((facts["epoch"], facts["step"]))

    fit(replace(SETTINGS, checkpoint=tmp_path / "state"), Stopping(loader(), (2, 4), look))

    assert seen == [(2, 4)]


def test_run_without_resume_starts_anew(tmp_path):
    training = replace(SETTINGS, checkpoint=tmp_path / "state")
    fit(training)
    taken: list[bool] = []
    fit(replace(training, resume=False), Stopping(loader(), (1, 0), lambda: taken.append(True)))

    assert taken


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"learning_rate": 0.5}, "learning_rate is 0.001 there and 0.5 here"),
        ({"epochs": 5, "seed": 4}, "epochs is 4 there and 5 here, seed is 3 there and 4 here"),
        (
            {"about": {"rows": 100, "schema": {"x": [{"name": "other"}]}}},
            "schema.x.0.name is 'size' there and 'other' here",
        ),
        ({"about": {"schema": {"x": [{"name": "size"}]}}}, "rows is 100 there and None here"),
    ],
)
def test_state_of_another_run_is_refused(changed, said, tmp_path):
    about = {"rows": 100, "schema": {"x": [{"name": "size"}]}}
    training = replace(SETTINGS, epochs=4, about=about, checkpoint=tmp_path / "state")
    fit(training)

    with pytest.raises(SettingError, match=said):
        fit(replace(training, **changed))


def test_state_of_other_batches_is_refused(tmp_path):
    training = replace(SETTINGS, checkpoint=tmp_path / "state")
    fit(training)

    with pytest.raises(SettingError, match="steps of an epoch is 6 there and 4 here"):
        fit(training, loader(90))


def test_tuple_is_the_list_that_it_becomes(tmp_path):
    training = replace(SETTINGS, epochs=1, about={"hidden": (8, 8)}, checkpoint=tmp_path / "state")
    fit(training)
    fit(training)


def test_damaged_state_is_an_error(tmp_path):
    training = replace(SETTINGS, epochs=1, checkpoint=tmp_path / "state")
    fit(training)
    path = tmp_path / "state" / "state.safetensors"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(StoreError, match="damaged"):
        fit(training)


def test_what_is_no_state_is_left_alone(tmp_path):
    model, other = tmp_path / "model", tmp_path / "other"
    write_folder(model, {"format": 1}, {"model.safetensors": b"weights"}, overwrite=False)
    other.mkdir()
    (other / "thesis.tex").write_text("years")

    for folder in (model, other, other / "thesis.tex"):
        assert not is_checkpoint(folder)
        discard(folder)
        assert folder.exists()

        with pytest.raises(StoreError, match="is not the state of a run"):
            fit(replace(SETTINGS, checkpoint=folder))

    check_place(tmp_path / "new")


def test_loader_begins_at_a_step():
    rows = loader()
    whole, rest = list(rows.epoch(2)), list(rows.epoch(2, 4))

    assert len(whole) == len(rows) == STEPS and len(rest) == 2
    assert all(torch.equal(one.unlabeled, other.unlabeled) for one, other in zip(whole[4:], rest, strict=True))


def test_ctrl_c_works_as_before_after_a_run():
    before = signal.getsignal(signal.SIGINT)
    fit(replace(SETTINGS, epochs=1))

    assert signal.getsignal(signal.SIGINT) is before
