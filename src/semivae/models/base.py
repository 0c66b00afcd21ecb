r"""The interface of every model.

A model maps rows to :class:`Terms`, one value per row; the objective weights and adds them. A trained model also gives
the posterior of the latent (:py:`posterior`) and of the label (:py:`predict`), the likelihood (:py:`decode`) and a
bound on :math:`\log p(x)` (:py:`log_evidence`).
"""

from __future__ import annotations

__all__ = ["Model", "models"]

import abc
import math
from typing import Any, ClassVar

from torch import Tensor, nn
from torch.distributions import Distribution

from semivae.batch import Batch
from semivae.conditional import Conditional, Net
from semivae.errors import SettingError
from semivae.families import Cells, Family
from semivae.models.terms import Terms
from semivae.registry import Registry
from semivae.schema import Schema
from semivae.variables import TargetForm


class Model(nn.Module, abc.ABC):
    """Abstract model. Final models are never subclassed.

    Attributes:
        targets: The forms of target that the model can learn from.
        labels_only: Whether it learns from labeled rows only.
        interpolates: Whether the interpolation penalty is on by default, for the label and the latent.
        ignores: Options of the objective that would change nothing.
        fits_prior: Whether the prior is learned after the latent, so that the latent may depart from N(0, I).
        labeled_share: The weight of the bound of labeled rows by default.
        encoder: The posterior of the latent.
        prior: The prior of the latent.
    """

    targets: ClassVar[tuple[TargetForm, ...]] = ()
    labels_only: ClassVar[bool] = False
    interpolates: ClassVar[bool] = False
    ignores: ClassVar[frozenset[str]] = frozenset()
    fits_prior: ClassVar[bool] = False
    labeled_share: ClassVar[float] = 0.5

    encoder: Conditional
    prior: nn.Module

    @classmethod
    def form(cls, target: TargetForm | None) -> type[Model]:
        """Returns the class of the model for a form of target; by default this class."""

        return cls

    @classmethod
    @abc.abstractmethod
    def build(cls, schema: Schema, family: Family, net: Net, latents: int, **options: Any) -> Model:
        r"""Builds the model with its default networks.

        Arguments:
            schema: The variables.
            family: The likelihood family of :math:`x`.
            net: Builds the networks.
            latents: The size of the latent.
            options: Options that only some models take.
        """

    def stages(self) -> tuple[Model, ...]:
        r"""Returns the models to train, in order, each with its own terms; the model itself is last.

        The weights of a stage are frozen in the later stages. Only the last stage sees labels.
        """

        return (self,)

    @abc.abstractmethod
    def labeled(self, x: Tensor, y: Tensor) -> Terms:
        """Returns the terms of rows of shape (B, *) with label points of shape (B, C)."""

    @abc.abstractmethod
    def unlabeled(self, x: Tensor, progress: Tensor | float = 1.0) -> Terms:
        r"""Returns the terms of unlabeled rows.

        Arguments:
            x: The rows, with shape (B, *).
            progress: Fraction of the training that is done, in [0, 1].
        """

    def forward(self, batch: Batch, progress: Tensor | float = 1.0) -> tuple[Terms | None, Terms | None]:
        """Returns the terms of both halves; the engine calls only this, so DDP and compilation see every step."""

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
            SettingError: If the model has no target.
        """

        raise SettingError(
            f"{type(self).__name__} has no target", "predictions need a model with a target", "model='predictor'"
        )

    def read(self, x: Tensor) -> Tensor:
        """Returns the input of :meth:`judge`, with shape (B, *): the rows, or the features of a trained VAE."""

        return x

    def read_all(self, batch: Batch) -> Tensor:
        """Returns the output of :meth:`read` for all rows of a batch, labeled first."""

        return self.read(batch.x)

    def judge(self, seen: Tensor) -> Distribution:
        r"""Returns :math:`q(y \mid x)` from the output of :meth:`read`."""

        return self.predict(seen)

    def beliefs(self, seen: Tensor) -> list[Distribution]:
        """Returns the label posteriors from the output of :meth:`read`: one for each target."""

        p = self.judge(seen)

        return p.parts() if isinstance(p, Cells) else [p]

    @abc.abstractmethod
    def decode(self, z: Tensor, y: Tensor | None = None) -> Distribution:
        r"""Returns :math:`p(x \mid z[, y])` for latents of shape (B, D) and label points of shape (B, C).

        If the decoder takes a label and none is given, it is the most probable class, or the mean, of :math:`p(y)`.
        """

    @abc.abstractmethod
    def draw(self, n: int, y: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        r"""Draws latents (and label points) from :math:`p(z, y)`, or from :math:`p(z \mid y)`.

        Arguments:
            n: The number of draws.
            y: Label points, with shape (n, C), or :py:`None`.

        Returns:
            Latents with shape (n, D), and label points with shape (n, C) if the decoder takes them, else :py:`None`.
        """

    def generate(self, n: int, y: Tensor | None = None) -> Distribution:
        r"""Returns :math:`p(x \mid \cdot)` at n draws of all latents, also of latents that :meth:`draw` leaves out.

        Arguments:
            n: The number of draws.
            y: Label points, with shape (n, C), or :py:`None`.
        """

        return self.decode(*self.draw(n, y))

    @property
    def noise(self) -> int:
        """Number of standard normal values per draw in :meth:`log_evidence`."""

        return self.encoder.family.values

    @abc.abstractmethod
    def log_weights(self, x: Tensor, noise: Tensor) -> Tensor:
        r"""Returns :math:`\log p(x, z_s) - \log q(z_s \mid x)` of each draw, with shape (S, B).

        A missing label is summed out, or drawn with the latent. The noise is given, so the value of a row depends
        neither on its batch nor on earlier calls.

        Arguments:
            x: The rows, with shape (B, *).
            noise: Standard normal draws, the same for all rows with shape (S, noise), or with shape (S, B, noise).
        """

    def log_evidence(self, x: Tensor, noise: Tensor) -> Tensor:
        r"""Returns the importance-weighted lower bound on :math:`\log p(x)`, with shape (B,).

        .. math:: \log \frac{1}{S} \sum_s w_s

        Arguments:
            x: The rows, with shape (B, *).
            noise: Standard normal draws, as in :meth:`log_weights`.

        References:
            | Importance Weighted Autoencoders (Burda et al., 2015)
            | https://arxiv.org/abs/1509.00519
        """

        return self.log_weights(x, noise).logsumexp(0) - math.log(len(noise))

    def log_joint(self, x: Tensor, z: Tensor) -> Tensor:
        r"""Returns :math:`\log p(x, z)` with a missing label summed out, with shape (B,).

        Arguments:
            x: The rows, with shape (B, *).
            z: Latents, with shape (B, D).

        Raises:
            SettingError: If the model draws more than this latent.
        """

        raise SettingError(
            f"{type(self).__name__} has latents beside z, so log p(x, z) has no closed form",
            "a model with one continuous latent, such as vae, m2 or gmvae of classes",
            'take method="importance"',
        )

    def label_given(self, x: Tensor, z: Tensor, share: Tensor) -> Tensor | None:
        r"""Returns label points from :math:`p(y \mid x, z)`, with shape (B, C); None if the decoder takes no label.

        Arguments:
            x: The rows, with shape (B, *), NaN where a cell is missing.
            z: Latents, with shape (B, D).
            share: The probability below each draw, uniform in [0, 1], with shape (B,).
        """

        return None


models: Registry[type[Model]] = Registry("model")
