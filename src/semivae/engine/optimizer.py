r"""The optimizer of a run, the schedule of its learning rate, and the moving average of its weights.

The optimizer is AdamW, with decays of 0.9 and 0.99. The learning rate rises over 200 steps, or a tenth of a shorter
run, and falls to zero as a cosine. The norm of the gradient is clipped at 50. The average follows the weights faster in
the first steps.

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
    """Creates AdamW over the weights, in its fused form, which saves a fifth of a small step."""

    return AdamW(
        model.parameters(),
        training.learning_rate,
        betas=(0.9, 0.99),
        weight_decay=training.weight_decay,
        fused=True,
    )


def schedule(optimizer: Optimizer, steps: int) -> LambdaLR:
    """Creates a schedule: the learning rate rises over the first steps and falls to zero as a cosine."""

    rise = max(1, min(RISE, steps // 10))

    return LambdaLR(
        optimizer,
        lambda step: min(1.0, (step + 1) / rise) * 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps))),
    )


def clip(weights: Sequence[Tensor], longest: float) -> None:
    """Scales the gradient of the weights down if its norm is above the limit."""

    norm = length([weight.grad for weight in weights if weight.grad is not None])

    # Reading the norm makes a GPU wait. On a CPU a short gradient need not be multiplied by one.
    if norm.device.type != "cpu" or not norm <= longest:
        torch.nn.utils.clip_grads_with_norm_(weights, longest, norm)


def length(gradients: Sequence[Tensor]) -> Tensor:
    """Computes the norm of a gradient; on a CPU by dot products, which take half as long as norms."""

    if not gradients or gradients[0].device.type != "cpu":
        return torch.nn.utils.get_total_norm(gradients)

    return torch.stack([torch.dot(part, part) for part in (gradient.flatten() for gradient in gradients)]).sum().sqrt()


class Average(nn.Module):
    r"""Creates the moving average of the weights of a model.

    PyTorch's own average walks through all modules at each step, which takes a tenth of a small step.

    Arguments:
        model: The model; training does not change its buffers.
        decay: The decay of the average; 0 switches it off.
    """

    steps: Tensor

    def __init__(self, model: nn.Module, decay: float) -> None:
        super().__init__()

        self.module = copy.deepcopy(model).requires_grad_(False).eval()
        self.decay = decay

        # Frozen weights of an earlier stage do not change.
        pairs = zip(self.module.parameters(), model.parameters(), strict=True)
        pairs = [pair for pair in pairs if pair[1].requires_grad]
        self.kept: list[Tensor] = [kept for kept, _ in pairs]
        self.weights: list[Tensor] = [weight for _, weight in pairs]
        self.register_buffer("steps", torch.zeros((), dtype=torch.long))

    @torch.no_grad()
    def update(self) -> None:
        """Moves the average towards the weights after a step."""

        if not self.decay:
            return

        steps = int(self.steps)
        # The average follows faster in the first steps; otherwise a short run would end near its start.
        decay = min(self.decay, (1 + steps) / (10 + steps)) if steps else 0.0

        torch._foreach_lerp_(self.kept, self.weights, 1 - decay)  # pyright: ignore[reportPrivateImportUsage]
        self.steps += 1
