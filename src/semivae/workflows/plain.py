r"""Values as JSON holds them, and as people read them."""

from __future__ import annotations

__all__ = ["percent", "printable", "ready", "short"]

import math
from numbers import Integral, Real
from pathlib import Path
from typing import Any


def short(value: Any, digits: int = 4) -> str:
    r"""Returns a number with as many digits as a person reads, and anything else as it is; a dash for none.

    Arguments:
        value: The number.
        digits: The digits of a number below 1,000.
    """

    if isinstance(value, bool) or not isinstance(value, Real | None):
        return str(value)

    if value is None or value != value:
        return "–"

    if isinstance(value, Integral) or abs(float(value)) >= 10_000:
        return f"{value:,.0f}"

    # A year has no comma.
    return f"{value:.0f}" if abs(float(value)) >= 1000 else f"{value:.{digits}g}"


def percent(share: float) -> str:
    """Returns a share as a percentage; a dash for a share of nothing."""

    return "–" if share != share else f"{share:.0%}"


def printable(text: str, encoding: str = "utf-8", errors: str = "strict") -> str:
    """Returns text with a replacement for each character that an encoding lacks, such as halves in names of files."""

    try:
        text.encode(encoding, errors)
    except UnicodeEncodeError:
        return text.encode(encoding, "replace").decode(encoding, "replace")

    return text


def ready(value: Any) -> Any:
    """Returns a value as plain JSON values; a number that is not finite becomes null."""

    if isinstance(value, dict):
        return {printable(str(key)): ready(entry) for key, entry in value.items()}

    if isinstance(value, list | tuple):
        return [ready(entry) for entry in value]

    if hasattr(value, "tolist"):  # NumPy's scalars and arrays
        return ready(value.tolist())

    if isinstance(value, float) and not math.isfinite(value):
        return None

    return printable(str(value)) if isinstance(value, str | Path) else value
