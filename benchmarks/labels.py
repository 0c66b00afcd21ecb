r"""How good a class prediction few labels give: the command itself, over several draws of labels.

Usage: .venv/bin/python benchmarks/labels.py mnist --labels-per-class 10 --model m2 --seeds 3
       .venv/bin/python benchmarks/labels.py digits --labels-per-class 5 --no-compare --set epochs=5 --tag short
       .venv/bin/python benchmarks/labels.py mnist --no-compare --alone --tag alone
Cost: about 10 minutes a seed on 2 cores for MNIST, with the comparison that ends a fit.
Result: benchmarks/results/<data>_<labels>_<model>[_<tag>].json with every seed, the mean, the spread and the machine;
it is written after every seed. With `--redo 4` only seed 4 is run, and the others that it holds stay.

Each seed draws its own labels, equally many of each class as the papers do; the prior of the classes is then uniform.
The test rows are read by `evaluate` alone, once per fitted model. With `--alone` a fit is given the labeled rows and no
others. With `--jobs 2` two seeds run side by side, on a thread each.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sets import use_sets_beside

from semivae.data.batches.split import keep_labels_per_class
from semivae.data.sets.named import load
from store import RESULTS, machine, of_runs, store

CLASSES = 10  # of each of the sets


def main() -> None:
    """Runs the seeds and stores the result."""

    arguments = parse()
    use_sets_beside()
    runs = earlier(arguments)

    # The fits are processes of their own, for which threads wait.
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for found in pool.map(partial(run, arguments), arguments.redo or range(arguments.seeds)):
            print(json.dumps(found), flush=True)
            runs[found["seed"]] = found
            keep(arguments, [runs[seed] for seed in sorted(runs)])


def earlier(arguments: argparse.Namespace) -> dict[int, dict[str, Any]]:
    """Returns the stored runs beside which some are to be made anew, by seed."""

    if not arguments.redo:
        return {}

    path = path_of(arguments)

    if not path.exists():
        sys.exit(f"{path} is not there: --redo goes beside stored runs, --seeds makes the first")

    stored = json.loads(path.read_text())

    if any(stored[name] != value for name, value in asked(arguments).items()):
        sys.exit(f"{path} holds runs with other settings")

    return {run["seed"]: run for run in stored["runs"]}


def asked(arguments: argparse.Namespace) -> dict[str, Any]:
    """Returns what is measured."""

    return {
        "data": arguments.data,
        "labels": CLASSES * arguments.labels_per_class,
        "labels_per_class": arguments.labels_per_class,
        "model": arguments.model,
        "settings": arguments.set + ["labels alone"] * arguments.alone,
    }


def path_of(arguments: argparse.Namespace) -> Path:
    """Returns where the result is kept."""

    labels = CLASSES * arguments.labels_per_class
    name = "_".join(filter(None, [arguments.data, str(labels), arguments.model, arguments.tag]))

    return RESULTS / f"{name}.json"


def keep(arguments: argparse.Namespace, runs: list[dict[str, Any]]) -> None:
    """Stores what was found so far."""

    store({**asked(arguments), **of_runs(runs, "accuracy")}, path_of(arguments))


def parse() -> argparse.Namespace:
    """Reads the command line."""

    parser = argparse.ArgumentParser(description="Accuracy with few labels, over several draws of them.")
    parser.add_argument("data", help="a named set: digits, mnist, fashion_mnist")
    parser.add_argument("--labels-per-class", type=int, default=10, metavar="N")
    parser.add_argument("--model", default="m2")
    parser.add_argument("--seeds", type=int, default=3, help="the number of draws of the labels")
    parser.add_argument("--redo", type=int, action="append", metavar="SEED", help="a draw to run, beside those stored")
    parser.add_argument("--no-compare", action="store_true", help="leave the comparison out")
    parser.add_argument("--alone", action="store_true", help="leave the unlabeled rows out")
    parser.add_argument("--jobs", type=int, default=1, help="seeds that run side by side")
    parser.add_argument("--tag", default="", help="what the result's name ends in")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the fit")

    return parser.parse_args()


def run(arguments: argparse.Namespace, seed: int) -> dict[str, Any]:
    """Fits with one draw of labels, as a user would, and evaluates on the test rows."""

    threads = max(1, (os.cpu_count() or 1) // arguments.jobs)
    settings = [part for setting in arguments.set for part in ("--set", setting)]

    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "model")
        data = str(labeled(arguments, seed, Path(folder))) if arguments.alone else arguments.data
        start = time.perf_counter()
        fitted = semivae(
            *("fit", data, "--target", "label", "--labels-per-class", str(arguments.labels_per_class)),
            *("--model", arguments.model, "--seed", str(seed), *settings, "--out", out, "--json"),
            *["--no-compare"] * arguments.no_compare,
            threads=threads,
        )
        seconds = time.perf_counter() - start
        tested = semivae("evaluate", out, arguments.data, "--json", threads=threads)

    del tested["model"]  # the folder, which is gone

    return {
        "seed": seed,
        "seconds": round(seconds, 1),
        "side_by_side": arguments.jobs,
        "machine": machine(),
        **tested,
        "comparison": fitted.get("comparison"),
    }


def labeled(arguments: argparse.Namespace, seed: int, folder: Path) -> Path:
    """Writes the rows of a draw that have a label to a file of their own."""

    source = load(arguments.data)
    known = keep_labels_per_class(source.y, arguments.labels_per_class, seed)
    np.savez(folder / "labeled.npz", X=source.x[known], y=source.y[known])

    return folder / "labeled.npz"


def semivae(*words: str, threads: int) -> dict[str, Any]:
    """Runs the command on some threads and returns its JSON."""

    command = [str(Path(sys.executable).with_name("semivae")), *words]
    environment = os.environ | {"OMP_NUM_THREADS": str(threads)}

    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment).stdout)


if __name__ == "__main__":
    main()
