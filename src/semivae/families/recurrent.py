r"""A gated recurrent network over sequences of different lengths, with its gradient written out.

.. math::
    r_t, u_t & = \sigma(a^r_t + W_r h_{t-1}), \; \sigma(a^u_t + W_u h_{t-1}) \\
    n_t & = \tanh(a^n_t + r_t \odot W_n h_{t-1}) \\
    h_t & = n_t + u_t \odot (h_{t-1} - n_t)

where :math:`a_t` is a linear map of the input. Rows are packed: all first steps, all second steps, and so on, the
longest sequence first, so that no product is spent on padding. On a processor a step of training takes half as long as
with PyTorch's own network, which records each operation and adds to the gradient of :math:`W` at each place; here that
gradient is one product at the end.

References:
    | Learning Phrase Representations using RNN Encoder-Decoder (Cho et al., 2014)
    | https://arxiv.org/abs/1406.1078
"""

from __future__ import annotations

__all__ = ["Recurrent"]

import itertools
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn


class Recurrent(nn.Module):
    r"""Creates a gated recurrent network.

    Arguments:
        inputs: The size of an input.
        size: The size of the state.
    """

    def __init__(self, inputs: int, size: int) -> None:
        super().__init__()

        self.read = nn.Linear(inputs, 3 * size)
        self.weight = nn.Parameter(nn.Linear(size, 3 * size).weight.data)

    def forward(self, inputs: Tensor, state: Tensor, sizes: Sequence[int]) -> Tensor:
        r"""Returns the states after each step, packed, with shape (M, size).

        Arguments:
            inputs: The inputs of all steps, packed, with shape (M, inputs).
            state: The state before the first step of each sequence, longest first, with shape (B, size).
            sizes: How many sequences have each step; they sum to M.
        """

        return Recurrence.apply(self.read(inputs), state, self.weight, sizes)  # type: ignore[no-any-return]


class Recurrence(torch.autograd.Function):
    """The states of all steps, and their gradient."""

    @staticmethod
    def forward(ctx: Any, gates: Tensor, state: Tensor, weight: Tensor, sizes: Sequence[int]) -> Tensor:
        r"""Returns the states, with shape (M, H).

        Arguments:
            ctx: Keeps what the gradient needs.
            gates: :math:`a_t` of all steps, packed, with shape (M, 3 H).
            state: The first state, with shape (B, H).
            weight: With shape (3 H, H).
            sizes: The number of sequences at each step.
        """

        size, kind = state.shape[-1], precision(weight)
        turned, gates, first = weight.to(kind).t(), gates.to(state.dtype), state
        both, inner, fresh, states = (gates.new_empty(len(gates), n * size) for n in (2, 1, 1, 1))
        start = 0

        for count in sizes:
            part = slice(start, start + count)
            product = (state[:count].to(kind) @ turned).to(gates.dtype)
            inner[part] = product[:, 2 * size :]
            torch.sigmoid(product[:, : 2 * size] + gates[part, : 2 * size], out=both[part])
            torch.tanh(torch.addcmul(gates[part, 2 * size :], both[part, :size], inner[part]), out=fresh[part])
            state = torch.lerp(fresh[part], state[:count], both[part, size:])
            states[part] = state
            start += count

        ctx.save_for_backward(weight, first, both, inner, fresh, states)
        ctx.sizes, ctx.kind = sizes, kind

        return states

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        """Returns the gradients of the gates, the first state and the weight."""

        weight, first, both, inner, fresh, states = ctx.saved_tensors
        sizes, kind, size = ctx.sizes, ctx.kind, weight.shape[-1]
        reset, update = both.split(size, dim=-1)
        before = shifted(first, states, sizes)

        # The slopes of a state by its gates and products, but for the slope of the loss by the state.
        of_fresh = (1 - update) * (1 - fresh.square())
        of_reset = of_fresh * inner * reset * (1 - reset)
        of_update = (before - fresh) * update * (1 - update)
        of_products = torch.stack([of_reset, of_update, of_fresh * reset], dim=1)

        total, products = torch.empty_like(states), states.new_empty(len(states), 3 * size, dtype=kind)
        carried, half = torch.zeros_like(first), weight.to(kind)
        start = len(states)

        for count in reversed(sizes):
            start -= count
            part = slice(start, start + count)
            slope = torch.add(slopes[0][part], carried[:count], out=total[part])
            products[part] = (of_products[part] * slope[:, None]).flatten(1)
            carried[:count] = (products[part] @ half).to(slope.dtype).addcmul_(slope, update[part])

        gates = torch.cat([of_reset * total, of_update * total, of_fresh * total], dim=-1)

        return gates, carried, (products.t() @ before.to(kind)).to(weight.dtype), None


def shifted(first: Tensor, states: Tensor, sizes: Sequence[int]) -> Tensor:
    """Returns the state before each step, packed, with shape (M, H)."""

    starts = list(itertools.accumulate(sizes, initial=0))
    parts = [states[start : start + count] for start, count in zip(starts, sizes[1:], strict=False)]

    return torch.cat([first[: sizes[0]], *parts])


def precision(weight: Tensor) -> torch.dtype:
    """Returns the type of the products: that of autocast where it is on."""

    device = weight.device.type

    return torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else weight.dtype
