r"""Rows as images: arrays with two or three axes a row, or lists of equal-sized images."""

from __future__ import annotations

__all__ = ["ImageCodec", "is_images"]

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from semivae.data.codecs.array import as_array
from semivae.data.codecs.base import Codec, Rows, Values
from semivae.data.codecs.binarize import binarized
from semivae.data.codecs.levels import levels_of
from semivae.data.files.pictures import sides, sized
from semivae.errors import DataError, SchemaError
from semivae.variables import Container, Variable

CHANNELS = (1, 3, 4)  # gray, color, color with transparency


class ImageCodec(Codec):
    r"""Codec of images with shape (N, H, W), (N, H, W, C) or (N, C, H, W).

    Pixels map to [0, 1]: bytes from 0..255 (from 0..1 where no byte exceeds 1), other values from the observed
    range, which starts at 0 unless some are negative; floats in [0, 1] stay as they are. Grey levels may be made 0 or 1
    by `binarize`, which :func:`binarized` explains.
    """

    container: ClassVar[Container] = "image"

    @classmethod
    def fit(cls, X: Rows, binarize: str | None = None, resize: int | Sequence[int] | None = None) -> Self:
        """Infers the axes, the range and the levels of images, scaled to a size if one is given."""

        pixels = stacked(X, sides(resize))
        axes = axes_of(pixels)
        low, high = limits(pixels)
        mean = float((pixels.mean(dtype=np.float64) - low) / (high - low))

        image = Variable(
            name="image",
            kind="image",
            shape=channels_first(pixels[:1], axes).shape[1:],
            low=low,
            high=high,
            center=low,
            scale=high - low,
            mean=mean,
            dtype=pixels.dtype.name,
            axes=axes,
            levels=2 if binarize else levels_of(pixels, low, high),
            binarize=binarize or "",
            resized=resize is not None,
        )

        # A threshold changes how bright images are; draws do not, on average.
        return cls([image if binarize != "threshold" else replace(image, mean=float(cls([image]).encode(X).mean()))])

    def encode(self, X: Rows) -> Values:
        """Returns pixels in [0, 1], float32, with shape (N, C, H, W), 0 or 1 if they are binarized."""

        return binarized(self.grey(X), self.variables[0].binarize)

    def to_train(self, X: Rows) -> Values:
        """Returns grey levels where each step draws pixels anew; otherwise the same as :meth:`encode`."""

        return self.grey(X) if self.variables[0].binarize == "stochastic" else self.encode(X)

    def grey(self, X: Rows) -> Values:
        """Returns pixels in [0, 1], float32, with shape (N, C, H, W)."""

        image = self.variables[0]
        pixels = stacked(X, image.shape[1:] if image.resized else None)

        if pixels.shape[1:] != self.user_shape:
            raise SchemaError(
                f"the images have shape {pixels.shape[1:]}",
                f"the model was fitted on images with shape {self.user_shape}",
                f"X = X.reshape({(-1, *self.user_shape)}), or fit with resize={image.shape[1:]}",
            )

        # A copy, so that the steps below can work in place.
        values = np.array(channels_first(pixels, image.axes), dtype=np.float32, order="C")
        values -= np.float32(image.center)
        values /= np.float32(image.scale)

        check_range(pixels, values, image)

        return values.clip(0.0, 1.0, out=values)

    def decode(self, values: Values, within: bool = False) -> NDArray[np.generic]:
        """Returns images with the axes, type and range of the fit, whole numbers rounded."""

        image = self.variables[0]
        dtype = np.dtype(image.dtype)
        pixels = np.asarray(values, dtype=np.float64).reshape(-1, *image.shape) * image.scale + image.center

        if dtype.kind in "iub":
            pixels = np.rint(pixels)

        pixels = np.clip(pixels, image.low, image.high).astype(dtype)

        return {"HW": pixels[:, 0], "HWC": np.moveaxis(pixels, 1, -1), "CHW": pixels}[image.axes]

    def log_volume(self, values: Values) -> NDArray[np.float64]:
        r"""Returns zeros, with shape (N,): the density of images is reported for pixels in [0, 1]."""

        return np.zeros(len(values))

    @property
    def user_shape(self) -> tuple[int, ...]:
        """The shape in which the user holds one image."""

        channels, height, width = self.variables[0].shape

        return {"HW": (height, width), "HWC": (height, width, channels), "CHW": (channels, height, width)}[
            self.variables[0].axes
        ]


def is_images(X: Rows) -> bool:
    """Whether rows are images: an array with 3 or 4 axes, or a list of arrays with 2 or 3."""

    if isinstance(X, list | tuple):
        return len(X) > 0 and getattr(first_image(X[0]), "ndim", 0) >= 2

    return getattr(X, "ndim", 0) in (3, 4)


def first_image(entry: Rows) -> NDArray[np.generic] | None:
    """Returns the entry of a list as an image, or None if it is a number or a row of numbers."""

    try:
        return np.asarray(as_array(entry))
    except ValueError:  # a ragged list
        return None


def stacked(X: Rows, size: tuple[int, ...] | None = None) -> NDArray[np.generic]:
    r"""Returns images as one array, scaled to a height and width if they are given.

    Raises:
        DataError: If there are none, they differ in size, or a pixel is not a finite number.
    """

    if isinstance(X, list | tuple):
        images = [scaled(np.asarray(as_array(image)), size) for image in X]
        sizes = Counter(image.shape for image in images)

        if len(sizes) > 1:
            found = ", ".join(f"{count} of {'x'.join(map(str, size))}" for size, count in sizes.most_common(5))
            raise DataError(
                f"the images have {len(sizes)} different sizes: {found}",
                "all images must have the same size and number of channels",
                "data=DataOptions(resize=64) scales them to 64x64",
            )

        X = np.stack(images) if images else np.empty((0, 0, 0))

    pixels = np.asarray(as_array(X))
    check_pixels(pixels)

    return pixels if size is None else np.stack([scaled(image, size) for image in pixels])


def scaled(image: NDArray[np.generic], size: tuple[int, ...] | None) -> NDArray[np.generic]:
    """Returns an image with shape (H, W), (H, W, C) or (C, H, W), scaled to a height and width if they are given."""

    if size is None or image.ndim not in (2, 3):
        return image

    if image.ndim == 3 and image.shape[-1] not in CHANNELS:
        return np.moveaxis(sized(np.moveaxis(image, 0, -1), size), -1, 0)

    return sized(image, size)


def check_pixels(pixels: NDArray[np.generic]) -> None:
    """Checks that there are images, made of finite numbers."""

    if pixels.ndim not in (3, 4):
        raise SchemaError(
            f"the images have shape {pixels.shape}",
            "images come as (N, H, W), (N, H, W, C) or (N, C, H, W)",
            "a single image: X[None]; rows of pixels: X.reshape(-1, height, width)",
        )

    if pixels.size == 0:
        raise DataError(f"Found array with 0 sample(s) (shape={pixels.shape}) while a minimum of 1 is required")

    if pixels.dtype.kind == "c":
        raise DataError("Complex data not supported")

    if pixels.dtype.kind not in "biuf":
        raise DataError(f"the pixels are of type {pixels.dtype}", "pixels must be numbers", "X.astype(np.float32)")

    if pixels.dtype.kind == "f" and not np.isfinite(pixels).all():
        bad = (~np.isfinite(pixels)).reshape(len(pixels), -1).any(axis=1).sum()
        raise DataError(
            f"{bad} of {len(pixels)} images hold missing or infinite pixels",
            "every pixel must be finite",
            "X = np.nan_to_num(X), or leave those images out",
        )


def axes_of(pixels: NDArray[np.generic]) -> str:
    """Returns the axes of one image, as letters."""

    if pixels.ndim == 3:
        return "HW"

    if pixels.shape[-1] in CHANNELS:
        return "HWC"

    if pixels.shape[1] in CHANNELS:
        return "CHW"

    raise DataError(
        f"the images have shape {pixels.shape}",
        "an axis of 1, 3 or 4 channels must come last, or first in each image",
        "X = np.moveaxis(X, axis_of_channels, -1)",
    )


def channels_first(pixels: NDArray[np.generic], axes: str) -> NDArray[np.generic]:
    """Returns images with shape (N, C, H, W)."""

    if axes == "HW":
        return pixels[:, None]

    return np.moveaxis(pixels, -1, 1) if axes == "HWC" else pixels


def limits(pixels: NDArray[np.generic]) -> tuple[float, float]:
    """Returns the values that map to 0 and to 1."""

    low, high = float(pixels.min()), float(pixels.max())

    if pixels.dtype == np.uint8 and high > 1:
        return 0.0, 255.0

    if low >= 0 and high <= 1:
        return 0.0, 1.0

    low = min(low, 0.0)

    return low, high if high > low else low + 1.0


def check_range(pixels: NDArray[np.generic], values: Values, image: Variable) -> None:
    """Checks that new images have the pixel range of the fit, so that none turns black or white."""

    fractions = image.integer and pixels.dtype.kind == "f" and pixels.max() <= 1 < (image.high or 0)
    fractions = fractions and bool((np.rint(pixels) != pixels).any())

    if not fractions and values.min() >= -0.5 and values.max() <= 1.5:
        return

    raise SchemaError(
        f"the pixels are {pixels.dtype} from {pixels.min():g} to {pixels.max():g}",
        f"the model was fitted on {image.dtype} from {image.low:g} to {image.high:g}",
        f"scale the pixels to {image.low:g} .. {image.high:g}",
    )
