r"""Shared by models whose last stage trains no part of the VAE: its values of a row are computed once for the stage."""

from __future__ import annotations

__all__ = ["FrozenModel"]

import abc
from typing import cast

import torch
from torch import Tensor
from torch.distributions import Distribution

from semivae.batch import Batch, Labeled
from semivae.families.gaussian import Bell, Diagonal
from semivae.models.stacked import StackedModel
from semivae.models.terms import Terms, noise


class FrozenModel(StackedModel):
    r"""Abstract model that reads a VAE without training it.

    Rows in memory come with their values of :meth:`frozen`. Rows that change from step to step, or that lie on disk,
    are encoded and decoded in each step.
    """

    fits_prior = True
    short = True

    def frozen(self, x: Tensor, told: Tensor | None = None) -> Tensor:
        r"""Returns the values of rows that this stage does not change, with shape (B, 2 D + 1).

        These are mean and standard deviation of :math:`q(z \mid x)`, and the mean of :math:`\log p(x \mid z)` over two
        opposite draws. It is a constant of the loss, and only reported.

        Arguments:
            x: The rows, with shape (B, *).
            told: The mean to be reported, where it is known and takes long for each row.
        """

        q = self.features.encoder(x)

        if told is not None and self.features.decoder.family.slow:
            log_px = told.expand(len(x))
        else:
            z = q.rsample()
            log_px = self.features.decoder(torch.stack([z, 2 * q.mean - z])).log_prob(x).mean(0)

        return torch.cat([q.mean, q.variance.sqrt(), log_px[:, None]], -1)

    def encoded(self, batch: Batch) -> tuple[Diagonal, Tensor, Tensor]:
        r"""Returns :math:`q(z \mid x)` of all rows of a batch, a draw of it, and :math:`\log p(x \mid z)`."""

        draw = noise(batch, self.features.noise)

        if batch.frozen is None:
            q = cast(Diagonal, self.features.encoder(batch.x))
            z = q.at(draw)

            return q, z, self.features.decoder(z).log_prob(batch.x)

        mean, deviation, log_px = batch.frozen.split([draw.shape[-1], draw.shape[-1], 1], dim=-1)
        q = Diagonal(Bell(mean, deviation), 1, validate_args=False)

        return q, q.at(draw), log_px[:, 0]

    def read_all(self, batch: Batch) -> Tensor:
        """Returns the output of :meth:`read` for all rows of a batch, where they are known without another pass."""

        if batch.frozen is None or self.reads == "rows":
            return self.read(batch.x)

        return batch.frozen[:, : self.features.noise]

    def seen(self, batch: Batch, q: Distribution) -> Tensor:
        """Returns the output of :meth:`read` for all rows of a batch, whose posterior is known."""

        return batch.x if self.reads == "rows" else q.mean

    @abc.abstractmethod
    def forward(self, batch: Batch, progress: Tensor | float = 1.0) -> tuple[Terms | None, Terms | None]:
        """Returns the terms of both halves, from one pass over all rows."""

    def labeled(self, x: Tensor, y: Tensor) -> Terms:
        """Returns the terms of rows of shape (B, *) with label points of shape (B, C)."""

        (terms, _) = self.forward(Batch(Labeled(x, y), None))
        assert terms is not None

        return terms

    def unlabeled(self, x: Tensor, progress: Tensor | float = 1.0) -> Terms:
        """Returns the terms of unlabeled rows of shape (B, *)."""

        (_, terms) = self.forward(Batch(None, x), progress)
        assert terms is not None

        return terms
