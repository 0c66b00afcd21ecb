r"""Named public data sets."""

from __future__ import annotations

__all__ = ["DATASETS", "NamedSet", "Split", "describe", "load", "names"]

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeAlias, cast, get_args

import numpy as np
from numpy.typing import NDArray

from semivae.data.files import idx
from semivae.data.in_memory import InMemory
from semivae.data.sets.fetch import Remote, fetch, find
from semivae.data.source import no_target
from semivae.errors import SettingError
from semivae.registry import Registry

Split: TypeAlias = Literal["train", "test", "all"]
Pair: TypeAlias = tuple[NDArray[Any], NDArray[Any]]

LABEL = "label"


@dataclass(frozen=True)
class NamedSet:
    r"""A named set.

    Attributes:
        about: A description in one line.
        rows: The number of rows by part.
        part: Returns the images and labels of a part; downloads them if the second argument is True.
        where: Returns the folder of the set, "scikit-learn", or None if it is not on this machine.
    """

    about: str
    rows: dict[str, int]
    part: Callable[[str, bool], Pair]
    where: Callable[[], str | None]


DATASETS = Registry("data set")


def names() -> list[str]:
    """Returns the names of all sets."""

    return list(DATASETS)


def describe(name: str) -> dict[str, Any]:
    r"""Describes a set in plain values.

    Raises:
        SettingError: If there is no such set.
    """

    named = cast("NamedSet", DATASETS[name])

    return {"name": name, "about": named.about, "rows": named.rows, "target": LABEL, "where": named.where()}


def load(name: str, target: str | None = LABEL, split: str = "train", *, download: bool = False) -> InMemory:
    r"""Returns rows of a named set.

    Arguments:
        name: The name of the set.
        target: "label", or None for rows without labels.
        split: "train", "test" or "all".
        download: Whether to download the set if it is not on this machine.

    Raises:
        SettingError: If there is no such set or split.
        DataError: If the set is not on this machine or is damaged, or the target is not "label".
    """

    named = cast("NamedSet", DATASETS[name])

    if split not in get_args(Split):
        raise SettingError(f"split={split!r}", f"split must be one of {', '.join(get_args(Split))}", "split='train'")

    if target not in (LABEL, None):
        raise no_target(target, name, [LABEL])

    parts = [named.part(part, download) for part in (named.rows if split == "all" else [split])]
    x = np.concatenate([images for images, _ in parts])
    y = np.concatenate([labels for _, labels in parts])

    return InMemory(x, None if target is None else y, name, target)


def digits(part: str, download: bool = False) -> Pair:
    """Returns scikit-learn's digits. The test part is 400 fixed rows."""

    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    x, y = (np.asarray(array, dtype=np.int64) for array in load_digits(return_X_y=True))
    train, test = train_test_split(np.arange(len(y)), test_size=400, stratify=y, random_state=0)
    rows = np.sort(train if part == "train" else test)

    return x[rows].reshape(-1, 8, 8), y[rows]


def idx_part(name: str, hashes: dict[str, str], mirrors: tuple[str, ...], part: str, download: bool) -> Pair:
    """Returns a part of a set of four idx files."""

    prefix = {"train": "train", "test": "t10k"}[part]
    files = [f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte"]
    remotes = [Remote(name, file, hashes[file], mirrors) for file in files]
    x, y = (idx.parse(fetch(remote, download=download), remote.file) for remote in remotes)

    return x, y.astype(np.int64)


def register_idx(name: str, about: str, hashes: dict[str, str], mirrors: tuple[str, ...]) -> None:
    """Registers a set of four idx files."""

    named = NamedSet(
        about,
        {"train": 60_000, "test": 10_000},
        partial(idx_part, name, hashes, mirrors),
        lambda: find(name, list(hashes)),
    )

    DATASETS.register(name)(named)


DATASETS.register("digits")(
    NamedSet(
        "handwritten digits, 8x8 gray images, 10 classes",
        {"train": 1397, "test": 400},
        digits,
        lambda: "scikit-learn",
    )
)

register_idx(
    "mnist",
    "handwritten digits, 28x28 gray images, 10 classes",
    {
        "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
    (
        "https://ossci-datasets.s3.amazonaws.com/mnist",
        "https://storage.googleapis.com/cvdf-datasets/mnist",
    ),
)

register_idx(
    "fashion_mnist",
    "pictures of clothes, 28x28 gray images, 10 classes",
    {
        "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
    (
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion",
    ),
)
