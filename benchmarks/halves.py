r"""The draws of benchmarks/both.py: each data set, split into training and test rows, with a few labels given."""

from __future__ import annotations

__all__ = ["DRAWS", "MODELS", "Draw"]

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sets import path_of

from semivae.data.batches.split import keep_labels, keep_labels_per_class, keep_values
from semivae.data.read import read
from semivae.data.sets.named import load
from semivae.models import models

ADULT = [
    *("age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation", "relationship"),
    *("race", "sex", "capital_gain", "capital_loss", "hours_per_week", "native_country", "income"),
]
FEW = ["auto", "m1m2", "ccvae", "predictor", "vae"]


@dataclass(frozen=True)
class Draw:
    r"""One draw of the labels of a data set.

    Attributes:
        train: The training rows.
        y: All their labels, with shape (N,).
        given: Marks the labels that are given, with shape (N,).
        test: The test rows, which are for measuring only.
        test_y: Their labels.
        numeric: Whether labels are numbers.
    """

    train: Any
    y: NDArray[Any]
    given: NDArray[np.bool_]
    test: Any
    test_y: NDArray[Any]
    numeric: bool = False

    @property
    def seen(self) -> NDArray[Any]:
        """The labels that a fit sees, with shape (N,)."""

        return np.where(self.given, self.y, np.nan if self.numeric else None)


def images(name: str, per_class: int, draw: int) -> Draw:
    """Returns a named set of images, with equally many labels of each class."""

    train, test = load(name), load(name, split="test")

    return Draw(train.x, train.y, keep_labels_per_class(train.y, per_class, draw), test.x, test.y)


def columns(per_class: int, draw: int) -> Draw:
    """Returns digits as a table of 64 columns, with the labels of :func:`images`."""

    found = images("digits", per_class, draw)
    x, new = (pd.DataFrame(part.reshape(len(part), -1)).add_prefix("p") for part in (found.train, found.test))

    return replace(found, train=x, test=new)


def adult(labels: int, draw: int) -> Draw:
    """Returns Adult, with labels as frequent as the classes."""

    parts = [
        pd.read_csv(
            path_of("tabular/adult", file),
            names=ADULT,
            skipinitialspace=True,
            na_values="?",
            comment="|",
            skip_blank_lines=True,
        )
        for file in ("adult.data", "adult.test")
    ]
    train, test = (part.drop(columns="income") for part in parts)
    y, test_y = (part["income"].str.rstrip(".").to_numpy(dtype=str) for part in parts)
    codes = np.unique(y, return_inverse=True)[1]

    return Draw(train, y, keep_labels(codes, labels, draw), test, test_y)


def california(labels: int, draw: int) -> Draw:
    """Returns California; each draw holds out another fifth of the rows."""

    source = read(path_of("tabular/california_housing", "housing.csv"), "median_house_value")
    y = np.asarray(source.y, dtype=float)
    test, train = np.split(np.random.default_rng(draw).permutation(len(y)), [len(y) // 5])
    x, new = (source.x.iloc[part].reset_index(drop=True) for part in (train, test))

    return Draw(x, y[train], keep_values(y[train], labels, draw), new, y[test], numeric=True)


# The number of labels and, from the number of the draw, the rows.
DRAWS: dict[str, tuple[int, Callable[[int], Draw]]] = {
    "digits": (50, lambda draw: images("digits", 5, draw)),
    "columns": (50, lambda draw: columns(5, draw)),
    "mnist": (100, lambda draw: images("mnist", 10, draw)),
    "fashion_mnist": (1000, lambda draw: images("fashion_mnist", 100, draw)),
    "adult": (200, lambda draw: adult(200, draw)),
    "california": (200, lambda draw: california(200, draw)),
}

# The models that are measured on each, of those that learn from its target or from none.
MODELS = {
    "digits": ["auto", *models],
    "columns": FEW,
    "mnist": FEW,
    "fashion_mnist": FEW,
    "adult": FEW,
    "california": ["auto", "predictor", "vae"],
}
