r"""Images: values in [0, 1] with shape (channels, height, width). The codec of images translates them as a whole."""

from __future__ import annotations

__all__ = ["Image"]

from collections.abc import Iterator
from typing import ClassVar

from semivae.data.kinds.base import RowKind, kinds


@kinds.register("image")
class Image(RowKind):
    """Handler of images."""

    continuous: ClassVar[bool] = True

    @property
    def reason(self) -> str:
        """The reason in words for the likelihood of pixels that "auto" chooses."""

        if self.variable.binarize:
            return f"grey pixels are made 0 or 1 by binarize={self.variable.binarize!r}"

        levels = self.variable.levels

        if levels is None:
            return "pixels are continuous"

        return "all pixels are black or white" if levels == 2 else f"pixels have {levels:,} levels"

    def problems(self) -> Iterator[str]:
        """Yields problems with the shape and the axes."""

        shape, axes = self.variable.shape, self.variable.axes

        if len(shape) != 3 or min(shape) < 1:
            yield f"an image cannot have shape {shape}"

        if axes not in ("HW", "HWC", "CHW"):
            yield f"an image cannot have axes {axes!r}"

        if self.variable.levels is not None and self.variable.levels < 2:
            yield f"an image cannot have {self.variable.levels} levels"

        if self.variable.binarize not in ("", "threshold", "static", "stochastic"):
            yield f"an image cannot be binarized by {self.variable.binarize!r}"
