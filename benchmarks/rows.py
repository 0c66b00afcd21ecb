r"""Whether time per row and memory stay flat as rows grow: ingest and training of parquet files, streamed.

Usage: .venv/bin/python benchmarks/rows.py [--quick] [--out rows.json]
Cost: about 10 minutes on 2 cores and 8 GB of disk for 10^5, 10^6 and 10^7 rows; --quick takes 2 minutes.
Expected: the seconds per row of training and the largest memory differ by less than 10% from the smallest number of
rows to the largest, and 10^7 rows take less than 2 GiB.

Every size is measured in a fresh process, on a file of its own: 64 real columns, 10 classes, 1,000 labels.
Training is timed over the same number of steps after a warm-up, so that its time per row is that of a step.
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
from collections.abc import Iterator
from itertools import chain, count, islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

from store import store

COLUMNS, CLASSES, LABELS = 64, 10, 1_000
SIZES, QUICK = (10**5, 10**6, 10**7), (2 * 10**4, 10**5)
RATIOS = ("ingest_us_per_row", "ingest_cpu_us_per_row", "train_us_per_row", "train_cpu_us_per_row", "peak_gib")
GROUP = 10**5  # rows of a row group
WARMUP, STEPS, BATCH = 100, 1_000, 256
GIB = 2**30


def main() -> None:
    """Measures every size and stores the result."""

    arguments = parse()

    if arguments.measure is not None:
        print(json.dumps(measure(arguments.measure, arguments.steps)))
        return

    sizes = arguments.rows or (QUICK if arguments.quick else SIZES)
    runs = []

    for rows in sizes:
        runs.append(run(rows, 200 if arguments.quick else STEPS))
        print(json.dumps(runs[-1]), flush=True)

    facts = {
        "columns": COLUMNS,
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
    parser.add_argument("--steps", type=int, default=STEPS, help=argparse.SUPPRESS)

    return parser.parse_args()


def ratio(runs: list[dict[str, Any]], name: str) -> float:
    """Returns by what factor the largest number of rows takes more of something than the smallest."""

    return runs[-1][name] / runs[0][name]


def run(rows: int, steps: int) -> dict[str, Any]:
    """Measures a number of rows in a fresh process, on files that are removed afterwards."""

    folder = Path(tempfile.mkdtemp(prefix="semivae-rows-"))
    needed = 2.2 * rows * COLUMNS * 4

    if shutil.disk_usage(folder).free < needed:
        sys.exit(f"{rows} rows need {needed / GIB:.0f} GiB in {folder}; set TMPDIR to another disk")

    try:
        write(folder / "rows.parquet", rows)
        command = [sys.executable, __file__, "--measure", str(folder / "rows.parquet"), "--steps", str(steps)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    finally:
        shutil.rmtree(folder)

    return {"rows": rows, **json.loads(done.stdout.splitlines()[-1])}


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


def measure(path: Path, steps: int) -> dict[str, Any]:
    """Ingests a file and takes steps on it; the largest memory is that of the whole process."""

    from semivae import stream
    from semivae.data.cached import ingested

    # What is done once, such as imports and the first use of memory, is no matter of the number of rows.
    write(path.parent / "first.parquet", GROUP)
    ingested(stream(path.parent / "first.parquet", target="y", cache=path.parent / "first"), "category", -1)

    rows = stream(path, target="y", cache=path.parent / "cache")
    ingest = Watch()
    ingested(rows, "category", -1)
    ingest.stop()
    peak_of_ingest = peak()
    watch = train(rows, steps)

    return {
        "ingest_seconds": ingest.seconds,
        "ingest_us_per_row": 1e6 * ingest.seconds / len(rows),
        "ingest_cpu_us_per_row": 1e6 * ingest.processor / len(rows),
        "train_us_per_row": 1e6 * watch.seconds / (steps * BATCH),
        "train_cpu_us_per_row": 1e6 * watch.processor / (steps * BATCH),
        "step_ms": 1e3 * watch.seconds / steps,
        "peak_of_ingest_gib": peak_of_ingest,
        "peak_gib": peak(),
        "resident_gib": resident(),
        "cache_gib": sum(file.stat().st_size for file in (path.parent / "cache").rglob("*.npy")) / GIB,
    }


def train(rows: Any, steps: int) -> Watch:
    """Returns the time of some steps of a fit, after those of a warm-up."""

    from semivae import VAEClassifier
    from semivae.estimators.loaders import loaders

    clocks = []

    def timed(*given: Any) -> Any:
        clocks.append(Clock(loaders(*given)[0], steps))

        return clocks[0], None

    with patch("semivae.estimators.loaders.loaders", timed):
        VAEClassifier(epochs=1, batch_size=BATCH, random_state=0).fit(rows)

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
