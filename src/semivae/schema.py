r"""The variables of a data set, its target, and what holds its rows."""

from __future__ import annotations

__all__ = ["Schema"]

from dataclasses import dataclass
from typing import Any

from semivae.errors import SettingError
from semivae.variables import STRICT, Container, RowForm, Variable


@dataclass(frozen=True)
class Schema:
    r"""The variables :math:`x` and :math:`y`.

    Attributes:
        x: The columns of a table, or a single image, vector, sparse row or string.
        y: The target, if there is one.
        container: What holds the rows of the user.
        left_out: Names of columns that may be there but are not modeled: identifiers, and columns the user dropped.
    """

    __pydantic_config__ = STRICT

    x: tuple[Variable, ...]
    y: Variable | None = None
    container: Container = "array"
    left_out: tuple[str, ...] = ()

    @property
    def target(self) -> Variable:
        """The target, of a schema that has one."""

        if self.y is None:
            raise SettingError("there is no target", "this needs one", "fit with labels: fit(X, y)")

        return self.y

    @property
    def targets(self) -> tuple[Variable, ...]:
        """The targets one by one: none, the only one, or each of several."""

        return () if self.y is None else self.y.parts or (self.y,)

    @property
    def image(self) -> bool:
        """Whether a row is one image."""

        return len(self.x) == 1 and len(self.x[0].shape) == 3

    @property
    def single(self) -> bool:
        """Whether a row is one value, such as an image or a string, rather than a list of cells."""

        return len(self.x) == 1 and bool(self.x[0].shape)

    @property
    def vector(self) -> bool:
        """Whether a row is one vector."""

        return self.container == "vector"

    @property
    def row_form(self) -> RowForm:
        """The form of the rows, by which simple learners are chosen."""

        if self.container in ("sparse", "sequence"):
            return "bag"

        return "vector" if self.vector else "table"

    @property
    def named(self) -> bool:
        """Whether the numbers of a row have names: cells of a table, or the columns of a sparse row."""

        return not self.single or self.container == "sparse"

    @property
    def embedded(self) -> bool:
        """Whether a row is a text that another model turns into a vector."""

        return self.x[0].held == "text"

    @property
    def written(self) -> bool:
        """Whether a row is one text: a string that the model writes, or one that is embedded."""

        return self.container == "sequence" or self.embedded

    @property
    def has_choice(self) -> bool:
        """Whether the distribution of a row can be chosen: that of pixels, or of a sparse row."""

        return self.image or self.container == "sparse"

    @property
    def words(self) -> str:
        """The rows in words."""

        names = {"image": "images", "vector": "vectors", "sparse": "sparse rows", "sequence": "strings"}

        return names.get(self.container, "a table")

    def to_json(self) -> dict[str, Any]:
        """Returns the schema as a dictionary of plain JSON values."""

        y = None if self.y is None else self.y.to_json()
        kept = {"container": self.container, "left_out": list(self.left_out)}

        return {"x": [variable.to_json() for variable in self.x], "y": y} | kept

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Schema:
        """Creates the schema that :meth:`to_json` described."""

        y = fields["y"]

        return cls(
            x=tuple(map(Variable.from_json, fields["x"])),
            y=None if y is None else Variable.from_json(y),
            container=fields["container"],
            left_out=tuple(fields["left_out"]),
        )
