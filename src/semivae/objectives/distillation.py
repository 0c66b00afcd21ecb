r"""Distillation: a student network, which reads the rows themselves, learns the predictions of a fitted model.

.. math:: \mathcal{J} = \mathrm{KL}(q(y \mid x) \parallel s(y \mid Tx))

with the prediction :math:`q` of the fixed model, the student :math:`s`, and for images a random affine map :math:`T`
each. A known label replaces :math:`q`. The student learns the regular part of the predictions; single errors of the
model follow no rule and are hard to learn. Model and student learn in different ways and err in different rows, so the
answer is the mean of both predictions.

References:
    | Distilling the Knowledge in a Neural Network (Hinton et al., 2015)
    | https://arxiv.org/abs/1503.02531

    | Self-training with Noisy Student Improves ImageNet Classification (Xie et al., 2019)
    | https://arxiv.org/abs/1911.04252
"""

from __future__ import annotations

__all__ = ["Distillation", "agreed", "mean_divergence"]

import math
from collections.abc import Callable
from typing import Self

import torch
from torch import Tensor, nn

from semivae.batch import Batch
from semivae.models.base import Model
from semivae.objectives.consistency import detached, divergence


class Distillation(nn.Module):
    r"""Creates the module to train: the student, with its teacher.

    Arguments:
        student: Maps rows of shape (B, *) to the distribution :math:`s(y \mid x)`.
        teacher: The fitted model; it is not trained.
        changed: Maps rows of shape (B, *) to augmented rows of the same class.
    """

    def __init__(self, student: nn.Module, teacher: Model, changed: Callable[[Tensor], Tensor]) -> None:
        super().__init__()

        self.student = student
        self.teacher = teacher.requires_grad_(False)
        self.changed = changed

    def train(self, mode: bool = True) -> Self:
        """Sets the mode of the student; the teacher stays in evaluation mode."""

        super().train(mode)
        self.teacher.eval()

        return self

    def forward(self, batch: Batch, progress: Tensor | float = 1.0) -> tuple[Tensor | None, Tensor | None]:
        """Returns the divergences of the labeled and of the unlabeled rows, with shape (B,); None without rows."""

        known = unknown = None

        if batch.labeled is not None:
            x, y = batch.labeled
            known = -self.student(self.changed(x)).log_prob(y)

        if batch.unlabeled is not None:
            with torch.no_grad():
                believed = detached(self.teacher.predict(batch.unlabeled))

            unknown = divergence([believed], [self.student(self.changed(batch.unlabeled))])

        return known, unknown


def mean_divergence(known: Tensor | None, unknown: Tensor | None, *_: object) -> tuple[Tensor, dict[str, Tensor]]:
    """Returns the mean over all rows of a step: the loss, with shape (), and the logged values."""

    loss = torch.cat([part for part in (known, unknown) if part is not None]).mean()

    return loss, {"loss": loss.detach(), "student_divergence": loss.detach()}


def agreed(one: Tensor, other: Tensor) -> Tensor:
    """Returns the logarithm of the mean of two predictions given as logits, with shape (B, C)."""

    return torch.stack([one, other]).log_softmax(-1).logsumexp(0) - math.log(2)
