r"""The plan of a fit: frozen, printed, saved with the model. Code below it reads no estimator parameter."""

from __future__ import annotations

__all__ = ["Machine", "Plan"]

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from semivae.errors import SettingError
from semivae.models import Reads
from semivae.variables import Pixels

# A plan read from a file may have no other keys or types.
STRICT = {"strict": True, "extra": "forbid"}


@dataclass(frozen=True)
class Machine:
    r"""Where and how precisely a fit computes. A continued fit may change these.

    Attributes:
        device: "cpu", "cuda" or "mps".
        precision: Precision of matrix products.
        compiled: Whether a step is compiled into one graph.
        threads: The most threads of a processor; None leaves their number to PyTorch.
        devices: Processes per machine.
        nodes: Machines.
    """

    __pydantic_config__ = STRICT

    device: Literal["cpu", "cuda", "mps"]
    precision: Literal["float32", "bfloat16"]
    compiled: bool
    threads: int | None
    devices: int
    nodes: int

    @property
    def several(self) -> bool:
        """Whether several processes share the fit."""

        return self.devices * self.nodes > 1


@dataclass(frozen=True)
class Plan:
    r"""Every value of a fit. Values named like a parameter are explained there.

    None stands for a value that the model, its target or its rows do not use.

    Attributes:
        student_network: The kind of network of the student, if there is one.
        features: Latent size of the VAE trained first, whose features define neighbors.
        features_beta: Weight of the divergence in the stages that learn features before.
        reads: Input of the predictor of a model that learns features: rows or features.
        labels_held: Labels held out for the calibration: all in turn, in folds, or a part of them; None for none.
        features_epochs: Epochs of the stages that learn features before; None for `epochs`.
        held_out: Whether rows are held out for early stopping.
        seed: The seed of everything random in the fit.
        machine: Where the fit computes; None for a model of an older format.
    """

    __pydantic_config__ = STRICT

    model: str
    latents: int
    hidden: tuple[int, ...]
    network: Literal["mlp", "conv"]
    student_network: Literal["mlp", "conv"] | None
    likelihood: Pixels | None
    scale: str | float
    prior: str | None
    components: int | None
    marginalize: str | None
    label_points: int | None
    temperature: float | None
    label_prior: str | tuple[float, ...] | None
    simplex: str | None
    smoothing: float | None
    alpha: float
    beta: float
    warmup: float
    free_bits: float
    importance_samples: int
    labeled_share: float
    dropout: float
    adversarial: float
    radius: float
    neighbors: int
    features: int | None
    features_beta: float | None
    interpolation: float
    augmentation: float
    teacher: bool
    student: bool
    epochs: int
    batch_size: int
    labeled_batch: int
    learning_rate: float
    weight_decay: float
    averaging: float
    held_out: bool
    patience: int
    validation_share: float
    seed: int
    reads: Reads | None = None
    features_epochs: int | None = None
    committee: bool = False
    labels_held: Literal["folds", "part"] | None = None
    perceptual: float = 0.0
    machine: Machine | None = None

    @property
    def here(self) -> Machine:
        """The machine of a fit that runs."""

        if self.machine is None:
            raise SettingError("the plan of a loaded model", "it does not run on this machine", "fit(X, y)")

        return self.machine

    def to_json(self) -> dict[str, Any]:
        """Returns the plan as a dictionary of plain JSON values."""

        listed = {name: list(value) for name, value in vars(self).items() if isinstance(value, tuple)}

        return dataclasses.asdict(self) | listed
