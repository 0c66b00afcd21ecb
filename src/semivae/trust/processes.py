r"""Fits side by side: small networks do not fill two cores, and two processes do."""

from __future__ import annotations

__all__ = ["end_processes", "side_by_side", "workers"]

from collections.abc import Callable, Iterator
from typing import Any, cast

import torch
from sklearn.utils.parallel import Parallel, delayed

# To start a process and import PyTorch takes some seconds, and each process has the rows for itself.
WORTH_STARTING = 10.0
MOST_BYTES = 2**26


def workers(fits: int, seconds: float, size: int, device: str = "auto") -> int:
    r"""Returns how many processes a number of fits are spread over.

    Arguments:
        fits: How many there are.
        seconds: About how long they take one after another.
        size: The bytes of their rows.
        device: Where they compute: on a GPU they are not spread.
    """

    on_cpu = device == "cpu" or (device == "auto" and not torch.accelerator.is_available())
    pays = on_cpu and seconds >= WORTH_STARTING and size <= MOST_BYTES

    return min(fits, torch.get_num_threads()) if pays else 1


def side_by_side(function: Callable[..., Any], calls: list[tuple[Any, ...]], processes: int) -> Iterator[Any]:
    r"""Yields what a function returns for each tuple of arguments, in order.

    Arguments:
        function: What is called; in other processes if there are several, each with its share of the cores.
        calls: Its arguments.
        processes: How many processes; 1 for none but this.
    """

    if processes == 1:
        yield from (function(*call) for call in calls)
    else:
        yield from Parallel(n_jobs=processes, return_as="generator")(delayed(function)(*call) for call in calls)


def end_processes() -> None:
    """Ends the processes, which wait for more fits: left to the end of the program, they hold it up for a second."""

    from joblib.externals.loky import get_reusable_executor

    # True takes those that are there, however they were started; the type leaves it out.
    get_reusable_executor(reuse=cast("Any", True)).shutdown(kill_workers=True)
