r"""Images: values in [0, 1] with shape (channels, height, width). The codec of images translates them as a whole."""

from __future__ import annotations

__all__ = ["Image"]

from collections.abc import Iterator
from typing import ClassVar

from semivae.data.kinds.base import Kind, kinds


@kinds.register("image")
class Image(Kind):
    """Handler of images."""

    continuous: ClassVar[bool] = True

    def problems(self) -> Iterator[str]:
        """Yields problems with the shape and the axes."""

        shape, axes = self.variable.shape, self.variable.axes

        if len(shape) != 3 or min(shape) < 1:
            yield f"an image cannot have shape {shape}"

        if axes not in ("HW", "HWC", "CHW"):
            yield f"an image cannot have axes {axes!r}"
