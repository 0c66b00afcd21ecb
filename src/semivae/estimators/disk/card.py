r"""The card of a saved model: what it is, what it was fitted on, how to use it, in words."""

from __future__ import annotations

__all__ = ["card"]

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

USE = """```python
import semivae

model = semivae.load("this folder")
model.{verb}(X)
```"""


def card(facts: Mapping[str, Any]) -> str:
    """Returns the card of a saved model as Markdown."""

    schema, fit = facts["schema"], facts["fit"]
    kinds = Counter(variable["kind"] for variable in schema["x"])
    target = schema["y"]

    lines = [
        f"# {facts['estimator']} ({facts['model']})",
        "",
        f"- data: {', '.join(f'{count} x {kind}' for kind, count in kinds.items())}, as {schema['container']}",
        f"- target: {describe(target)}",
        f"- rows: {fit.get('n_labeled_', 0)} labeled, {fit.get('n_unlabeled_', 0)} unlabeled",
        f"- random_state: {facts['parameters']['random_state']}",
        f"- versions: {', '.join(f'{name} {number}' for name, number in facts['versions'].items())}",
        "",
        "## Use",
        "",
        USE.format(verb="predict" if target else "transform"),
    ]

    if facts["metrics"]:
        lines += ["", "## Measured", "", "```json", json.dumps(facts["metrics"], indent=2), "```"]

    return "\n".join(lines) + "\n"


def describe(target: Mapping[str, Any] | None) -> str:
    """Returns what a target is."""

    if target is None:
        return "none"

    if target["kind"] == "several":
        return "; ".join(map(describe, target["parts"]))

    if target["kind"] == "category":
        return f"{target['name']}, one of {', '.join(map(str, target['classes']))}"

    return f"{target['name']}, from {target['low']:g} to {target['high']:g}"
