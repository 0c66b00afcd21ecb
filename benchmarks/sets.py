r"""Where benchmarks find public data sets: in $SEMIVAE_DATA, or else in `shared/data` beside the checkout."""

from __future__ import annotations

__all__ = ["path_of", "use_sets_beside"]

import os
from pathlib import Path

from semivae.data.sets.fetch import find

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


def use_sets_beside() -> None:
    """Sets $SEMIVAE_DATA, also for processes started from here, unless the user did or the folder does not exist."""

    if not os.environ.get("SEMIVAE_DATA") and BESIDE.is_dir():
        os.environ["SEMIVAE_DATA"] = str(BESIDE)


def path_of(folder: str, file: str) -> Path:
    """Returns the path of a file of a set, or ends the benchmark and says where to put it."""

    use_sets_beside()
    place = find(folder, [file])

    if place is None:
        raise SystemExit(f"{folder}/{file} is needed in the folder that SEMIVAE_DATA names, or in {BESIDE}")

    return Path(place) / file
