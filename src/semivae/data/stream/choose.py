r"""The files that can be read in blocks, and those that are too large to be read at once."""

from __future__ import annotations

__all__ = ["are_large", "blocks_of", "is_blocks"]

from pathlib import Path

from semivae.data.files.cells import ENDING as CELLS
from semivae.data.files.memory import SHARE, memory
from semivae.data.files.npy import claim_at
from semivae.data.files.paths import refuse_irregular, shown
from semivae.data.files.photos import PARQUET, holds_pictures
from semivae.data.stream.blocks import NEEDED, ArrayBlocks, Blocks, ParquetBlocks
from semivae.data.stream.cell_blocks import CellBlocks
from semivae.errors import DataError

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


def blocks_of(path: Path) -> Blocks:
    r"""Opens a parquet file, a folder of parquet files, an npy file, or the cells of an h5ad file.

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
            "only parquet files, folders of them, npy and h5ad files can",
            "frame.to_parquet('rows.parquet')",
        )

    found = kind(path)

    if len(found) == 0:
        raise DataError(f"{shown(path)} holds no rows", "at least one row is needed")

    return found


def are_large(path: Path) -> bool:
    """Whether a path is an h5ad file whose counts are too many to hold in memory."""

    if path.suffix.lower() != CELLS or not path.is_file() or path.stat().st_size < PACKED * SHARE * memory():
        return False

    return CellBlocks(path).bytes > SHARE * memory()
