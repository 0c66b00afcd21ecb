r"""Pictures with their labels: a folder for each class, or a list of files."""

from __future__ import annotations

__all__ = ["LABEL", "PARQUET", "check_target", "classes_in", "holds_pictures", "listing", "read_folder", "read_listing"]

import itertools
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from semivae.data.files.named_rows import NamedRows
from semivae.data.files.paths import shown
from semivae.data.files.pictures import ENDINGS, is_picture, read_pictures
from semivae.data.labels.classes import Cells, listed
from semivae.data.source import no_target
from semivae.errors import DataError
from semivae.variables import Variable

LABEL = "label"
UNLABELED = "unlabeled"

# Folders of these names are no classes but parts of a data set.
PARTS = {"train", "training", "test", "testing", "val", "valid", "validation"}

# A folder of these is a table, whatever lies beside them.
PARQUET = (".parquet", ".pq")

# Files of a folder that are looked at to tell its kind.
GLANCE = 1000


def visible(folder: Path) -> list[Path]:
    """Returns the files in a folder and the folders in it, in the order of their names, without hidden ones."""

    found = (path for path in folder.rglob("*") if path.is_file())

    return sorted(path for path in found if all(part[0] not in "._" for part in path.relative_to(folder).parts))


def holds_pictures(folder: Path) -> bool:
    """Tells whether a path is a folder whose first files, also in the folders in it, have pictures and no table."""

    # A name that no file can have is no folder, where Path.is_dir() fails.
    if not os.path.isdir(folder):
        return False

    files = list(itertools.islice((path for path in folder.rglob("*") if path.is_file()), GLANCE))

    return any(map(is_picture, files)) and not any(path.suffix.lower() in PARQUET for path in files)


def read_folder(
    folder: Path, target: str | None, resize: int | Sequence[int] | None = None, like: Variable | None = None
) -> tuple[NamedRows, Cells | None]:
    r"""Reads the pictures of a folder and of the folders in it.

    Each folder in it is a class. Pictures at the top, or in the folder `unlabeled`, have none.

    Arguments:
        folder: The folder.
        target: "label"; None to read the pictures only.
        resize: The height and width to scale them to, or one number for both.
        like: The images of a saved model.

    Raises:
        DataError: If there is another target, the folders in it are parts of a data set, or pictures cannot be read.
    """

    classes = classes_in(folder)

    if target is not None:
        check_target(folder, target, {name for name in classes.values() if name is not None})

    names = [shown(path.relative_to(folder).as_posix()) for path in classes]
    x = NamedRows.of(read_pictures(list(classes), resize, like), names)

    return x, None if target is None else pd.Series(list(classes.values()), name=LABEL, dtype=object)


def classes_in(folder: Path) -> dict[Path, str | None]:
    """Returns the class of each picture of a folder, in the order of their names; None where it has none."""

    files = visible(folder)

    if others := [shown(path.relative_to(folder)) for path in files if not is_picture(path.name)]:
        warnings.warn(f"left out as they are no pictures: {listed(others, 3)}", stacklevel=5)

    places = {path: path.relative_to(folder).parts for path in files if is_picture(path.name)}

    return {path: None if len(parts) == 1 or parts[0] == UNLABELED else parts[0] for path, parts in places.items()}


def check_target(folder: Path, target: str, classes: set[str]) -> None:
    """Checks that the classes of a folder are asked for by their name, and are none of the parts of a data set."""

    if target != LABEL:
        raise no_target(target, shown(folder), [LABEL])

    if parts := sorted(name for name in classes if name.lower() in PARTS):
        raise DataError(
            f"{shown(folder)} holds the folders {listed(sorted(classes))}",
            "each folder is a class, and these are parts of a data set",
            f"name one part: {shown(folder / parts[0])}",
        )

    if not classes:
        raise DataError(
            f"{shown(folder)} holds no folder with pictures of a class",
            f"each class is a folder, and pictures without a label lie beside these folders or in {UNLABELED!r}",
            "labels='labels.csv' with the columns file and label, or make a folder for each class",
        )


def listing(frame: Any) -> str | None:
    """Returns the column of a frame that names a picture in every row; None if there is none, or several."""

    if not isinstance(frame, pd.DataFrame):
        return None

    texts = [name for name in frame if pd.api.types.is_string_dtype(frame[name].dtype) and len(frame)]
    found = [name for name in texts if frame[name].astype(str).str.lower().str.endswith(ENDINGS).all()]

    return str(found[0]) if len(found) == 1 else None


def read_listing(
    frame: Any, column: str, path: Path, resize: int | Sequence[int] | None, like: Variable | None
) -> NamedRows:
    r"""Reads the pictures that a table names.

    Arguments:
        frame: The table without the target.
        column: The column with the names of the files, seen from the folder of the table.
        path: The file of the table.
        resize: The height and width to scale them to, or one number for both.
        like: The images of a saved model.

    Raises:
        DataError: If files do not exist or cannot be read.
    """

    names = frame[column].astype(str).tolist()
    paths = [path.parent / name for name in names]
    absent = [name for name, file in zip(names, paths, strict=True) if not file.is_file()]

    if absent:
        raise DataError(
            f"{len(absent)} of {len(names)} pictures in {column!r} of {shown(path.name)} do not exist: "
            f"{listed(absent, 3)}",
            f"the names of files are seen from the folder of the table, {shown(path.parent)}",
            "move the table there, or correct the names",
        )

    if others := [name for name in frame if name != column]:
        warnings.warn(f"pictures are read, and the columns {listed(others)} beside them are not", stacklevel=4)

    return NamedRows.of(read_pictures(paths, resize, like), names)
