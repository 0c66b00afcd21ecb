r"""Renders the facts of a report as one HTML file that needs no other file and no network."""

from __future__ import annotations

__all__ = ["render"]

import base64
import hashlib
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from semivae.report.drawings import bar, color, curve, latents, line, span
from semivae.workflows.plain import percent, short

if TYPE_CHECKING:
    from semivae.report.records import Facts

PACKAGE = "semivae.report"
DRAWINGS = {drawing.__name__: drawing for drawing in (bar, color, curve, latents, line, span)}


def render(facts: Facts) -> str:
    """Returns the facts of a report as HTML."""

    from jinja2 import Environment, PackageLoader, StrictUndefined

    from semivae.workflows.plain import ready

    environment = Environment(
        loader=PackageLoader(PACKAGE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"coded": coded, "percent": percent, "short": short}
    script = part("decoder.js") + part("page.js")

    return environment.get_template("report.html").render(
        facts=facts,
        draw=DRAWINGS,
        style=Markup(part("style.css")),
        script=Markup(script),
        hashed=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        live=embedded(ready(facts.live.to_json())) if facts.live else None,
    )


def part(name: str) -> str:
    """Returns a file beside the templates."""

    return resources.files(PACKAGE).joinpath("templates", name).read_text(encoding="utf-8")


def embedded(value: Any) -> Markup:
    """Returns a value as JSON that cannot end the script element that it is in."""

    return Markup(json.dumps(value, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c"))


def coded(sentence: str) -> Markup:
    """Returns a sentence with the words between backticks as code."""

    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(sentence.split("`"))
    )
