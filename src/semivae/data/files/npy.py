r"""Arrays in npy and npz files. Headers are checked before anything is read, and nothing is unpickled."""

from __future__ import annotations

__all__ = ["Claim", "claim_at", "no_labels", "read_npy", "read_npz", "refuse_unusable"]

import io
import math
import os
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from semivae.data.files.memory import amount, refuse_large
from semivae.data.files.paths import shown
from semivae.data.labels.classes import listed
from semivae.data.source import damaged, no_target
from semivae.errors import DataError

KEYS_OF_X = ("X", "x", "images", "data", "imgs")
KEYS_OF_Y = ("y", "Y", "label", "labels", "target")

# The most bytes read of a header, whatever length it states.
HEADER = 2**16

LESS = "keep fewer rows or smaller images; a table of numbers can be streamed after np.save('rows.npy', X)"


@dataclass(frozen=True)
class Claim:
    r"""The header of an array.

    Attributes:
        shape: The shape of the array.
        dtype: The type of its values.
        fortran: Whether it is stored column by column.
        offset: Where its values start, in bytes.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool
    offset: int

    @property
    def size(self) -> int:
        """The size of its values in bytes."""

        return math.prod(self.shape) * self.dtype.itemsize


def claim_of(file: IO[bytes]) -> Claim:
    r"""Reads the header of an array.

    Raises:
        ValueError: If there is no valid header.
    """

    start = io.BytesIO(file.read(HEADER))

    try:
        version = npy.read_magic(start)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, fortran, dtype = read(start)
    except Exception as error:  # a header is Python source, which can be wrong in many ways
        raise ValueError(f"its header cannot be read: {error or type(error).__name__}") from None

    if any(length < 0 for length in shape):
        raise ValueError(f"its header states the shape {shape}")

    return Claim(shape, dtype, fortran, start.tell())


def checked(file: IO[bytes], size: int) -> Claim:
    r"""Reads the header of an array and compares it with the size of the file.

    Arguments:
        file: The file.
        size: Its size in bytes.

    Raises:
        ValueError: If the sizes differ. Arrays of objects are not compared, as objects have no fixed size.
    """

    claim = claim_of(file)

    if not claim.dtype.hasobject and claim.offset + claim.size != size:
        raise ValueError(
            f"its header states {'x'.join(map(str, claim.shape))} values of {claim.dtype}, so {amount(claim.size)}, "
            f"but it holds {amount(size - claim.offset)}"
        )

    return claim


def claim_at(path: Path) -> Claim:
    r"""Reads the header of an npy file.

    Raises:
        DataError: If the file is damaged.
    """

    try:
        with path.open("rb") as file:
            return checked(file, os.fstat(file.fileno()).st_size)
    except (OSError, ValueError) as error:
        raise damaged(path, error) from error


def read_npy(path: Path, target: str | None) -> tuple[NDArray[Any], None]:
    """Reads an npy file: a table with shape (N, P), or images with shape (N, H, W) or (N, H, W, C)."""

    claim = claim_at(path)
    refuse_unusable(path, claim)

    if target is not None:
        raise no_labels(path, target)

    refuse_large(path, claim.size, LESS)

    with path.open("rb") as file:
        return npy.read_array(file, allow_pickle=False), None


def no_labels(path: Path, target: str) -> DataError:
    """Returns the error for a target of an array: its columns have no names."""

    return DataError(
        f"{shown(path.name)} is one array, without a column {target!r}",
        f"its labels must be in a second file, with the columns row (0, 1, 2, ...) and {target}",
        f"target={target!r}, labels='labels.csv'; or np.savez('rows.npz', X=X, y=y)",
    )


def refuse_unusable(path: Path, claim: Claim) -> None:
    """Raises a DataError if an array holds no rows of numbers."""

    if claim.dtype.kind not in "fiub" or len(claim.shape) not in (2, 3, 4) or 0 in claim.shape:
        raise DataError(
            f"{shown(path)} holds an array with shape {claim.shape} of {claim.dtype}",
            "it must hold numbers with shape (rows, columns), or images with shape (rows, height, width[, channels])",
            "np.save(file, X.astype(float).reshape(len(X), -1))",
        )


def read_npz(path: Path, target: str | None) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Reads the rows and labels of an npz file. Its other arrays are not read."""

    with path.open("rb") as file:
        if file.read(len(npy.MAGIC_PREFIX)) == npy.MAGIC_PREFIX:
            raise DataError(f"{shown(path)} is an npy file", "it must be an npz file", "np.savez(file, X=X, y=y)")

    with zipfile.ZipFile(path) as archive:
        entries = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
        names = names_of(entries, path, target)
        refuse_claims(path, [claim_in(archive, entries[name]) for name in names])
        x, *others = (unpacked(archive, entries[name]) for name in names)

    if not others:
        return x, None

    (y,) = others

    return x, y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> NDArray[Any]:
    """Reads a packed array."""

    with archive.open(entry) as packed:
        return npy.read_array(packed, allow_pickle=False)


def claim_in(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Claim:
    """Reads the header of a packed array, and unpacks no more."""

    with archive.open(entry) as packed:
        return checked(packed, entry.file_size)


def refuse_claims(path: Path, claims: Iterable[Claim]) -> None:
    """Raises a DataError if arrays would have to be unpickled, or do not fit into memory."""

    if any(claim.dtype.hasobject for claim in claims):
        raise DataError(
            f"{shown(path)} holds an array of objects, such as images of different sizes, or text beside None",
            "each array must be of numbers or of text: objects would be unpickled, which can run any program",
            "scale images to one size, np.savez(file, X=np.stack(images), y=y.astype(str)), and missing_label='None'",
        )

    refuse_large(path, sum(claim.size for claim in claims), LESS)


def names_of(entries: Mapping[str, Any], path: Path, target: str | None) -> list[str]:
    """Returns the names of the arrays of rows and labels. A usual name of labels stands for any other usual name."""

    x = next((key for key in KEYS_OF_X if key in entries), None)

    if x is None:
        raise DataError(
            f"{shown(path)} holds the arrays {listed(entries)}",
            f"the array of rows must have one of the names {', '.join(KEYS_OF_X)}",
            "np.savez(file, X=X, y=y)",
        )

    if target is None:
        return [x]

    usual = KEYS_OF_Y if target in KEYS_OF_Y else ()
    y = next((key for key in (target, *usual) if key in entries), None)

    if y is None:
        raise no_target(target, shown(path.name), list(entries))

    return [x, y]
