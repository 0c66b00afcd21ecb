"""Small models of every kind with their rows, each fitted once."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits

from semivae import PCA, VAEClassifier, VAEEmbedding, VAEPredictor, VAERegressor

TINY: dict[str, Any] = {"epochs": 2, "hidden": (16,), "latents": 3, "random_state": 0, "device": "cpu"}

# A model, its rows, and the labels that it saw.
Made = tuple[Any, Any, Any]


class Kinds:
    r"""Fits a small model of a kind, once.

    Arguments:
        mixed: A mixed table; a class and a number of each row, known for some.
        images: The number of images of digits.
        plain: The number of latents without a target.
        linear: The rows of an array without a target, and the number of principal components.
    """

    def __init__(
        self,
        mixed: Callable[[], tuple[pd.DataFrame, Any, Any]],
        images: int,
        plain: int = 3,
        linear: tuple[int, int] = (40, 3),
    ) -> None:
        self.mixed, self.images, self.latents, self.size = mixed, images, plain, linear
        self.found: dict[str, Made] = {}

    def __call__(self, kind: str) -> Made:
        if kind not in self.found:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.found[kind] = getattr(self, kind)()

        return self.found[kind]

    def digits(self) -> Made:
        """Images of digits, a third of them labeled."""

        images, classes = (part[: self.images] for part in load_digits(return_X_y=True))
        images = images.reshape(-1, 8, 8) / 16
        known = np.where(np.arange(len(images)) % 3 == 0, classes, -1)

        return VAEClassifier("gmvae", **TINY).fit(images, known), images, known

    def table(self) -> Made:
        """A mixed table with classes."""

        X, kind, _ = self.mixed()

        return VAEClassifier(**TINY).fit(X, kind), X, kind

    def number(self) -> Made:
        """A mixed table with a number."""

        X, _, spend = self.mixed()

        return VAERegressor(**TINY).fit(X, spend), X, spend

    def several(self) -> Made:
        """A mixed table with a class and a number."""

        X, kind, spend = self.mixed()
        y = pd.concat([kind, spend], axis=1)

        return VAEPredictor(**TINY).fit(X, y), X, y

    def plain(self) -> Made:
        """A mixed table without a target."""

        X = self.mixed()[0]

        return VAEEmbedding(**TINY | {"latents": self.latents}).fit(X), X, None

    def by_label(self) -> Made:
        """A mixed table whose decoder takes the class."""

        X, kind, _ = self.mixed()

        return VAEClassifier("m2", **TINY).fit(X, kind), X, kind

    def linear(self) -> Made:
        """An array without a target, and principal components."""

        rows, latents = self.size
        X = np.random.default_rng(0).normal(size=(rows, 4))

        return PCA(latents=latents).fit(X), X, None
