"""Several processes learn what one learns, up to their noise, even if one of them is killed on the way."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from semivae.data.batches.loader import Loader
from semivae.engine import Training, train
from semivae.engine.distributed import connect
from semivae.errors import SettingError
from semivae.ranks import Ranks

WORKER = Path(__file__).with_name("worker.py")

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1"}

posix = pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL")


def torchrun(*arguments: object) -> None:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    ended = subprocess.run(
        [*command, "--max-restarts", "1", *map(str, arguments)], capture_output=True, text=True, env=ENVIRONMENT
    )

    assert ended.returncode == 0, ended.stderr[-3000:]


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of two processes, one of which is killed in the middle of the first run and started anew."""

    out = tmp_path_factory.mktemp("together")
    torchrun(WORKER, out, "die")

    return out


@pytest.fixture(scope="module")
def worker() -> dict[str, Any]:
    return runpy.run_path(str(WORKER))


NAMES = [
    "m2 0.0",
    "m2 1.0",
    "predictor 0.0",
    "predictor 1.0",
    "vae 0.0",
    "adgm 1.0",
    "alpha 1.0",
    "ccvae 0.0",
    "shot 1.0",
    "debias 1.0",
    "m1m2 1.0",
    "m2 real 1.0",
]


@posix
@pytest.mark.parametrize("name", NAMES)
def test_gradients_without_noise_are_those_of_one_process(name, together, worker):
    """They are of a mean over all rows, whichever process has them."""

    every = safetensors.torch.load_file(together / "gradients.safetensors")
    alone = worker["gradient"](*one_of(worker, name))

    assert alone and sum(part.any() for part in alone.values()) > 1

    for part, expected in alone.items():
        torch.testing.assert_close(every[part], expected, rtol=1e-4, atol=1e-6)


@posix
@pytest.mark.parametrize("name", NAMES)
def test_losses_without_noise_are_those_of_one_process(name, together, worker):
    with worker["Still"]():
        alone, _ = worker["run"](*one_of(worker, name))

    shared = json.loads((together / "results.json").read_text())["losses"][name]

    assert len(alone) == len(shared) == 3

    for one, other in zip(alone, shared, strict=True):
        assert one.keys() == other.keys()
        assert [one[term] for term in one] == pytest.approx([other[term] for term in one], rel=1e-5, abs=1e-6)


def one_of(worker: dict[str, Any], name: str) -> tuple[str, float, float]:
    """The run of a name."""

    return next(each for each in worker["RUNS"] if f"{each[0]} {each[1]}" == name)


@posix
def test_processes_draw_noise_of_their_own(together, worker):
    first, second = json.loads((together / "results.json").read_text())["noise"]

    assert first != second and [first] == worker["noise"](worker["settings"]())


@posix
def test_losses_with_noise_lie_among_the_seeds_of_one_process(together, worker):
    """Ten standard deviations of the last loss are a fiftieth of it."""

    *_, shared = json.loads((together / "results.json").read_text())["records"]
    losses = torch.tensor([worker["run"]("m2", 1.0, 0.3, seed=seed)[0][-1]["loss"] for seed in range(6)])

    assert abs(shared["loss"] - losses.mean()) < 4 * losses.std()


@posix
def test_processes_stop_together(together):
    stopped, epochs = json.loads((together / "results.json").read_text())["early"]

    assert stopped == "patience" and epochs[0] == epochs[1] < 40


@posix
def test_killed_run_goes_on_and_ends_the_same(together):
    killed, whole = (safetensors.torch.load_file(together / f"{name}.safetensors") for name in ("killed", "whole"))

    assert killed.keys() == whole.keys()
    assert all(torch.equal(killed[name], whole[name]) for name in whole)


@posix
def test_killed_run_takes_no_step_again(together):
    taken = json.loads((together / "results.json").read_text())["taken"]

    assert taken[0] == [2, 3] and len(taken) == 5 * 3 - (5 + 3)


@posix
def test_run_killed_in_one_process_goes_on_and_ends_the_same(tmp_path, worker):
    code = f"import runpy; runpy.run_path({str(WORKER)!r})['main'](__import__('pathlib').Path({str(tmp_path)!r}), True)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=ENVIRONMENT)
    assert ended.returncode == -9, ended.stderr

    rows = worker["loader"]()
    _, weights = worker["run"]("m2", 1.0, 0.3, rows, checkpoint=tmp_path / "state", resume=True)
    _, whole = worker["run"]("m2", 1.0, 0.3)

    assert rows.taken[0] == (2, 3)
    assert all(torch.equal(weights[name], whole[name]) for name in whole)


def test_processes_that_were_not_started_are_an_error():
    with pytest.raises(SettingError, match=r"the run needs 2 processes(.|\n)*torchrun --nproc-per-node 2"):
        train(torch.nn.Linear(1, 1), None, [None], Training(epochs=1, device="cpu", devices=2))


def test_processes_on_a_device_that_sends_nothing_are_an_error():
    with pytest.raises(SettingError, match=r"device='mps' with several processes(.|\n)*device='cpu'"):
        connect("mps")


def batches(ranks: Ranks) -> list[Any]:
    x = torch.arange(50.0)[:, None]

    return list(Loader(x, x[:9], torch.arange(9), torch.arange(9, 50), 16, 6, 0, ranks).epoch(1, 1))


@pytest.mark.parametrize("count", [2, 3])
def test_batches_are_shared_out(count):
    """Together, the processes have the rows of the batch, in order; 16 rows are 15 for three."""

    parts = [batches(Ranks(rank, count)) for rank in range(count)]

    for step in zip(*parts, strict=True):
        assert len({len(batch.unlabeled) for batch in step}) == 1 and len(step[0].unlabeled) == 16 // count
        assert [len(batch.labeled.x) for batch in step] == [6 // count] * count

    if count == 2:
        whole = batches(Ranks())
        assert all(
            torch.equal(torch.cat([batch.unlabeled for batch in step]), batch.unlabeled)
            and torch.equal(torch.cat([batch.labeled.y for batch in step]), batch.labeled.y)
            for step, batch in zip(zip(*parts, strict=True), whole, strict=True)
        )


def test_fewer_labels_than_processes_still_give_each_one():
    x = torch.arange(20.0)[:, None]
    rows = Loader(x, x[:1], torch.arange(1), torch.arange(1, 20), 8, 8, 0, Ranks(2, 4))

    assert all(len(batch.labeled.x) == 1 and len(batch.unlabeled) == 2 for batch in rows.epoch(1))
