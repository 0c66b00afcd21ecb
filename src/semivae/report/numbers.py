r"""Numbers as text, with as many digits as a person reads."""

from __future__ import annotations

__all__ = ["percent", "short"]


def short(value: float | None, digits: int = 4) -> str:
    r"""Returns a number with a useful number of digits; a dash for one that is not known.

    Arguments:
        value: The number.
        digits: The digits of a number below 1,000.
    """

    if value is None or value != value:
        return "–"

    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.{digits}g}"


def percent(share: float) -> str:
    """Returns a share as a percentage; a dash for a share of nothing."""

    return "–" if share != share else f"{share:.0%}"
