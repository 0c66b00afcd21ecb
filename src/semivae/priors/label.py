r"""The prior of the label: uniform, given, or estimated from the labels.

.. math:: p(y) = \mathrm{Cat}(\pi)
"""

from __future__ import annotations

__all__ = ["LabelPrior"]

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from semivae.errors import SettingError
from semivae.families.categorical import Unchecked


class LabelPrior(nn.Module):
    r"""Creates a prior over classes.

    Arguments:
        probs: The probability of each class, with shape (C,).
    """

    logits: Tensor

    def __init__(self, probs: Tensor) -> None:
        super().__init__()

        self.register_buffer("logits", probs.log())

    @classmethod
    def of(cls, counts: Sequence[int], choice: Literal["uniform", "labels"] | Sequence[float]) -> LabelPrior:
        r"""Creates the prior from a setting.

        Arguments:
            counts: The number of labels of each class.
            choice: "uniform"; "labels" for the (add-one smoothed) frequencies of the labels; or the
                probabilities themselves.

        Raises:
            SettingError: If the choice is none of these.
        """

        named = choice if isinstance(choice, str) else None

        # On the CPU: a loaded model is first built of tensors without values, whose arithmetic starts PyTorch's
        # compiler, which takes seconds.
        if named == "uniform":
            return cls(torch.full((len(counts),), 1 / len(counts), device="cpu"))

        if named == "labels":
            smoothed = torch.tensor(counts, device="cpu") + 1.0

            return cls(smoothed / smoothed.sum())

        probs = [] if isinstance(choice, str) else [float(share) for share in choice]

        if len(probs) != len(counts) or min(probs) <= 0 or abs(sum(probs) - 1) > 1e-4:
            raise SettingError(
                f"label_prior={choice!r}",
                f"it must be 'uniform', 'labels' or {len(counts)} positive probabilities that sum to 1",
                "label_prior='labels'",
            )

        return cls(torch.tensor(probs, device="cpu"))

    def forward(self) -> Unchecked:
        """Returns the prior, over label points of shape (C,)."""

        return Unchecked(self.logits)
