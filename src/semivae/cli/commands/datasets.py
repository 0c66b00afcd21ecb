r"""`semivae datasets`: the named sets, and which of them are on this machine."""

from __future__ import annotations

__all__ = ["datasets"]

from semivae.cli.options import Json
from semivae.cli.screen import emit, table


def datasets(json: Json = False) -> None:
    """List the named sets. The others are downloaded when they are first used."""

    from semivae.data.sets.named import describe, names

    sets = [describe(name) for name in names()]

    if json:
        emit(sets)
    else:
        rows = [(s["name"], *s["rows"].values(), s["target"], s["about"], s["where"] or "not here yet") for s in sets]
        table(["name", ">train", ">test", "target", "about", "where"], rows)
