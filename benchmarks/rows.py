r"""Whether time per row and memory stay flat as rows grow: ingest and training of parquet files, streamed.

Usage: .venv/bin/python benchmarks/rows.py [--quick] [--out rows.json]
Cost: about 10 minutes on 2 cores and 8 GB of disk for 10^5, 10^6 and 10^7 rows; --quick takes 2 minutes.
Expected: the seconds per row of training and the largest memory differ by less than 10% from the smallest number of
rows to the largest, and 10^7 rows take less than 2 GiB.

Every measurement is a fresh process, on a file of 64 real columns, 10 classes and 1,000 labels. All files are ingested
first; then trainings take turns, so that what disturbs one size disturbs all, and the median of the turns counts.
Training of "m2", which has one stage, is timed over the same number of steps after a warm-up, so that its time per row
is that of a step.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import chain, count, islice
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from store import store

COLUMNS, CLASSES, LABELS = 64, 10, 1_000
SIZES, QUICK = (10**5, 10**6, 10**7), (2 * 10**4, 10**5)
RATIOS = ("ingest_us_per_row", "ingest_cpu_us_per_row", "train_us_per_row", "train_cpu_us_per_row", "peak_gib")
GROUP = 10**5  # rows of a row group
WARMUP, STEPS, TURNS, BATCH = 50, 200, 5, 256
GIB = 2**30


def main() -> None:
    """Measures every size and stores the result."""

    arguments = parse()

    if arguments.measure is not None:
        found = ingest(arguments.measure) if arguments.steps is None else train(arguments.measure, arguments.steps)
        print(json.dumps(found))
        return

    sizes = arguments.rows or (QUICK if arguments.quick else SIZES)
    steps, turns = (100, 2) if arguments.quick else (STEPS, TURNS)
    folder = Path(tempfile.mkdtemp(prefix="semivae-rows-"))

    try:
        runs = measured(folder, sizes, steps, turns)
    finally:
        shutil.rmtree(folder)

    facts = {
        "columns": COLUMNS,
        "turns": turns,
        "runs": runs,
        **{f"{name}_ratio": ratio(runs, name) for name in RATIOS},
    }

    if arguments.out:
        store(facts, arguments.out)

    print(json.dumps({name: value for name, value in facts.items() if name.endswith("_ratio")}))


def parse() -> argparse.Namespace:
    """Reads the command line."""

    parser = argparse.ArgumentParser(description="Time per row and memory of streamed rows, by their number.")
    parser.add_argument("--quick", action="store_true", help="small sizes and few steps")
    parser.add_argument("--rows", type=int, nargs="+", help="other numbers of rows")
    parser.add_argument("--out", type=Path, help="the JSON file to write")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--steps", type=int, help=argparse.SUPPRESS)

    return parser.parse_args()


def ratio(runs: list[dict[str, Any]], name: str) -> float:
    """Returns by what factor the largest number of rows takes more of something than the smallest."""

    return runs[-1][name] / runs[0][name]


def measured(folder: Path, sizes: Sequence[int], steps: int, turns: int) -> list[dict[str, Any]]:
    """Returns what ingest and training take for every size, on files of a folder."""

    needed = 2.2 * sum(sizes) * COLUMNS * 4

    if shutil.disk_usage(folder).free < needed:
        sys.exit(f"the rows need {needed / GIB:.0f} GiB in {folder}; set TMPDIR to another disk")

    ingested = {}
    for rows in sizes:
        (folder / str(rows)).mkdir()
        write(folder / str(rows) / "rows.parquet", rows)
        ingested[rows] = fresh(folder / str(rows))
        print(json.dumps({"rows": rows} | ingested[rows]), flush=True)

    trained: dict[int, list[dict[str, float]]] = {rows: [] for rows in sizes}
    for _ in range(turns):
        for rows in sizes:
            trained[rows].append(fresh(folder / str(rows), "--steps", str(steps)))
            print(json.dumps({"rows": rows} | trained[rows][-1]), flush=True)

    return [{"rows": rows, **ingested[rows], **over(trained[rows]), "training": trained[rows]} for rows in sizes]


def over(turns: list[dict[str, float]]) -> dict[str, float]:
    """Returns the median of each time over the turns, and the largest memory."""

    return {name: (max if "gib" in name else median)([turn[name] for turn in turns]) for name in turns[0]}


def fresh(folder: Path, *options: str) -> dict[str, Any]:
    """Measures the rows in a folder in a fresh process."""

    command = [sys.executable, __file__, "--measure", str(folder), *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)

    return json.loads(done.stdout.splitlines()[-1])


def write(path: Path, rows: int) -> None:
    """Writes rows of 10 overlapping classes, of which 1,000 rows spread over the file are labeled."""

    import numpy as np
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    random = np.random.default_rng(0)
    centers = random.normal(size=(CLASSES, COLUMNS)).astype(np.float32)
    names = [f"c{column:02}" for column in range(COLUMNS)]
    schema = pa.schema([*((name, pa.float32()) for name in names), ("y", pa.int8())])
    every = max(1, rows // LABELS)

    with ParquetWriter(path, schema, compression="NONE", use_dictionary=False) as writer:
        for start in range(0, rows, GROUP):
            index = np.arange(start, min(start + GROUP, rows))
            classes = random.integers(CLASSES, size=len(index))
            x = centers[classes] + random.standard_normal((len(index), COLUMNS), dtype=np.float32)
            y = pa.array(classes.astype(np.int8), mask=index % every != 0)
            writer.write_table(pa.table([*(pa.array(column) for column in x.T), y], schema))


def ingest(folder: Path) -> dict[str, Any]:
    """Ingests the rows of a folder; the largest memory is that of the whole process."""

    from semivae import stream
    from semivae.data.stream.cache import ingested

    # What is done once, such as imports and the first use of memory, is no matter of the number of rows.
    write(folder / "first.parquet", GROUP)
    ingested(stream(folder / "first.parquet", target="y", cache=folder / "first"), "category", -1)

    rows = stream(folder / "rows.parquet", target="y", cache=folder / "cache")
    watch = Watch()
    ingested(rows, "category", -1)
    watch.stop()

    return {
        "ingest_seconds": watch.seconds,
        "ingest_us_per_row": 1e6 * watch.seconds / len(rows),
        "ingest_cpu_us_per_row": 1e6 * watch.processor / len(rows),
        "peak_of_ingest_gib": peak(),
        "cache_gib": sum(file.stat().st_size for file in (folder / "cache").rglob("*.npy")) / GIB,
    }


def train(folder: Path, steps: int) -> dict[str, Any]:
    """Takes steps on the ingested rows of a folder; the largest memory is that of the whole process."""

    from semivae import stream

    watch = timed(stream(folder / "rows.parquet", target="y", cache=folder / "cache"), steps)

    return {
        "train_us_per_row": 1e6 * watch.seconds / (steps * BATCH),
        "train_cpu_us_per_row": 1e6 * watch.processor / (steps * BATCH),
        "step_ms": 1e3 * watch.seconds / steps,
        "peak_gib": peak(),
        "resident_gib": resident(),
    }


def timed(rows: Any, steps: int) -> Watch:
    """Returns the time of some steps of a fit, after those of a warm-up."""

    from semivae import VAEClassifier
    from semivae.estimators.rows.loaders import loaders

    clocks = []

    def clocked(*given: Any) -> Any:
        clocks.append(Clock(loaders(*given)[0], steps))

        return clocks[0], None

    with patch("semivae.estimators.rows.loaders.loaders", clocked):
        VAEClassifier("m2", epochs=1, batch_size=BATCH, random_state=0).fit(rows)

    return clocks[0].watch


class Watch:
    """Measures the time since it was made, and that of the processor, which other programs disturb less."""

    def __init__(self) -> None:
        self.seconds, self.processor = -time.perf_counter(), -time.process_time()

    def stop(self) -> None:
        """Ends the measurement."""

        self.seconds += time.perf_counter()
        self.processor += time.process_time()


class Clock:
    """Yields so many batches of a loader, over as many epochs as it takes, and measures the time that they take."""

    def __init__(self, rows: Any, steps: int) -> None:
        self.rows = rows
        self.steps = steps
        self.watch = Watch()

    def __len__(self) -> int:
        return WARMUP + self.steps

    def epoch(self, number: int, start: int = 0) -> Iterator[Any]:
        """Yields batches."""

        batches = chain.from_iterable(map(self.rows.epoch, count(1)))
        yield from islice(batches, WARMUP)

        self.watch = Watch()
        yield from islice(batches, self.steps)
        self.watch.stop()


def peak() -> float:
    """Returns the largest resident memory of this process so far, in GiB."""

    unit = 1 if sys.platform == "darwin" else 1024

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / GIB


def resident() -> float | None:
    """Returns the resident memory of this process now, in GiB; None where the system does not tell."""

    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []

    return next((int(line.split()[1]) * 1024 / GIB for line in lines if line.startswith("VmRSS")), None)


if __name__ == "__main__":
    main()
