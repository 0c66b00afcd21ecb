"""Several processes: what they learn together is what one learns alone, even if one of them is killed on the way."""

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
from semivae.errors import SettingError
from semivae.networks.mlp import Dropout
from semivae.ranks import Ranks, among, drawn, made_of, share

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


@posix
@pytest.mark.parametrize(
    "name",
    [
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
    ],
)
def test_losses_are_those_of_one_process(name, together, worker):
    model, adversarial = name.rsplit(" ", 1)
    dropout = next(run[2] for run in worker["RUNS"] if run[:2] == (model, float(adversarial)))
    alone, _ = worker["run"](model, float(adversarial), dropout)
    shared = json.loads((together / "results.json").read_text())["losses"][name]

    assert len(alone) == len(shared) == 3

    for one, other in zip(alone, shared, strict=True):
        assert one.keys() == other.keys()
        assert [one[term] for term in one] == pytest.approx([other[term] for term in one], rel=1e-5)


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
    _, weights = worker["run"]("m2", 1.0, 0.3, rows, tmp_path / "state")
    _, whole = worker["run"]("m2", 1.0, 0.3)

    assert rows.taken[0] == (2, 3)
    assert all(torch.equal(weights[name], whole[name]) for name in whole)


def test_processes_that_were_not_started_are_an_error():
    with pytest.raises(SettingError, match=r"2 processes have to be started(.|\n)*torchrun --nproc-per-node 2"):
        train(torch.nn.Linear(1, 1), None, [None], Training(epochs=1, device="cpu", devices=2))


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


@pytest.mark.parametrize(("shape", "rows"), [((4, 3), 0), ((4, 3), -2), ((5, 4, 3), -2)])
def test_noise_of_the_processes_is_that_of_one(shape, rows):
    """The four rows of each of three processes are one of a first batch of 3 and three of a second batch of 9."""

    def noise(ranks: Ranks, shape: tuple[int, ...]) -> torch.Tensor:
        torch.manual_seed(0)

        with among(ranks), made_of([1, 3]):
            return drawn(shape, rows, torch.randn)

    whole = noise(Ranks(), tuple(12 if axis == rows % len(shape) else size for axis, size in enumerate(shape)))
    first, second = whole.movedim(rows, 0).split([3, 9])

    for rank in range(3):
        mine = noise(Ranks(rank, 3), shape)
        expected = torch.cat([first[rank : rank + 1], second[3 * rank : 3 * rank + 3]]).movedim(0, rows)
        assert torch.equal(mine, expected)


def test_dropout_of_the_processes_is_that_of_one():
    layer, x = Dropout(0.4), torch.ones(6, 5)
    torch.manual_seed(0)
    whole = layer(x)

    for rank in range(2):
        torch.manual_seed(0)

        with among(Ranks(rank, 2)):
            assert torch.equal(layer(x[:3]), whole[share(6, Ranks(rank, 2))])
