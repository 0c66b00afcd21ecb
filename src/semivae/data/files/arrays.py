r"""Arrays by name in files that hold several: MATLAB's .mat, HDF5 and npz.

`FILE::NAME` picks one. `FILE::NAME.T` turns a matrix whose columns are the rows, and `FILE::NAME:28x20` makes each row
an image.
"""

from __future__ import annotations

__all__ = ["ENDINGS", "Pick", "picked", "read_array", "refuse_unnamed"]

import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.data.files.memory import refuse_large
from semivae.data.files.npy import LESS, Claim, claim_in, refuse_claims, refuse_unusable, unpacked
from semivae.data.files.paths import exists, shown
from semivae.data.source import nearest, no_target
from semivae.errors import DataError

HDF5 = (".h5", ".hdf5", ".hdf")
ENDINGS = (".mat", *HDF5)

PATTERN = re.compile(r"(?P<file>.+?)::(?P<name>.+?)(?P<turned>\.T)?(?::(?P<shape>\d+(?:x\d+)+))?")

# MATLAB's names of types where NumPy has others.
MATLAB = {"double": "float64", "single": "float32", "logical": "uint8"}
NUMBERS = r"u?int(8|16|32|64)"

MOST_LISTED = 20


@dataclass(frozen=True)
class Pick:
    r"""The array that a user names.

    Attributes:
        path: The file.
        name: The name of the array in it.
        turned: Whether its columns are the rows.
        shape: The shape of the image that each row is; empty to leave rows as they are.
    """

    path: Path
    name: str
    turned: bool = False
    shape: tuple[int, ...] = ()

    def rows(self, array: NDArray[Any]) -> NDArray[Any]:
        r"""Returns an array as rows.

        Raises:
            DataError: If a row does not have as many values as the image.
        """

        rows = array.T if self.turned else array

        if self.shape and np.prod(rows.shape[1:]) != np.prod(self.shape):
            turn = "" if self.turned or array.ndim != 2 or array.shape[0] != np.prod(self.shape) else ".T"
            raise DataError(
                f"a row of {self.name!r} in {shown(self.path.name)} has {int(np.prod(rows.shape[1:]))} values",
                f"an image of {'x'.join(map(str, self.shape))} has {int(np.prod(self.shape))}",
                f"{shown(self.path)}::{self.name}{turn or ':HEIGHTxWIDTH'}",
            )

        return rows.reshape(-1, *self.shape) if self.shape else rows


def picked(where: str) -> Pick | None:
    """Returns the array that a text such as `faces.mat::ff.T:28x20` names; None if it names a file."""

    found = None if exists(Path(where).expanduser()) else PATTERN.fullmatch(where)

    if found is None:
        return None

    shape = tuple(map(int, found["shape"].split("x"))) if found["shape"] else ()

    return Pick(Path(found["file"]).expanduser(), found["name"], found["turned"] is not None, shape)


def read_array(pick: Pick, path: Path, target: str | None) -> tuple[NDArray[Any], NDArray[Any] | None]:
    r"""Reads the array that a user named, and labels from another array of the file.

    Arguments:
        pick: The array.
        path: Its file.
        target: The name of the array of labels; None to read rows only.

    Raises:
        DataError: If there is no such array, it holds no rows of numbers, or there are not as many labels.
    """

    with opened(path) as file:
        names = list(file.claims)

        if pick.name not in names:
            fix = nearest(pick.name, names) or f"{shown(path)}::{next(iter(names), 'NAME')}"
            raise DataError(f"{shown(path.name)} has no array {pick.name!r}", f"it holds {told(file.claims)}", fix)

        if target is not None and target not in names:
            raise no_target(target, shown(path.name), names)

        claim = file.claims[pick.name]
        refuse_unusable(path, claim)
        refuse_large(path, claim.size, LESS)
        x = pick.rows(file.read(pick.name))
        y = None if target is None else np.asarray(file.read(target))

    refuse_unusable(path, Claim(x.shape, x.dtype, False, 0))

    if y is None:
        return x, None

    y = y.reshape(-1) if max(y.shape, default=0) == y.size else y

    if len(y) != len(x):
        fitting = [
            name for name, other in file.claims.items() if len(x) in other.shape and len(x) == np.prod(other.shape)
        ]
        raise DataError(
            f"{pick.name} has {len(x):,} rows, and {target} has {len(y):,} labels",
            "every row needs a label, or a marker that it has none",
            f"target={next(iter(fitting), 'NAME')!r}",
        )

    return x, y


def refuse_unnamed(path: Path, target: str | None) -> tuple[Any, Any]:
    """Raises the error for a file that holds arrays, none of which is named."""

    with opened(path) as file:
        rows = [name for name, claim in file.claims.items() if name != target and len(claim.shape) > 1]
        name = next(iter(rows or file.claims), "NAME")

        raise DataError(
            f"{shown(path.name)} holds {told(file.claims)}", "name the one with the rows", f"{shown(path)}::{name}"
        )


def told(claims: Mapping[str, Claim]) -> str:
    """Lists arrays with their shapes and types."""

    words = [f"{name} ({'x'.join(map(str, claim.shape))} {claim.dtype})" for name, claim in claims.items()]
    more = f", and {len(words) - MOST_LISTED} more" if len(words) > MOST_LISTED else ""

    return f"the arrays {', '.join(words[:MOST_LISTED])}{more}" if words else "no array of numbers"


@dataclass(frozen=True)
class Arrays:
    r"""An open file of arrays.

    Attributes:
        claims: The shapes and types of its arrays, none of which is read yet.
        read: Reads one by its name.
    """

    claims: Mapping[str, Claim]
    read: Any


@contextmanager
def opened(path: Path) -> Iterator[Arrays]:
    """Opens a file of arrays by its ending."""

    ending = path.suffix.lower()

    if ending not in (*ENDINGS, ".npz"):
        raise DataError(
            f"{shown(path)} holds no arrays by name",
            f"its name must end in one of {', '.join((*ENDINGS, '.npz'))}",
            f"name the file only: {shown(path)}",
        )

    if ending == ".npz":
        with zipfile.ZipFile(path) as archive:
            yield of_npz(path, archive)
    elif ending == ".mat" and not is_hdf5(path):
        yield of_matlab(path)
    else:
        with hdf5(path) as file:
            yield of_hdf5(file, turned=ending == ".mat")


def of_npz(path: Path, archive: zipfile.ZipFile) -> Arrays:
    """Returns the arrays of an npz file."""

    entries = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
    claims = {name: claim_in(archive, entry) for name, entry in entries.items()}

    def read(name: str) -> NDArray[Any]:
        refuse_claims(path, [claims[name]])

        return unpacked(archive, entries[name])

    return Arrays(claims, read)


def of_matlab(path: Path) -> Arrays:
    """Returns the arrays of numbers in a file of MATLAB up to version 7.2."""

    from scipy.io import loadmat, whosmat

    claims = {
        name: Claim(shape, np.dtype(MATLAB.get(kind, kind)), True, 0)
        for name, shape, kind in whosmat(path)
        if kind in MATLAB or re.fullmatch(NUMBERS, kind)
    }

    return Arrays(claims, lambda name: np.asarray(loadmat(path, variable_names=[name])[name]))


def of_hdf5(file: Any, turned: bool) -> Arrays:
    r"""Returns the arrays of numbers in an open HDF5 file.

    Arguments:
        file: The file.
        turned: Whether MATLAB wrote it, which reverses the axes.
    """

    found: dict[str, Claim] = {}

    def visit(name: str, item: Any) -> None:
        if getattr(item, "shape", None) and item.dtype.kind in "fiub":
            found[name] = Claim(item.shape[::-1] if turned else item.shape, item.dtype, False, 0)

    file.visititems(visit)

    return Arrays(found, lambda name: file[name][()].T if turned else file[name][()])


def is_hdf5(path: Path) -> bool:
    """Tells whether a file is HDF5, as MATLAB's are from version 7.3 on: its mark follows a header of 512 bytes."""

    with path.open("rb") as file:
        return b"\x89HDF\r\n\x1a\n" in file.read(1024)


@contextmanager
def hdf5(path: Path) -> Iterator[Any]:
    """Opens an HDF5 file."""

    try:
        import h5py  # type: ignore[import-not-found]
    except ImportError:
        raise DataError("h5py is not installed", "HDF5 files need it", "pip install 'semivae[hdf5]'") from None

    with h5py.File(path, "r") as file:
        yield file
