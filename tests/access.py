"""Whether people who do not see or do not use a mouse can use a page, as axe finds it."""

from pathlib import Path
from typing import Any

AXE = Path(__file__).parents[1] / "web/node_modules/axe-core/axe.min.js"


def serious_problems(page: Any) -> list[tuple[str, list[str]]]:
    """The name of each serious problem of a page, with its places; axe has to be there."""

    page.evaluate(AXE.read_text() + "; undefined")

    return [
        (problem["id"], [node["html"] for node in problem["nodes"]])
        for problem in page.evaluate("() => axe.run()")["violations"]
        if problem["impact"] in ("serious", "critical")
    ]
