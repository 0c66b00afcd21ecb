r"""The findings about one target."""

from __future__ import annotations

__all__ = ["FoundTarget"]

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.data.columns.scaling import Moments
from semivae.data.labels.classes import look_up
from semivae.data.labels.judge import class_variable, real_variable
from semivae.errors import DataError
from semivae.variables import Variable


@dataclass(frozen=True, eq=False)
class FoundTarget:
    r"""One target.

    Attributes:
        variable: Its description.
        reason: Why it has this kind, in words; empty if declared.
        rows: The number of rows.
        counts: The labels per class; empty for a real target.
        labeled: The number of labeled rows.
        unlabeled_as: How other rows are marked: each marker, or "missing", with its number of rows.
        given: The code of each row (-1 where unlabeled), or its value in the units of the user (NaN where unlabeled),
            with shape (N,); None where labels come in blocks.
    """

    variable: Variable
    reason: str
    rows: int
    counts: tuple[int, ...]
    labeled: int
    unlabeled_as: dict[str, int]
    given: NDArray[Any] | None = None

    @property
    def unlabeled(self) -> int:
        """The number of rows without a label."""

        return self.rows - self.labeled

    @property
    def labels(self) -> NDArray[Any]:
        """The code or value of each row, with shape (N,), of labels in memory."""

        if self.given is None:
            raise DataError("the labels are in files", "they must be in memory", "read them block by block")

        return self.given

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether each row is labeled, with shape (N,), of labels in memory."""

        return self.labels >= 0 if self.variable.classes else ~np.isnan(self.labels)

    @property
    def points(self) -> NDArray[Any]:
        """The code (-1 where unlabeled) or scaled value (NaN) of each row, with shape (N,), of labels in memory."""

        return self.labels if self.variable.classes else (self.labels - self.variable.center) / self.variable.scale

    def to_json(self) -> dict[str, Any]:
        """Returns the facts as plain JSON values, without the labels."""

        facts = ("reason", "labeled", "unlabeled", "unlabeled_as", "counts")

        return {"variable": self.variable.to_json(), **{name: getattr(self, name) for name in facts}}

    def only(self, keep: NDArray[np.bool_]) -> Self:
        r"""Returns the target with the labels of some rows only.

        Arguments:
            keep: Whether each row keeps its label, with shape (N,).

        Raises:
            DataError: If too few labels are left to learn from.
        """

        keep = keep & self.known
        labeled = int(keep.sum())
        hidden = {"missing": self.rows - labeled} if labeled < self.rows else {}
        target = replace(self, labeled=labeled, unlabeled_as=hidden)

        return target.with_codes(keep) if self.variable.classes else target.with_values(keep)

    def with_codes(self, keep: NDArray[np.bool_]) -> Self:
        """Returns a target of classes with the labels of some rows; classes without labels are dropped."""

        name, classes, codes = self.variable.name, self.variable.classes, np.where(keep, self.labels, -1)
        occurring = zip(classes, np.bincount(codes[keep], minlength=len(classes)).tolist(), strict=True)
        counts = {value: count for value, count in occurring if count}
        variable = class_variable(counts, pd.Series(list(counts), dtype=object), self.rows, [], name)

        return replace(
            self,
            variable=replace(variable, dtype=self.variable.dtype),
            counts=tuple(counts[value] for value in variable.classes),
            given=look_up(codes, classes, variable.classes),
        )

    def with_values(self, keep: NDArray[np.bool_]) -> Self:
        """Returns a real target with the labels of some rows."""

        values = np.where(keep, self.labels, np.nan)
        variable = real_variable(Moments.of(values), Moments(), self.variable.dtype, self.rows, self.variable.name)

        return replace(self, variable=variable, given=values)
