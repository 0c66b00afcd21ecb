r"""The computation of one step: a model, its objective and its penalty."""

from __future__ import annotations

__all__ = ["Objective", "Step"]

from collections.abc import Callable

from torch import Tensor, nn

from semivae.batch import Batch

Objective = Callable[..., tuple[Tensor, dict[str, Tensor]]]


class Step(nn.Module):
    r"""Creates the whole computation of a step as one module, for DistributedDataParallel and compilation.

    Arguments:
        model: Maps a batch to terms.
        objective: Maps terms, the progress and the processes of the batch to a loss and logged values.
        penalty: Maps the model, a batch, the progress, the averaged model if weights are averaged, and the label
            posteriors that the model has computed to a value. It is added to the loss, times its :py:`weight`.
    """

    def __init__(self, model: nn.Module, objective: Objective, penalty: nn.Module | None = None) -> None:
        super().__init__()

        self.model = model
        self.objective = objective
        self.penalty = penalty
        self.average: tuple[nn.Module, ...] = ()  # in a tuple it is not a submodule, and so not trained
        self.compute: Objective = self.terms

    def forward(self, batch: Batch, progress: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Computes the loss and the terms of a batch, compiled or not."""

        return self.compute(batch, progress)

    def terms(self, batch: Batch, progress: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Computes the loss and the terms of a batch."""

        halves = self.model(batch, progress)
        loss, terms = self.objective(*halves, progress, batch.ranks)

        if self.penalty is None:
            return loss, terms

        beliefs = next(half.beliefs for half in halves if half is not None)
        penalty = self.penalty(self.model, batch, progress, *(self.average or (None,)), beliefs)
        loss = loss + self.penalty.weight * penalty

        return loss, terms | {"loss": loss.detach(), "penalty": penalty.detach()}
