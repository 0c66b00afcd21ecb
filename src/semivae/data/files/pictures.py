r"""Picture files: PNG, JPEG and TIFF, decoded once, into one array of one size and one type of pixels."""

from __future__ import annotations

__all__ = ["ENDINGS", "Form", "form_of", "is_picture", "pixels_of", "read_pictures", "sides", "sized"]

import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from semivae.data.files.memory import refuse_large
from semivae.data.files.paths import shown
from semivae.errors import DataError
from semivae.variables import Variable

T = TypeVar("T")

ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff")

# Pillow's modes of pixels by the mode that they are decoded to. Of mixed 8-bit modes the last one holds all.
EIGHT_BITS = {
    "L": ("1", "L"),
    "RGB": ("P", "RGB", "CMYK", "YCbCr", "LAB", "HSV"),
    "RGBA": ("LA", "La", "PA", "RGBA", "RGBa"),
}
DEEP = {"I;16": ("I", "I;16", "I;16B", "I;16L", "I;16N"), "F": ("F",)}
TYPES = {"L": np.uint8, "RGB": np.uint8, "RGBA": np.uint8, "I;16": np.uint16, "F": np.float32}

# The orientation in the header of a photograph: from here on, it lies on its side.
ORIENTATION, ON_ITS_SIDE = 274, 5

OPAQUE = 255
EXAMPLES = 5


@dataclass(frozen=True)
class Form:
    r"""The form that pictures are decoded to.

    Attributes:
        size: Their height and width.
        mode: The mode of their pixels, as Pillow names it.
    """

    size: tuple[int, int]
    mode: str

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one decoded picture."""

        channels = len(self.mode) if self.mode.startswith("RGB") else 0

        return (*self.size, channels) if channels else self.size


def is_picture(name: str | Path) -> bool:
    """Tells whether a name ends as a picture file does."""

    return str(name).lower().endswith(ENDINGS)


def sides(resize: int | Sequence[int] | None) -> tuple[int, int] | None:
    """Returns the height and width that a number, or two, stand for."""

    if resize is None:
        return None

    height, width = (resize, resize) if isinstance(resize, int) else resize

    return int(height), int(width)


def read_pictures(
    paths: Sequence[Path], resize: int | Sequence[int] | None = None, like: Variable | None = None
) -> NDArray[Any]:
    r"""Decodes pictures, each once.

    Arguments:
        paths: The files.
        resize: The height and width to scale them to (one number for both); None if they have one size.
        like: The images of a saved model, whose channels they get where nothing is lost, and whose size they are scaled
            to if those of the fit were.

    Returns:
        The pictures, with shape (N, H, W), or (N, H, W, C) with 3 or 4 channels. Transparency that no picture uses is
        left out.

    Raises:
        DataError: If files cannot be read (all are named), differ in size, do not fit into memory, or Pillow is
            missing.
    """

    form = form_of(paths, resize, like)
    size = len(paths) * int(np.prod(form.shape)) * np.dtype(TYPES[form.mode]).itemsize
    refuse_large(paths[0].parent, size, "semivae.stream(folder), resize=64, or fewer pictures")
    pixels = pixels_of(paths, form)

    return pixels[..., :3] if form.mode == "RGBA" and (pixels[..., 3] == OPAQUE).all() else pixels


def form_of(paths: Sequence[Path], resize: int | Sequence[int] | None = None, like: Variable | None = None) -> Form:
    """Returns the form that pictures are decoded to, from their headers; the rest is as for :func:`read_pictures`."""

    wanted = sides(like.shape[1:]) if like is not None and like.resized else sides(resize)
    heads = all_read(paths, head_of)

    return Form(wanted or one_size(heads), one_mode([mode for _, mode in heads], paths, like))


def pixels_of(paths: Sequence[Path], form: Form) -> NDArray[Any]:
    """Returns pictures decoded to a form, with shape (N, *shape)."""

    pixels = np.empty((len(paths), *form.shape), TYPES[form.mode])
    rows = iter(pixels)
    all_read(paths, lambda path: np.copyto(next(rows), decoded(path, form)))

    return pixels


def all_read(paths: Sequence[Path], read: Callable[[Path], T]) -> list[T]:
    r"""Reads something of each file.

    Raises:
        DataError: If files cannot be read. It names them.
    """

    found: list[T] = []
    bad: list[str] = []

    for path in paths:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # of pixels by the billion, and of damaged headers
                found.append(read(path))
        except ImportError as error:
            raise DataError("Pillow is not installed", "pictures need it", "pip install 'semivae[images]'") from error
        except DataError:
            raise
        except Exception as error:  # decoders of damaged files fail in many ways
            bad.append(f"{shown(path)} ({str(error).strip()[:100] or type(error).__name__})")

    if bad:
        raise DataError(
            f"{len(bad)} of {len(paths)} pictures cannot be read: "
            f"{', '.join(bad[:EXAMPLES])}{', ...' if len(bad) > EXAMPLES else ''}",
            f"each file must be a whole picture ({', '.join(ENDINGS)})",
            "move these files away, or copy them again",
        )

    return found


def head_of(path: Path) -> tuple[tuple[int, int], str]:
    """Returns the height and width of a picture as it is seen, and the mode it can be decoded to, from its header."""

    from PIL import Image

    with Image.open(path) as picture:
        if picture.format == "TIFF" and getattr(picture, "n_frames", 1) > 1:
            raise DataError(
                f"{shown(path)} holds {getattr(picture, 'n_frames', 1)} pictures",
                "each file must be one row, so one picture",
                "write each page to a file of its own, or stack them: np.save('pictures.npy', X)",
            )

        width, height = picture.size
        modes = {name: mode for mode, names in (EIGHT_BITS | DEEP).items() for name in names}
        mode = "RGBA" if "transparency" in picture.info else modes[picture.mode]

        if picture.getexif().get(ORIENTATION, 1) >= ON_ITS_SIDE:
            width, height = height, width

    return (height, width), mode


def one_size(heads: Sequence[tuple[tuple[int, int], str]]) -> tuple[int, int]:
    r"""Returns the size of all pictures.

    Raises:
        DataError: If they differ.
    """

    sizes = Counter(size for size, _ in heads)

    if len(sizes) > 1:
        found = ", ".join(f"{count} of {height}x{width}" for (height, width), count in sizes.most_common(EXAMPLES))
        raise DataError(
            f"the pictures have {len(sizes)} different sizes (height x width): {found}",
            "all must have the same size",
            "resize=64 scales them to 64x64",
        )

    return next(iter(sizes))


def one_mode(modes: Sequence[str], paths: Sequence[Path], like: Variable | None) -> str:
    r"""Returns the mode that all pictures are decoded to.

    Arguments:
        modes: The mode of each.
        paths: Their files.
        like: The images of a saved model.

    Raises:
        DataError: If 8-bit pictures stand beside others.
    """

    found = set(modes)

    if len(found) == 1 and found <= set(DEEP):
        return modes[0]

    if not found <= set(EIGHT_BITS):
        examples = [f"{shown(paths[modes.index(mode)])} ({np.dtype(TYPES[mode]).name})" for mode in sorted(found)]
        raise DataError(
            f"the pictures have different types of pixels: {', '.join(examples)}",
            "all must have 8 bits, 16 bits or floats",
            "convert them to one type",
        )

    ranks = list(EIGHT_BITS)
    channels = 0 if like is None else like.shape[0]
    least = {3: "RGB", 4: "RGBA"}.get(channels, "L")

    return max(found | {least}, key=ranks.index)


def decoded(path: Path, form: Form) -> NDArray[Any]:
    """Decodes a picture."""

    from PIL import Image, ImageOps

    with Image.open(path) as picture:
        upright: Image.Image = ImageOps.exif_transpose(picture)
        # Pillow would clip 16 bits to 8.
        pixels = np.asarray(upright if form.mode in DEEP else upright.convert(form.mode))

    return sized(pixels.astype(TYPES[form.mode], copy=False), form.size)


def sized(pixels: NDArray[Any], size: tuple[int, ...]) -> NDArray[Any]:
    """Scales a picture with shape (H, W) or (H, W, C) to a height and width, in its own type of pixels."""

    from PIL import Image

    if pixels.shape[:2] == size:
        return pixels

    def channel(values: NDArray[Any]) -> NDArray[Any]:
        scaled = Image.fromarray(values.astype(np.float32)).resize((size[1], size[0]), Image.Resampling.BILINEAR)

        return np.asarray(scaled)

    channels = [channel(values) for values in np.moveaxis(pixels, -1, 0)] if pixels.ndim == 3 else []
    scaled = np.stack(channels, axis=-1) if channels else channel(pixels)

    return (np.rint(scaled) if pixels.dtype.kind in "iub" else scaled).astype(pixels.dtype)
