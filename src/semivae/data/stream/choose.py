r"""The files that can be read in blocks, and those that are too large to be read at once."""

from __future__ import annotations

__all__ = ["are_large", "blocks_of", "is_blocks"]

import math
from pathlib import Path

from semivae.data.files.cells import ENDING as CELLS
from semivae.data.files.memory import SHARE, memory
from semivae.data.files.npy import claim_at
from semivae.data.files.paths import refuse_irregular, shown
from semivae.data.files.photos import PARQUET, holds_pictures
from semivae.data.files.pictures import form_of
from semivae.data.stream.blocks import CELL, NEEDED, ArrayBlocks, Blocks, ParquetBlocks
from semivae.data.stream.cell_blocks import CellBlocks
from semivae.data.stream.picture_blocks import PictureBlocks
from semivae.errors import DataError
from semivae.variables import Variable

# Counts on disk may be packed, but hardly to less than this share.
PACKED = 0.1


def is_blocks(path: Path) -> bool:
    r"""Tells whether a path is a folder of tables, or a file that can be read in blocks. Images cannot.

    Raises:
        DataError: If it is a damaged npy file.
    """

    if path.is_dir():
        return not holds_pictures(path)

    if path.suffix.lower() in PARQUET:
        return True

    return path.suffix.lower() == ".npy" and path.is_file() and len(claim_at(path).shape) == 2


def blocks_of(path: Path, resize: tuple[int, int] | None = None, like: Variable | None = None) -> Blocks:
    r"""Opens a parquet file, a folder of parquet files or of pictures, an npy file, or the cells of an h5ad file.

    Arguments:
        path: The file or folder.
        resize: The height and width that pictures are scaled to; None if they have one size.
        like: The images of a saved model that will see the pictures.

    Raises:
        DataError: If it does not exist, is damaged or of another type, or if the files of a folder differ in columns.
    """

    kinds: dict[str, type[Blocks]] = {".npy": ArrayBlocks, CELLS: CellBlocks, **dict.fromkeys(PARQUET, ParquetBlocks)}
    kind = ParquetBlocks if path.is_dir() else kinds.get(path.suffix.lower())

    if not path.is_dir():
        refuse_irregular(path, NEEDED)

    if kind is None:
        raise DataError(
            f"{shown(path)} cannot be read in blocks",
            "parquet, npy and h5ad files can, and folders of parquet files or of pictures",
            "frame.to_parquet('rows.parquet')",
        )

    found = PictureBlocks(path, resize, like) if holds_pictures(path) else kind(path)

    if len(found) == 0:
        raise DataError(f"{shown(path)} holds no rows", "at least one row is needed")

    return found


def are_large(path: Path, resize: tuple[int, int] | None = None) -> bool:
    """Whether cells, or images, are too many to hold in memory; the size of all pictures is that of the first."""

    limit = SHARE * memory()

    if holds_pictures(path):
        files = PictureBlocks(path).files

        return CELL * len(files) * math.prod(form_of(files[:1], resize).shape) > limit

    if not path.is_file():
        return False

    if path.suffix.lower() == CELLS:
        return path.stat().st_size > PACKED * limit and CellBlocks(path).bytes > limit

    return path.suffix.lower() == ".npy" and len(claim_at(path).shape) > 2 and ArrayBlocks(path).bytes > limit
