r"""What a training step costs against the number of classes, for every way to sum out a missing label.

Usage: .venv/bin/python benchmarks/classes.py [--quick] [--out FILE]
Cost: about 15 minutes on 2 cores, the longest for the exact sum; 1 with --quick.
Result: FILE (JSON: every step, medians, memory, what was left out and why, the machine) and a plot beside it, .png.

The step is that of an M2 model (784-500-500-50, 256 unlabeled and 100 labeled rows, synthetic) with its objective and
optimizer, not compiled. Each measurement has a process of its own, for its peak memory, and takes its turn in every
round, so that a busy machine troubles all alike; the processor's own time is kept beside the time on the wall, which
other work draws out. OMP_NUM_THREADS sets the threads. Where the exact sum would not fit, in memory or in time, it is
left out, and the result says why.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from store import RESULTS, store

WAYS = (
    "exact",
    "sparse",
    "topk",
    "topk_sampled",
    "sampled",
    "gumbel",
    "gumbel_st",
    "logistic_normal",
    "logistic_normal_st",
)
CLASSES = (2, 10, 100, 1000, 10_000)
UNLABELED, LABELED, LATENTS = 256, 100, 50
WARMUP = 2


def main() -> None:
    """Measures all ways with all numbers of classes, and stores the result."""

    arguments = parse()

    if arguments.one:
        way, classes = arguments.one.split(":")
        print(json.dumps(measure(way, int(classes), arguments.steps)))
        return

    classes, rounds, steps, limit = ((10, 1000), 1, 3, 8.0) if arguments.quick else (CLASSES, 2, 5, 120.0)
    start = os.getloadavg()[0]
    results: dict[tuple[str, int], dict[str, Any]] = {}

    for number in range(rounds):
        for count in classes:
            for way in WAYS:
                add(results, way, count, steps, limit)
                print(f"round {number + 1}/{rounds}", json.dumps(results[way, count]), file=sys.stderr, flush=True)

    rows = [summary(result) for result in results.values()]
    facts = {
        "step": "M2 784-500-500-50, 256 unlabeled and 100 labeled rows, eager, AdamW",
        "rounds": rounds,
        "steps": steps,
        "time_1000_over_10": {way: ratio(rows, way, "milliseconds_median") for way in WAYS},
        "processor_1000_over_10": {way: ratio(rows, way, "processor_median") for way in WAYS},
        "threads": next(result["threads"] for result in results.values()),
        "results": rows,
        # A load above the number of cores means that the times are too long.
        "machine": {"load_before_and_after": [round(load, 1) for load in (start, os.getloadavg()[0])]},
    }

    store(facts, arguments.out)
    arguments.out.with_suffix(".png").write_bytes(plot(rows))
    print(json.dumps({name: facts[name] for name in facts if name.endswith("_over_10")}))


def parse() -> argparse.Namespace:
    """Reads the command line."""

    parser = argparse.ArgumentParser(description="Time and memory of a step against the number of classes.")
    parser.add_argument("--quick", action="store_true", help="10 and 1,000 classes, once")
    parser.add_argument("--out", type=Path, default=RESULTS / "classes.json", metavar="FILE")
    parser.add_argument("--one", metavar="WAY:CLASSES", help="measure one alone, and print it")
    parser.add_argument("--steps", type=int, default=7, help="steps of --one")

    return parser.parse_args()


def add(results: dict[tuple[str, int], dict[str, Any]], way: str, classes: int, steps: int, limit: float) -> None:
    """Adds a turn of one measurement to the results, or the reason why there is none."""

    empty = {"way": way, "classes": classes, "milliseconds": [], "processor": [], "peaks": []}
    result = results.setdefault((way, classes), empty)
    smaller = [results[way, count] for name, count in results if name == way and count < classes]

    # All others go through as many classes whatever their number is.
    result["skipped"] = reason(smaller[-1], classes, steps, limit) if way == "exact" and smaller else None

    if result["skipped"]:
        return

    command = [sys.executable, __file__, "--one", f"{way}:{classes}", "--steps", str(steps)]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True)

    if run.returncode:
        result["skipped"] = f"the process ended with {run.returncode}"
        return

    turn = json.loads(run.stdout)
    result["milliseconds"] += turn["milliseconds"]
    result["processor"] += turn["processor"]
    result["peaks"].append(turn["peak_mib"])
    result |= {"before_mib": turn["before_mib"], "threads": turn["threads"]}


def reason(last: dict[str, Any], classes: int, steps: int, limit: float) -> str | None:
    """Returns why a measurement is left out, in proportion to what the last smaller number of classes took."""

    if last["skipped"]:
        return f"left out with {last['classes']} classes already"

    times, free = classes / last["classes"], available_mib()
    memory = last["before_mib"] + times * (max(last["peaks"]) - last["before_mib"])
    seconds = times * statistics.median(last["milliseconds"]) * (steps + WARMUP) / 1000

    if memory > 0.9 * free:
        return f"about {memory / 1024:.0f} GiB would be needed, {free / 1024:.0f} GiB are free"

    return f"about {seconds:.0f} s would be needed, {limit:.0f} s is the limit" if seconds > limit else None


def measure(way: str, classes: int, steps: int) -> dict[str, Any]:
    """Returns the milliseconds of each step, and the peak memory of this process before and after them."""

    import torch

    from semivae.engine import Training
    from semivae.engine.device import native_bfloat16
    from semivae.engine.memory import keep_memory
    from semivae.engine.optimizer import optimizer
    from semivae.objectives import ELBO

    torch.manual_seed(0)
    keep_memory()

    model, batch = build(way, classes)
    adam, objective = optimizer(model, Training(epochs=1)), ELBO(alpha=20.0)
    half = torch.autocast("cpu", torch.bfloat16, enabled=native_bfloat16("cpu"))
    before, milliseconds, processor = peak_mib(), [], []

    for i in range(WARMUP + steps):
        start, worked = time.perf_counter(), time.process_time()
        adam.zero_grad()

        with half:
            loss, _ = objective(*model(batch, torch.tensor(i / (WARMUP + steps))), torch.ones(()))

        loss.backward()
        adam.step()
        milliseconds.append(1000 * (time.perf_counter() - start))
        processor.append(1000 * (time.process_time() - worked))

    return {
        "milliseconds": milliseconds[WARMUP:],
        "processor": processor[WARMUP:],
        "before_mib": before,
        "peak_mib": peak_mib(),
        "threads": torch.get_num_threads(),
    }


def build(way: str, classes: int) -> tuple[Any, Any]:
    """Returns a model and a batch of synthetic rows."""

    import torch

    from semivae.batch import Batch, Labeled
    from semivae.estimators import VAEClassifier
    from semivae.estimators.build.wiring import wire
    from semivae.estimators.options import ModelOptions
    from semivae.estimators.plan.resolve import plan_of
    from semivae.estimators.plan.rows import Counts
    from semivae.schema import Schema
    from semivae.variables import Variable

    image = Variable("image", "image", shape=(1, 28, 28))
    schema = Schema((image,), Variable("label", "category", classes=tuple(range(classes))))
    estimator = VAEClassifier(ModelOptions(marginalize=way), latents=LATENTS, hidden=(500, 500))
    plan = plan_of(estimator, "m2", schema, Counts(LABELED, UNLABELED), seed=0)
    rows = torch.rand(UNLABELED + LABELED, 1, 28, 28).round()
    points = torch.nn.functional.one_hot(torch.randint(classes, (LABELED,)), classes).float()

    return wire(plan, schema, [1] * classes), Batch(Labeled(rows[:LABELED], points), rows[LABELED:])


def peak_mib() -> float:
    """Returns the most memory that this process has held so far."""

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def available_mib() -> float:
    """Returns the memory that a new process may take."""

    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**20


def summary(result: dict[str, Any]) -> dict[str, Any]:
    """Returns one measurement with its median and spread."""

    row = {"way": result["way"], "classes": result["classes"]}
    times = sorted(result["milliseconds"])

    if not times:
        return row | {"skipped": result["skipped"]}

    return row | {
        "milliseconds_median": round(statistics.median(times), 2),
        "milliseconds_low": round(times[0], 2),
        "milliseconds_high": round(times[-1], 2),
        "processor_median": round(statistics.median(result["processor"]), 2),
        "peak_mib": round(statistics.median(result["peaks"]), 1),
        "step_mib": round(statistics.median(result["peaks"]) - result["before_mib"], 1),
        "milliseconds": [round(value, 2) for value in result["milliseconds"]],
    }


def ratio(rows: list[dict[str, Any]], way: str, name: str) -> float | None:
    """Returns a median with 1,000 classes over that with 10."""

    times = {row["classes"]: row.get(name) for row in rows if row["way"] == way}

    return round(times[1000] / times[10], 2) if times.get(10) and times.get(1000) else None


def plot(rows: list[dict[str, Any]]) -> bytes:
    """Returns time and memory against the number of classes as the content of a PNG file."""

    from semivae.figures.style import COLORS, MARKERS, canvas, plain, to_png

    figure = canvas(10, 4.5)
    panels = {"milliseconds_median": "median time of a step (ms)", "step_mib": "memory that the steps add (MiB)"}
    colors = dict(zip((way for way in WAYS if not way.endswith("_st")), COLORS, strict=True))

    for position, (name, title) in enumerate(panels.items(), 1):
        axes = figure.add_subplot(1, 2, position)

        for way, marker in zip(WAYS, MARKERS, strict=False):
            known = [row for row in rows if row["way"] == way and name in row]
            axes.plot(
                [row["classes"] for row in known],
                [row[name] for row in known],
                label=way,
                color=colors[way.removesuffix("_st")],
                linestyle="--" if way.endswith("_st") else "-",
                linewidth=1.4,
                marker=marker,
                markersize=5,
            )

        axes.set(xscale="log", yscale="log")
        # The usual labels of a logarithmic axis are formulas, which a figure here does not read.
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter("{x:,.0f}")
            axis.set_minor_formatter("")

        axes.set_xlabel("classes", fontsize=9)
        axes.set_title(title, fontsize=10, loc="left")
        plain(axes)

    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside right upper", fontsize=8, frameon=False)

    return to_png(figure)


if __name__ == "__main__":
    main()
