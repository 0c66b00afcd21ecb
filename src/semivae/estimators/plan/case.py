r"""The settings of a fit and the variables that they meet, as rules about options ask for them."""

from __future__ import annotations

__all__ = ["Case"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from semivae.data.kinds import handler
from semivae.estimators.plan.applies import form_of, takes
from semivae.estimators.plan.loss import marginalize_for, reads_for
from semivae.families import choose_data
from semivae.models import Model, StackedModel, models
from semivae.models.latent import LatentModel
from semivae.schema import Schema


@dataclass(frozen=True)
class Case:
    r"""The settings of a fit, and the variables that they meet.

    Attributes:
        given: The value of each parameter and option by its name.
        model: The name of the model.
        schema: The variables.
        memory: Whether the rows are in memory.
    """

    given: Mapping[str, Any]
    model: str
    schema: Schema
    memory: bool

    @property
    def kind(self) -> type[Model]:
        """The class of the model."""

        return models[self.model].form(form_of(self.schema))

    @property
    def way(self) -> str:
        """The way to sum over a missing class."""

        return marginalize_for(self.given["marginalize"], self.schema)

    @property
    def moves(self) -> bool:
        """Whether the model reads a continuous value, around which predictions can be compared."""

        features = issubclass(self.kind, StackedModel) and reads_for(self.kind, self.schema) != "rows"

        return features or any(handler(one).continuous for one in self.schema.x)

    @property
    def mixes(self) -> bool:
        """Whether the model is built with a number of Gaussians."""

        return takes(self.model, "mixture", form_of(self.schema))

    @property
    def reconstructs(self) -> bool:
        """Whether a stage trains a decoder that reads the latent alone."""

        return issubclass(self.kind, LatentModel | StackedModel)

    @property
    def compares(self) -> bool:
        """Whether a term compares predictions: around rows, between rows, or of changed images."""

        given = self.given
        between = self.kind.interpolates if given["interpolation"] == "auto" else given["interpolation"]

        return bool((given["adversarial"] and given["radius"] and self.moves) or between or given["augmentation"])

    @property
    def scaled(self) -> bool:
        """Whether some value is Gaussian or logistic: only then the likelihood changes with its scale."""

        sizes = [choose_data(self.schema, self.given["likelihood"], scale).size for scale in ("shared", "learned")]

        return sizes[0] != sizes[1]
