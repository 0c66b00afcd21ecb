r"""Generated images as picture files, in a folder that can be read again."""

from __future__ import annotations

__all__ = ["picture_files"]

import io
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from semivae.variables import Variable

# Parts of the name of a class that the name of a folder cannot have, or that would hide it.
UNFIT = re.compile(r"[/\\\x00]|^[._]+")


def picture_files(images: NDArray[Any], image: Variable, labels: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    r"""Yields the name and the PNG of each image, in a folder of its class where that was given.

    Arguments:
        images: The images, as a user holds them.
        image: Their variable.
        labels: The label of all images by the name of its target, where it was given.
    """

    from PIL import Image

    folder = "".join(f"{UNFIT.sub('-', str(label))}/" for label in labels.values())
    digits = len(str(len(images)))

    for number, pixels in enumerate(images, 1):
        file = io.BytesIO()
        Image.fromarray(shown_pixels(pixels, image)).save(file, "PNG")

        yield f"{folder}{number:0{digits}}.png", file.getvalue()


def shown_pixels(pixels: NDArray[Any], image: Variable) -> NDArray[np.generic]:
    """Returns an image in the types of PNG: 8 bits, or 16 of grey images that have them; other ranges fill 8 bits."""

    import numpy as np

    channels_last = np.moveaxis(pixels, 0, -1) if image.axes == "CHW" else pixels
    pixels = channels_last[..., 0] if channels_last.ndim == 3 and channels_last.shape[-1] == 1 else channels_last
    low, high = image.low or 0.0, image.high or 1.0

    if (pixels.dtype == np.uint8 and high > 1) or (pixels.dtype == np.uint16 and pixels.ndim == 2):
        return pixels

    return np.rint((pixels.astype(np.float64) - low) / (high - low) * 255).clip(0, 255).astype(np.uint8)
