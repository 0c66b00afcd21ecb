r"""The optimizer of a run, the schedule of its learning rate, and the average of the weights that is kept.

The optimizer is AdamW, with decays of 0.9 and 0.99. The learning rate rises over 200 steps, at most a
tenth of the run, and falls to zero as a cosine. A gradient longer than 50 is shortened. The average of the weights
follows them faster in the first steps.

References:
    | Decoupled Weight Decay Regularization (Loshchilov and Hutter, 2017)
    | https://arxiv.org/abs/1711.05101
"""

from __future__ import annotations

__all__ = ["Average", "clip", "optimizer", "schedule"]

import copy
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer
from torch.optim.lr_scheduler import LambdaLR

from semivae.engine.training import Training

# Steps over which the learning rate rises; shorter runs rise over a tenth of their steps.
RISE = 200


def optimizer(model: nn.Module, training: Training) -> Optimizer:
    """Returns AdamW over the weights, in its fused form, which saves a fifth of a small step."""

    return AdamW(
        model.parameters(),
        training.learning_rate,
        betas=(0.9, 0.99),
        weight_decay=training.weight_decay,
        fused=True,
    )


def schedule(optimizer: Optimizer, steps: int) -> LambdaLR:
    """Returns a learning rate that rises over the first steps and falls to zero as a cosine."""

    rise = max(1, min(RISE, steps // 10))

    return LambdaLR(
        optimizer,
        lambda step: min(1.0, (step + 1) / rise) * 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps))),
    )


def clip(weights: Sequence[Tensor], longest: float) -> None:
    """Shortens the gradient of some weights if it is too long."""

    norm = length([weight.grad for weight in weights if weight.grad is not None])

    # To look makes a GPU wait. Elsewhere, what is short enough need not be multiplied by one.
    if norm.device.type != "cpu" or not norm <= longest:
        torch.nn.utils.clip_grads_with_norm_(weights, longest, norm)


def length(gradients: Sequence[Tensor]) -> Tensor:
    """Returns the norm of a gradient; on a processor by dot products, which take half as long as norms."""

    if not gradients or gradients[0].device.type != "cpu":
        return torch.nn.utils.get_total_norm(gradients)

    return torch.stack([torch.dot(part, part) for part in (gradient.flatten() for gradient in gradients)]).sum().sqrt()


class Average(nn.Module):
    r"""Creates the moving average of the weights of a model.

    PyTorch's own walks through all modules at each step, which takes a tenth of a small one.

    Arguments:
        model: The model, whose buffers stay as they are in training.
        decay: The decay of the average; with 0, there is none.
    """

    steps: Tensor

    def __init__(self, model: nn.Module, decay: float) -> None:
        super().__init__()

        self.module = copy.deepcopy(model).requires_grad_(False).eval()
        self.decay = decay
        pairs = zip(self.module.parameters(), model.parameters(), strict=True)
        self.pairs = [pair for pair in pairs if pair[1].requires_grad]  # those of an earlier stage stay as they are
        self.register_buffer("steps", torch.zeros((), dtype=torch.long))

    @torch.no_grad()
    def update(self) -> None:
        """Moves the average towards the weights after a step."""

        if not self.decay:
            return

        steps = int(self.steps)
        # In the first steps the average follows faster, or a short run would end near where it began.
        decay = min(self.decay, (1 + steps) / (10 + steps)) if steps else 0.0

        for kept, weight in self.pairs:
            kept.lerp_(weight, 1 - decay)

        self.steps += 1
