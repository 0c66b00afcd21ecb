r"""A step as one compiled graph: products, likelihoods and their gradients, with nothing of Python in between."""

from __future__ import annotations

__all__ = ["Compiled"]

import warnings
from collections.abc import Callable
from typing import Any

import torch

from semivae.engine.predict import seeded

Function = Callable[..., Any]


class Compiled:
    r"""Creates a compiled function, or the function itself where it turns out that none can be compiled.

    Arguments:
        function: Maps tensors of fixed shapes to tensors, without a look at their values.
        device: The kind of device it runs on; on a GPU it is replayed as a CUDA graph.
    """

    def __init__(self, function: Function, device: str) -> None:
        self.eager = function
        self.device = device
        self.current: Function = self.first

    def __call__(self, *inputs: Any) -> Any:
        """Returns what the function returns; the first call compiles it."""

        return self.current(*inputs)

    def first(self, *inputs: Any) -> Any:
        """Compiles the function and calls it."""

        # Which closed form a divergence has is looked up at its first use, which cannot be traced.
        with seeded(0), torch.no_grad():
            self.eager(*inputs)

        graph = self.graph()
        state = torch.get_rng_state()

        try:
            result = saving_what_is_kept(graph, inputs)
        except Exception as error:  # a missing compiler has as many exceptions as there are systems
            if not type(error).__module__.startswith(("torch._dynamo", "torch._inductor")):
                raise

            warnings.warn(f"steps are not compiled, only slower: {reason(error)}", stacklevel=2)
            self.current = self.eager
            torch.set_rng_state(state)

            return self.eager(*inputs)

        self.current = graph

        return result

    def graph(self) -> Function:
        """Returns the function as one graph, which its first call compiles."""

        if self.device == "cuda":
            return torch.compile(self.eager, fullgraph=True, dynamic=False, mode="reduce-overhead")

        # The noise is PyTorch's own, and so that of eager steps; the compiler's takes a processor six times as long.
        return torch.compile(self.eager, fullgraph=True, dynamic=False, options={"fallback_random": True})


def saving_what_is_kept(graph: Function, inputs: tuple[Any, ...]) -> Any:
    """Compiles a graph whose backward pass reads what the forward pass keeps anyway.

    Otherwise the gradient of a ReLU gets a mask of its own, which on a processor takes longer than the products.
    """

    # Imported with the compiler, which takes as long as all of PyTorch.
    from torch._functorch import config

    with config.patch(recompute_views=True):
        return graph(*inputs)


def reason(error: Exception) -> str:
    """Returns the lines of an error that say what went wrong: who complains, and of what."""

    lines = [line.strip() for line in str(error).splitlines() if line.strip()]

    return " ".join(lines[:2])[:200] or type(error).__name__
