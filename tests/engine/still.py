"""Noise that is the same for every row, with which a loss depends neither on the seed nor on how rows are shared."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

# The range of each kind of noise, which is spread over the last axis.
RANGES = {"randn": (-1.0, 1.0), "normal_": (-1.0, 1.0), "rand": (0.2, 0.8), "exponential_": (0.5, 2.0)}


class Still(TorchFunctionMode):
    """Runs a block in which everything that PyTorch draws for a row is the same for all rows; dropout keeps all."""

    def __torch_function__(
        self, function: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name = getattr(function, "__name__", "")

        if name == "dropout":
            return args[0]

        if name == "argsort":
            kwargs = {**(kwargs or {}), "stable": True}  # equal numbers stay in order: each row meets itself

        drawn = function(*args, **(kwargs or {}))

        return constant(drawn, *RANGES[name]) if name in RANGES else drawn


def constant(drawn: Tensor, low: float, high: float) -> Tensor:
    """Replaces noise in place; along a single axis, that of the rows, by one number."""

    if drawn.dim() < 2:
        return drawn.fill_((low + high) / 2)

    return drawn.copy_(torch.linspace(low, high, drawn.shape[-1], dtype=drawn.dtype).expand_as(drawn))
