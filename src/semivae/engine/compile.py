r"""A step as one compiled graph of products, likelihoods and their gradients, without Python in between."""

from __future__ import annotations

__all__ = ["Compiled"]

import warnings
from collections.abc import Callable
from typing import Any

import torch

from semivae.engine.predict import seeded

Function = Callable[..., Any]


class Compiled:
    r"""Creates a compiled function; if the machine cannot compile, it calls the function itself.

    Arguments:
        function: Maps tensors of fixed shapes to tensors, without reading their values.
        device: The kind of device; on a GPU the function is replayed as a CUDA graph.
    """

    def __init__(self, function: Function, device: str) -> None:
        self.eager = function
        self.device = device
        self.current: Function = self.first

    def __call__(self, *inputs: Any) -> Any:
        """Calls the function; the first call compiles it."""

        return self.current(*inputs)

    def first(self, *inputs: Any) -> Any:
        """Compiles the function and calls it."""

        # A divergence looks up its closed form at its first use, which cannot be traced.
        with seeded(0), torch.no_grad():
            self.eager(*inputs)

        graph = self.graph()
        state = torch.get_rng_state()

        try:
            result = saving_what_is_kept(graph, inputs)
        except Exception as error:  # each system has other exceptions for a missing compiler
            if not type(error).__module__.startswith(("torch._dynamo", "torch._inductor")):
                raise

            warnings.warn(f"steps run without compilation, which is slower: {reason(error)}", stacklevel=2)
            self.current = self.eager
            torch.set_rng_state(state)

            return self.eager(*inputs)

        self.current = graph

        return result

    def graph(self) -> Function:
        """Wraps the function as one graph, which the first call compiles."""

        if self.device == "cuda":
            return torch.compile(self.eager, fullgraph=True, dynamic=False, mode="reduce-overhead")

        # PyTorch's own noise is the same as in eager steps; the compiler's takes six times as long on a CPU.
        return torch.compile(self.eager, fullgraph=True, dynamic=False, options={"fallback_random": True})


def saving_what_is_kept(graph: Function, inputs: tuple[Any, ...]) -> Any:
    """Compiles a graph whose backward pass reuses the results that the forward pass keeps anyway.

    Otherwise the gradient of a ReLU gets a mask of its own, which on a processor takes longer than the products.
    """

    # Imported together with the compiler, which takes as long to import as all of PyTorch.
    from torch._functorch import config

    with config.patch(recompute_views=True):
        return graph(*inputs)


def reason(error: Exception) -> str:
    """Quotes the first lines of an error."""

    lines = [line.strip() for line in str(error).splitlines() if line.strip()]

    return " ".join(lines[:2])[:200] or type(error).__name__
