import os

import pytest
import torch

from semivae.trust import end_processes, side_by_side, workers


def located(number):
    return number, os.getpid()


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_order(processes):
    found = list(side_by_side(located, [(i,) for i in range(6)], processes))

    assert [number for number, _ in found] == list(range(6))
    assert ({pid for _, pid in found} == {os.getpid()}) == (processes == 1)


@pytest.mark.skipif(os.name == "nt", reason="asks for processes as POSIX does")
def test_processes_end_when_told_and_start_anew():
    calls = [(i,) for i in range(6)]
    first = {pid for _, pid in side_by_side(located, calls, 2)}
    end_processes()

    for pid in first:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    again = {pid for _, pid in side_by_side(located, calls, 2)}
    assert again and again.isdisjoint(first | {os.getpid()})


@pytest.mark.parametrize(
    ("fits", "seconds", "size", "device", "expected"),
    [
        (5, 60.0, 1000, "cpu", 2),
        (5, 60.0, 1000, "auto", 2),
        (1, 60.0, 1000, "cpu", 1),
        (5, 1.0, 1000, "cpu", 1),
        (5, 60.0, 2**30, "cpu", 1),
        (5, 60.0, 1000, "cuda", 1),
    ],
    ids=["worth it", "worth it by default", "one fit", "short fits", "many rows", "GPU"],
)
def test_processes_are_started_only_where_they_pay(monkeypatch, fits, seconds, size, device, expected):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: False)

    assert workers(fits, seconds, size, device) == expected
