r"""Where results are kept, and what each of them says beside what was measured."""

from __future__ import annotations

__all__ = ["RESULTS", "machine", "of_runs", "spread", "spread_of", "store"]

import json
import os
import platform
import statistics
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def store(facts: dict[str, Any], path: Path) -> None:
    r"""Writes a result with the machine and the date.

    Arguments:
        facts: What was measured; what it says of the machine joins what is said here.
        path: The JSON file.
    """

    facts = facts | {"machine": machine() | facts.get("machine", {}), "date": time.strftime("%Y-%m-%d")}

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(facts, indent=2) + "\n")


def machine() -> dict[str, Any]:
    """Returns what times depend on."""

    return {
        "cores": os.cpu_count(),
        "processor": processor(),
        "python": platform.python_version(),
        "torch": version("torch"),
    }


def processor() -> str:
    """Returns the name of the processor."""

    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []

    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.machine())


def of_runs(runs: list[dict[str, Any]], *measures: str) -> dict[str, Any]:
    """Returns the runs of a row of the tables: means and deviations of measures, the longest run, and all of them."""

    spreads = {name: value for measure in measures for name, value in spread(measure, runs).items()}

    return {**spreads, "seconds_longest": max(run["seconds"] for run in runs), "runs": runs}


def spread(name: str, runs: list[dict[str, Any]]) -> dict[str, float | None]:
    """Returns mean and standard deviation of a measure over runs."""

    return {f"{name}_{part}": value for part, value in spread_of([run[name] for run in runs]).items()}


def spread_of(values: list[float]) -> dict[str, float | None]:
    """Returns mean and standard deviation of values."""

    return {"mean": statistics.mean(values), "deviation": statistics.stdev(values) if len(values) > 1 else None}
