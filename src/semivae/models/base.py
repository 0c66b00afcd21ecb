r"""The contract every model keeps.

A model maps rows to :class:`Terms`, one value per row, before any weighting; the objective weighs them. For use after
training it also says what it believes of the latent (:py:`posterior`), the label (:py:`predict`) and the data
(:py:`decode`, :py:`log_evidence`).
"""

from __future__ import annotations

__all__ = ["Model", "models"]

import abc
from typing import Any, ClassVar

from torch import Tensor, nn
from torch.distributions import Distribution

from semivae.batch import Batch
from semivae.conditional import Conditional, Net
from semivae.errors import SettingError
from semivae.families import Cells, Family
from semivae.models.terms import Terms
from semivae.registry import Registry
from semivae.variables import Schema, TargetForm


class Model(nn.Module, abc.ABC):
    """Abstract model. Final models are never subclassed.

    Attributes:
        targets: The forms of target that the model can learn from.
        labels_only: Whether it learns from labeled rows alone.
        interpolates: Whether what it believes between two rows is to lie between what it believes at them.
        fits_prior: Whether the prior of its latent is fitted to the latent, which need not keep to a given one.
        encoder: The posterior of the latent.
        prior: The prior of the latent.
    """

    targets: ClassVar[tuple[TargetForm, ...]] = ()
    labels_only: ClassVar[bool] = False
    interpolates: ClassVar[bool] = False
    fits_prior: ClassVar[bool] = False

    encoder: Conditional
    prior: nn.Module

    @classmethod
    def form(cls, target: TargetForm | None) -> type[Model]:
        """Returns the class that a registered model has for a form of target: itself, unless it says otherwise."""

        return cls

    @classmethod
    @abc.abstractmethod
    def build(cls, schema: Schema, family: Family, net: Net, latents: int, **options: Any) -> Model:
        r"""Wires the default graph: which variables go into which conditional.

        Arguments:
            schema: What each variable is.
            family: The family of :math:`x`.
            net: Builds the networks.
            latents: The size of the latent.
            options: What only some models take.
        """

    def stages(self) -> tuple[Model, ...]:
        r"""Returns what is trained, one after the other, each by its own terms; the model itself comes last.

        What a stage has learned stays as it is in those after it. All but the last see no label.
        """

        return (self,)

    @abc.abstractmethod
    def labeled(self, x: Tensor, y: Tensor) -> Terms:
        """Returns the terms of rows of shape (B, *) with label points of shape (B, C)."""

    @abc.abstractmethod
    def unlabeled(self, x: Tensor, progress: Tensor | float = 1.0) -> Terms:
        r"""Returns the terms of rows whose label is missing.

        Arguments:
            x: The rows, with shape (B, *).
            progress: How much of the training is done, in [0, 1].
        """

    def forward(self, batch: Batch, progress: Tensor | float = 1.0) -> tuple[Terms | None, Terms | None]:
        """The only entry the engine calls, so that DDP and compilation see every step."""

        return (
            None if batch.labeled is None else self.labeled(*batch.labeled),
            None if batch.unlabeled is None else self.unlabeled(batch.unlabeled, progress),
        )

    @abc.abstractmethod
    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""Returns mean and standard deviation of :math:`q(z \mid x)`, each with shape (B, D)."""

    def predict(self, x: Tensor) -> Distribution:
        r"""Returns :math:`q(y \mid x)` of rows of shape (B, *).

        Raises:
            SettingError: If the model knows no label.
        """

        raise SettingError(f"{type(self).__name__} knows no label", "a prediction needs one", "model='predictor'")

    def read(self, x: Tensor) -> Tensor:
        """Returns what the label is judged by, with shape (B, *): the rows themselves, or features that stay."""

        return x

    def judge(self, seen: Tensor) -> Distribution:
        r"""Returns :math:`q(y \mid x)` given what :meth:`read` returns."""

        return self.predict(seen)

    def beliefs(self, seen: Tensor) -> list[Distribution]:
        """Returns what is judged of what is read: one distribution, or several for several targets."""

        p = self.judge(seen)

        return p.parts() if isinstance(p, Cells) else [p]

    @abc.abstractmethod
    def decode(self, z: Tensor, y: Tensor | None = None) -> Distribution:
        r"""Returns :math:`p(x \mid z[, y])` for latents of shape (B, D) and label points of shape (B, C).

        A model whose decoder takes a label falls back on the most probable class of :math:`p(y)`.
        """

    @abc.abstractmethod
    def draw(self, n: int, y: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        r"""Draws latents (and label points) from :math:`p(z, y)`, or from :math:`p(z \mid y)`.

        Arguments:
            n: How many.
            y: Label points, with shape (n, C), or :py:`None`.

        Returns:
            Latents with shape (n, D), and label points with shape (n, C) for a decoder that takes them.
        """

    def generate(self, n: int, y: Tensor | None = None) -> Distribution:
        r"""Returns :math:`p(x \mid \cdot)` at draws of all latents, also of those that :meth:`draw` does not return.

        Arguments:
            n: How many draws.
            y: Label points, with shape (n, C), or :py:`None`.
        """

        return self.decode(*self.draw(n, y))

    @property
    def noise(self) -> int:
        """How many standard normal numbers :meth:`log_evidence` takes for a draw."""

        return self.encoder.family.values

    @abc.abstractmethod
    def log_evidence(self, x: Tensor, noise: Tensor) -> Tensor:
        r"""Returns an importance-weighted lower bound on :math:`\log p(x)`, with shape (B,).

        Every row sees the same standard normal noise, so that its value depends neither on its batch nor on
        earlier calls.

        Arguments:
            x: The rows, with shape (B, *).
            noise: Standard normal draws, with shape (S, noise).

        References:
            | Importance Weighted Autoencoders (Burda et al., 2015)
            | https://arxiv.org/abs/1509.00519
        """


models: Registry[type[Model]] = Registry("model")
