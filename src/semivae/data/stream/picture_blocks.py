r"""The pictures of a folder, decoded block by block, with the folders in it as their classes."""

from __future__ import annotations

__all__ = ["PictureBlocks"]

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from semivae.data.files.named_rows import FILE, NamedRows
from semivae.data.files.paths import shown
from semivae.data.files.photos import LABEL, check_target, classes_in
from semivae.data.files.pictures import Form, form_of, pixels_of
from semivae.data.stream.blocks import ALL, Blocks
from semivae.variables import Container, Variable


class PictureBlocks(Blocks):
    r"""The pictures of a folder and of the folders in it.

    Arguments:
        path: The folder.
        resize: The height and width to scale them to; None if they have one size.
        like: The images of a saved model, in whose form they are decoded where nothing is lost.
    """

    def __init__(self, path: Path, resize: tuple[int, int] | None = None, like: Variable | None = None) -> None:
        super().__init__(path)

        self.resize = resize
        self.like = like

    @property
    def container(self) -> Container:
        """Rows are images."""

        return "image"

    @cached_property
    def labeled(self) -> dict[Path, str | None]:
        """The class of each picture, in the order of their names."""

        return classes_in(self.path)

    @property
    def files(self) -> list[Path]:
        """The pictures in the order of their names."""

        return list(self.labeled)

    @cached_property
    def form(self) -> Form:
        """The size and the type of pixels of all pictures, from their headers."""

        return form_of(self.files, self.resize, self.like)

    @property
    def names(self) -> list[str]:
        """One name."""

        return ["image"]

    @property
    def width(self) -> int:
        """The number of values of a row."""

        return math.prod(self.form.shape)

    @cached_property
    def beside(self) -> pd.DataFrame:
        """The name of each picture, seen from the folder, and its class if there are some."""

        names = {FILE: self.named(self.files)}
        classes = list(self.labeled.values())

        if any(classes):
            check_target(self.path, LABEL, {name for name in classes if name is not None})
            names |= {LABEL: classes}

        return pd.DataFrame(names, dtype=object)

    def named(self, files: Sequence[Path]) -> list[str]:
        """Returns the names of pictures, seen from the folder."""

        return [shown(file.relative_to(self.path).as_posix()) for file in files]

    def __len__(self) -> int:
        return len(self.labeled)

    def read(self, columns: Sequence[str] | None = None, rows: slice = ALL) -> Iterator[Any]:
        """Yields arrays with shape (N, H, W) or (N, H, W, C), which know the names of their files."""

        first, last, _ = rows.indices(len(self))

        for start in range(first, last, self.size):
            files = self.files[start : min(start + self.size, last)]

            yield NamedRows.of(pixels_of(files, self.form), self.named(files))
