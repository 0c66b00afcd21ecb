r"""Values as JSON holds them."""

from __future__ import annotations

__all__ = ["printable", "ready"]

import math
from pathlib import Path
from typing import Any


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
