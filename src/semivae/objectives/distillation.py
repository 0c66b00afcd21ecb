r"""Distillation: a student, which reads the rows themselves, learns what a fitted model believes of them.

.. math:: \mathcal{J} = \mathrm{KL}(q(y \mid x) \parallel s(y \mid Tx))

with the belief :math:`q` of the model, which stays as it is, the student :math:`s`, and for images a random affine map
:math:`T` for each. A known label takes the place of what is believed. The student is to find rules for all that the
model says; where the model errs in single rows, there is no rule for it. As the two learn in other ways, they err in
other rows, and answer by the mean of their beliefs.

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
    r"""Creates what is trained: the student, beside the model that it learns from.

    Arguments:
        student: Maps rows of shape (B, *) to the distribution :math:`s(y \mid x)`.
        teacher: The fitted model.
        changed: Maps rows of shape (B, *) to rows that are to be believed the same.
    """

    def __init__(self, student: nn.Module, teacher: Model, changed: Callable[[Tensor], Tensor]) -> None:
        super().__init__()

        self.student = student
        self.teacher = teacher.requires_grad_(False)
        self.changed = changed

    def train(self, mode: bool = True) -> Self:
        """Switches the student between training and use; the model is in use."""

        super().train(mode)
        self.teacher.eval()

        return self

    def forward(self, batch: Batch, progress: Tensor | float = 1.0) -> tuple[Tensor | None, Tensor | None]:
        """Returns the divergence of each labeled and of each unlabeled row, with shape (B,)."""

        known = unknown = None

        if batch.labeled is not None:
            x, y = batch.labeled
            known = -self.student(self.changed(x)).log_prob(y)

        if batch.unlabeled is not None:
            with torch.no_grad():
                believed = detached(self.teacher.predict(batch.unlabeled))

            unknown = divergence([believed], [self.student(self.changed(batch.unlabeled))])

        return known, unknown


def mean_divergence(known: Tensor | None, unknown: Tensor | None, progress: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """Returns the mean over all rows of a step as the loss, with shape (), and as logged values."""

    loss = torch.cat([part for part in (known, unknown) if part is not None]).mean()

    return loss, {"loss": loss.detach(), "student_divergence": loss.detach()}


def agreed(one: Tensor, other: Tensor) -> Tensor:
    """Returns the logarithms of the mean of two beliefs that are given by their logits, with shape (B, C)."""

    return torch.stack([one, other]).log_softmax(-1).logsumexp(0) - math.log(2)
