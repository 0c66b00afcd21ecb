r"""How good a class prediction few labels give: the command itself, over several draws of labels.

Usage: .venv/bin/python benchmarks/labels.py mnist --labels 100 --model m2 --seeds 3
       .venv/bin/python benchmarks/labels.py digits --labels 50 --no-compare --set precision=float32 --tag float32
Cost: about 10 minutes a seed on 2 cores for MNIST, with the comparison that ends a fit.
Result: benchmarks/results/<data>_<labels>_<model>[_<tag>].json with every seed, the mean, the spread and the machine.

Each seed draws its own labels. The test rows are read by `evaluate` alone, once per fitted model.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from store import RESULTS, spread, store


def main() -> None:
    """Runs the seeds and stores the result."""

    arguments = parse()
    runs = []

    for seed in range(arguments.seeds):
        runs.append(run(arguments, seed))
        print(json.dumps(runs[-1]), flush=True)

    facts = {
        "data": arguments.data,
        "labels": arguments.labels,
        "model": arguments.model,
        "settings": arguments.set,
        **spread("accuracy", runs),
        "seconds_longest": max(one["seconds"] for one in runs),
        "runs": runs,
    }

    name = "_".join(filter(None, [arguments.data, str(arguments.labels), arguments.model, arguments.tag]))
    path = RESULTS / f"{name}.json"
    store(facts, path)
    print(f"{path}: mean accuracy {facts['accuracy_mean']:.4f}, longest fit {facts['seconds_longest']:.0f} s")


def parse() -> argparse.Namespace:
    """Reads the command line."""

    parser = argparse.ArgumentParser(description="Accuracy with few labels, over several draws of them.")
    parser.add_argument("data", help="a named set: digits, mnist, fashion_mnist")
    parser.add_argument("--labels", type=int, default=100)
    parser.add_argument("--model", default="m2")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--no-compare", action="store_true", help="leave the comparison out")
    parser.add_argument("--tag", default="", help="what the result's name ends in")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the fit")

    return parser.parse_args()


def run(arguments: argparse.Namespace, seed: int) -> dict[str, Any]:
    """Fits with one draw of labels, as a user would, and evaluates on the test rows."""

    settings = [part for setting in arguments.set for part in ("--set", setting)]

    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "model")
        start = time.perf_counter()
        fitted = semivae(
            "fit", arguments.data, "--target", "label", "--labels", str(arguments.labels),
            "--model", arguments.model, "--seed", str(seed), *settings, "--out", out, "--json",
            *(["--no-compare"] if arguments.no_compare else []),
        )  # fmt: skip
        seconds = time.perf_counter() - start
        tested = semivae("evaluate", out, arguments.data, "--json")

    del tested["model"]  # the folder, which is gone

    return {"seed": seed, "seconds": round(seconds, 1), **tested, "comparison": fitted.get("comparison")}


def semivae(*words: str) -> dict[str, Any]:
    """Runs the command and returns its JSON."""

    command = [str(Path(sys.executable).with_name("semivae")), *words]

    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


if __name__ == "__main__":
    main()
