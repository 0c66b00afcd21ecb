r"""Parallel fits: small networks do not fill two cores, but two processes do."""

from __future__ import annotations

__all__ = ["end_processes", "side_by_side", "workers"]

from collections.abc import Callable, Iterator
from typing import Any, cast

import torch
from sklearn.utils.parallel import Parallel, delayed

# Starting a process and importing PyTorch takes seconds, and each process copies the rows.
WORTH_STARTING = 10.0
MOST_BYTES = 2**26


def workers(fits: int, seconds: float, size: int, device: str = "auto") -> int:
    r"""Chooses the number of processes for some fits.

    Arguments:
        fits: The number of fits.
        seconds: Their approximate total time in sequence.
        size: The bytes of their rows.
        device: Where they compute: a GPU gets one process.
    """

    on_cpu = device == "cpu" or (device == "auto" and not torch.accelerator.is_available())
    pays = on_cpu and seconds >= WORTH_STARTING and size <= MOST_BYTES

    return min(fits, torch.get_num_threads()) if pays else 1


def side_by_side(function: Callable[..., Any], calls: list[tuple[Any, ...]], processes: int) -> Iterator[Any]:
    r"""Calls a function for each tuple of arguments and yields its results, in order.

    Arguments:
        function: The function; several processes run it with equal shares of the cores.
        calls: Its arguments.
        processes: The number of processes; 1 is this process.
    """

    if processes == 1:
        yield from (function(*call) for call in calls)
    else:
        yield from Parallel(n_jobs=processes, return_as="generator")(delayed(function)(*call) for call in calls)


def end_processes() -> None:
    """Ends the waiting processes, which would delay the program's exit by a second."""

    from joblib.externals.loky import get_reusable_executor

    # True takes the existing processes; the type hint omits it.
    get_reusable_executor(reuse=cast("Any", True)).shutdown(kill_workers=True)
