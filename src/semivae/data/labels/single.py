r"""Translates the labels of one target for a model, and recognizes unlabeled rows.

A row is unlabeled where its label is None, NaN or pandas' NA, or equals `missing_label`. The default is -1
for classes, unless -1 is a class: other labels are missing, or -2 and 0 are classes. A real target has no default,
because -1 may be one of its values.
"""

from __future__ import annotations

__all__ = ["ClassLabels", "RealLabels", "labels_of"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.data.labels.classes import listed, look_up
from semivae.data.labels.markers import Markers, Target, as_column, coded, default_markers, real_values
from semivae.errors import SchemaError
from semivae.variables import Variable


class ClassLabels:
    r"""Classes and their codes 0, ..., C - 1.

    Arguments:
        variable: What the target is.
        missing_label: The value, or list of values, that means unlabeled; None for -1 unless it is a class.
    """

    def __init__(self, variable: Variable, missing_label: Markers = None) -> None:
        self.variable = variable
        self.missing_label = default_markers(variable.classes, missing_label)

    @property
    def classes(self) -> NDArray[Any]:
        """The classes, sorted, in the type of the user, with shape (C,)."""

        return np.array(self.variable.classes, dtype=self.variable.dtype)

    def encode(self, y: Target) -> NDArray[np.int64]:
        r"""Returns codes, with shape (N,), and -1 where unlabeled.

        Raises:
            SchemaError: If a class is not known.
        """

        codes, values = coded(as_column(y), self.missing_label, self.variable.name)
        known = set(self.variable.classes)
        new = [value for value in values if value not in known]

        if new:
            raise SchemaError(
                f"target {self.variable.name!r} has classes that were not in the fit: {listed(new)}",
                f"the known classes are {listed(self.variable.classes)}",
                "fit again with these classes, or leave those rows out",
            )

        return look_up(codes, values, self.variable.classes)

    def decode(self, codes: NDArray[np.int64]) -> NDArray[Any]:
        """Returns the classes of codes, with the same shape; None (in an array of objects) for -1."""

        codes = np.asarray(codes)

        if (codes >= 0).all():
            return self.classes[codes]

        return np.array([*self.variable.classes, None], dtype=object)[codes]


class RealLabels:
    r"""A real target, scaled to mean 0 and deviation 1 over the labeled rows.

    Arguments:
        variable: What the target is.
        missing_label: The value, or list of values, that means unlabeled, besides NaN and None.
    """

    def __init__(self, variable: Variable, missing_label: Markers = None) -> None:
        self.variable = variable
        self.missing_label = missing_label

    def encode(self, y: Target) -> NDArray[np.float64]:
        """Returns scaled values, with shape (N,); NaN where unlabeled."""

        values = real_values(as_column(y), self.missing_label, self.variable.name)

        return (values - self.variable.center) / self.variable.scale

    def decode(self, values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Returns values in the units of the user, with the same shape; not rounded, as they may be means."""

        return np.asarray(values, dtype=np.float64) * self.variable.scale + self.variable.center


def labels_of(variable: Variable, missing_label: Markers) -> ClassLabels | RealLabels:
    """Rebuilds labels from their variable."""

    return (ClassLabels if variable.classes else RealLabels)(variable, missing_label)
