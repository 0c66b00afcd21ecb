r"""The decoder of a model as plain numbers, so that a page can decode latents without Python.

Only decoders that are a multilayer perceptron of the latent, and at most of the label, are taken apart. The weights are
rounded to float16.
"""

from __future__ import annotations

__all__ = ["MOST_BYTES", "Live", "live"]

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from semivae.workflows.formulas import formulas

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from semivae.fitted import Fitted

# Base64 makes four bytes of three.
MOST_BYTES = 3_000_000 * 3 // 4

# Draws of the prior that stand for a class, and for all latents where no rows are given.
DRAWS = 400

# Sliders that a page has room for.
SLIDERS = 12

# Added to the variances of latents, so that their covariance can be inverted.
RIDGE = 0.01


@dataclass(frozen=True)
class Live:
    r"""A decoder as plain numbers.

    Attributes:
        sizes: The inputs and outputs of each layer; the label comes after the latent in the first.
        weights: Weights, then biases, layer by layer, row by row, as little-endian float16 in base64.
        labels: The size of the label that the decoder takes; 0 if it takes none.
        formulas: The formula of each cell, or of all pixels.
        center: The usual latent.
        spread: The standard deviation of each latent.
        order: The latents that move rows most, first.
        classes: The names of the classes, if there are some.
        jumps: A usual latent of each class, if the prior has classes and the decoder takes no label.
        axes: The directions of the pad, the two along which rows vary most as on the map, each as long as a standard
            deviation of rows along it.
        dots: Some rows on the pad, in its standard deviations.
        precision: The inverse covariance of latents, in standard deviations.
        reach: The squared distances from the usual latent within which 90 % and 99.9 % of rows are.
    """

    sizes: list[tuple[int, int]]
    weights: str
    labels: int
    formulas: list[dict[str, Any]]
    center: list[float]
    spread: list[float]
    order: list[int]
    classes: list[str]
    jumps: list[list[float]]
    axes: list[list[float]]
    dots: list[list[float]]
    precision: list[list[float]]
    reach: list[float]

    def to_json(self) -> dict[str, Any]:
        """Returns the decoder as plain JSON values."""

        return dict(vars(self))


def live(fitted: Fitted, latents: NDArray[np.float64] | None = None) -> Live | None:
    r"""Takes the decoder of a fitted estimator apart.

    Arguments:
        fitted: The estimator.
        latents: Latents of rows, with shape (N, D); draws of the prior if not given.

    Returns:
        The decoder; None if it is no small multilayer perceptron.
    """

    from semivae.fitted import Classifier, Trained

    if not isinstance(fitted, Trained):
        return None

    decoder = decoder_of(fitted)
    layers = None if decoder is None else layers_of(decoder.body)
    cells = None if decoder is None else formulas(decoder.family, fitted.schema_)

    if decoder is None or layers is None or cells is None or 2 * sum(map(len, map(flat, layers))) > MOST_BYTES:
        return None

    z = fitted.sample_latents(DRAWS, random_state=0) if latents is None else latents
    labels = layers[0][0].shape[1] - z.shape[1]
    classes = [str(name) for name in fitted.classes_] if isinstance(fitted, Classifier) else []

    if labels not in (0, len(classes)):
        return None

    blob = b"".join(flat(layer).astype("<f2").tobytes() for layer in layers)
    order = ordered(layers, z, labels)

    return Live(
        sizes=[(weight.shape[1], weight.shape[0]) for weight, _ in layers],
        weights=base64.b64encode(blob).decode(),
        labels=labels,
        formulas=cells,
        center=z.mean(axis=0).tolist(),
        spread=z.std(axis=0).clip(1e-3).tolist(),
        order=order[:SLIDERS],
        classes=classes,
        jumps=[] if labels else jumps(fitted, classes),
        **where(z),
    )


def where(z: NDArray[np.float64]) -> dict[str, Any]:
    """Returns where rows are in the latent, as fields of :class:`Live`."""

    centered = z - z.mean(axis=0)
    steps = centered / z.std(axis=0).clip(1e-3)
    # Latents that are not in use hardly vary, or vary together.
    precision = np.linalg.inv(np.cov(steps.T).reshape(z.shape[1], -1) + RIDGE * np.eye(z.shape[1]))
    distances = np.einsum("ni,ij,nj->n", steps, precision, steps)
    _, sizes, directions = np.linalg.svd(centered, full_matrices=False)
    lengths = (sizes[:2] / np.sqrt(len(z))).clip(1e-3)

    return {
        "axes": (lengths[:, None] * directions[:2]).tolist(),
        "dots": (centered[:DRAWS] @ directions[:2].T / lengths).round(2).tolist(),
        "precision": precision.round(4).tolist(),
        "reach": np.quantile(distances, [0.9, 0.999]).round(3).tolist(),
    }


def decoder_of(fitted: Any) -> Any:
    """Returns the likelihood of rows as a network with a family; None if it is no multilayer perceptron."""

    from semivae.networks import MLP

    model = fitted.model_
    decoder = getattr(getattr(model, "features", model), "decoder", None)
    body = getattr(decoder, "body", None)

    return decoder if isinstance(body, MLP) and len(body.first.weights) <= 2 else None


def layers_of(body: Any) -> list[tuple[NDArray[Any], NDArray[Any]]] | None:
    """Returns the weights and the biases of each layer; None if something else than ReLU is between them."""

    import torch
    from torch import nn

    plain = (nn.ReLU, nn.Linear, nn.Dropout)

    if not all(isinstance(part, plain) for part in body.rest):
        return None

    first = torch.cat(list(body.first.weights), dim=1), body.first.bias
    rest = [(part.weight, part.bias) for part in body.rest if isinstance(part, nn.Linear)]

    return [(w.detach().cpu().double().numpy(), b.detach().cpu().double().numpy()) for w, b in (first, *rest)]


def flat(layer: tuple[NDArray[Any], NDArray[Any]]) -> NDArray[Any]:
    """Returns weights and biases as one vector."""

    return np.concatenate([part.ravel() for part in layer])


def ordered(layers: list[tuple[NDArray[Any], NDArray[Any]]], z: NDArray[np.float64], labels: int) -> list[int]:
    """Returns the latents by how far one standard deviation to both sides moves the features of a usual row."""

    steps = np.diag(z.std(axis=0))
    points = z.mean(axis=0) + np.stack([steps, -steps])
    shares = np.full((*points.shape[:2], labels), 1 / max(1, labels))
    up, down = features(layers, np.concatenate([points, shares], axis=2))

    return np.argsort(-np.linalg.norm(up - down, axis=1), kind="stable").tolist()


def features(layers: list[tuple[NDArray[Any], NDArray[Any]]], h: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the features of inputs of shape (*, size)."""

    for position, (weight, bias) in enumerate(layers):
        h = (h if position == 0 else h.clip(0)) @ weight.T + bias

    return h


def jumps(fitted: Fitted, classes: list[str]) -> list[list[float]]:
    r"""Returns a usual latent of each class: the draw nearest to the mean of all, with shape (C, D).

    The mean itself may lie between the Gaussians of a class, where no row is. Empty if the classes do not differ.
    """

    found = []

    for position in range(len(classes)):
        drawn = fitted.sample_latents(DRAWS, fitted.classes_[position], random_state=0)  # type: ignore[attr-defined]
        found.append(drawn[np.linalg.norm(drawn - drawn.mean(axis=0), axis=1).argmin()].tolist())

    return found if len({tuple(latent) for latent in found}) > 1 else []
