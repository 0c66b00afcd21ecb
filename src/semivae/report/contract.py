r"""The data contract of a report: the variables that a model expects, and the rows that it learned from."""

from __future__ import annotations

__all__ = ["contract", "counts", "left_out"]

from typing import TYPE_CHECKING

from semivae.report.records import Sheet
from semivae.workflows.plain import short

if TYPE_CHECKING:
    from semivae.fitted import Fitted
    from semivae.variables import Variable

# Variables that a page shows without becoming slow.
MOST_VARIABLES = 200


def contract(fitted: Fitted) -> Sheet:
    """Returns the variables of a model: what it expects of rows."""

    variables = [*fitted.schema_.targets, *fitted.schema_.x]
    targets = len(fitted.schema_.targets)
    rows = [
        [
            variable.name,
            "target" if i < targets else "column",
            variable.kind,
            values(variable),
            "yes" if variable.missing else "",
        ]
        for i, variable in enumerate(variables[:MOST_VARIABLES])
    ]

    return Sheet(["name", "role", "kind", "values", "missing cells"], rows)


def values(variable: Variable) -> str:
    """Returns the values of a variable in few words."""

    if variable.shape:
        shape = " x ".join(f"{size:,}" for size in variable.shape)

        return f"{shape} columns" if len(variable.shape) == 1 else f"{shape} (channels, height, width)"

    if variable.classes:
        more = f" and {len(variable.classes) - 12} more" if len(variable.classes) > 12 else ""

        return ", ".join(map(str, variable.classes[:12])) + more

    return "" if variable.low is None else f"{short(variable.low)} to {short(variable.high)}"


def left_out(fitted: Fitted) -> str:
    """Returns the columns that are not modeled in words, with the reason."""

    from semivae.data.labels.classes import listed

    names, sparse = fitted.schema_.left_out, fitted.schema_.container == "sparse"
    reason = "columns that vary less than the others" if sparse else "identifiers, or dropped by hand"

    return f"{listed(names)} ({reason})" if names else ""


def counts(fitted: Fitted) -> dict[str, str]:
    """Returns the number of rows of the fit by role."""

    roles = {"labeled": "n_labeled_", "unlabeled": "n_unlabeled_", "held out to stop in time": "n_held_out_"}
    found = {role: getattr(fitted, name, 0) for role, name in roles.items()}

    return {role: f"{count:,}" for role, count in found.items() if count}
