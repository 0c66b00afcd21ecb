"""How fast the explorer is: first paint, decoding, panning, retraining, memory.

    python benchmarks/explorer.py [--rows 70000] [--points 100000]

Needs `semivae[explorer]`, playwright and a Chromium of the system. The rows are MNIST's images if the data sets are
there, else images made by chance; the fit is short, for its quality does not matter here.
"""

import argparse
import json
import shutil
import statistics
import tempfile
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from semivae import PCA, VAEClassifier
from semivae.explorer.running import serve
from semivae.explorer.workspace import Workspace

DECODES, PANS = 200, 120


def images(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns images with their classes."""

    from semivae.data.read import read
    from semivae.errors import SemivaeError

    try:
        source = read("mnist", "label", "all")
        x, y = np.asarray(source.x)[:rows], np.asarray(source.y)[:rows].astype(int)
    except (SemivaeError, OSError):
        random = np.random.default_rng(0)
        y = random.integers(0, 10, rows)
        x = (random.random((rows, 28, 28)) < 0.1 + 0.05 * y[:, None, None]).astype(np.uint8) * 255

    return x, y


def opened(rows: int, folder: Path) -> Workspace:
    """Fits a small model to some of the rows, and opens an exploration of all."""

    x, y = images(rows)
    labels = np.where(np.arange(len(x)) < 100, y, -1)
    model = VAEClassifier("m2", epochs=1, hidden=(64,), latents=8, random_state=0)
    some = slice(0, 2000)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(x[some], labels[some])

    return Workspace(model, x, labels, folder / "labels.jsonl", "mnist")


def memory() -> float:
    """Returns the memory of this process in GB."""

    pages = int(Path("/proc/self/statm").read_text().split()[1])

    return pages * 4096 / 1e9


def painted(page: Any, url: str) -> float:
    """Returns the seconds until the points are on the canvas."""

    start = time.perf_counter()
    page.goto(url)
    page.wait_for_selector("body[data-state=ready]", timeout=60_000)

    while not page.evaluate("() => semivae.map.drawn"):
        time.sleep(0.01)

    return time.perf_counter() - start


def decoded(page: Any) -> list[float]:
    """Returns the milliseconds of each round trip from the pointer to the decoded row."""

    box = page.locator("#over").bounding_box()

    for place in np.random.default_rng(0).random((DECODES, 2)):
        page.mouse.move(box["x"] + place[0] * box["width"], box["y"] + place[1] * box["height"])
        time.sleep(0.02)

    return page.evaluate("() => semivae.live.times")


def panned(page: Any) -> float:
    """Returns the frames a second while the map moves at each frame."""

    return page.evaluate(
        """count => new Promise((resolve) => {
            const { map } = semivae;
            const start = performance.now();
            let left = count;
            const step = () => {
                map.view.x += 0.01 * Math.sin(left);
                map.refresh();
                if (left-- > 0) requestAnimationFrame(step);
                else resolve((1000 * count) / (performance.now() - start));
            };
            requestAnimationFrame(step);
        })""",
        PANS,
    )


def retrained(work: Workspace) -> tuple[float, float]:
    """Returns the seconds from the start of a retraining to its first word, and to its first epoch."""

    times: dict[str, float] = {}
    came = threading.Event()

    def hear(record: dict[str, Any]) -> None:
        state = record.get("state", {}).get("kind")
        times.setdefault(str(state), time.perf_counter())

        if state in ("epoch", "failed", "canceled"):
            came.set()

    work.listeners.append(hear)
    start = time.perf_counter()
    work.retrain()
    came.wait(120)
    work.cancel("retraining")

    return times["started"] - start, times.get("epoch", float("nan")) - start


def main() -> None:
    """Prints all numbers as JSON."""

    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=70_000)
    parser.add_argument("--points", type=int, default=100_000)
    given = parser.parse_args()
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    found: dict[str, object] = {"rows": given.rows, "points": given.points}

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        start = time.perf_counter()
        work = opened(given.rows, Path(folder))
        found["server start, s"] = round(time.perf_counter() - start, 1)
        explorer = serve(work)
        page = chromium.new_page(viewport={"width": 1280, "height": 800})
        found["first paint, s"] = round(painted(page, explorer.url), 2)
        work.session.stopped.set()
        times = decoded(page)
        found["decode, median ms"] = round(statistics.median(times), 1)
        found["decode, p95 ms"] = round(statistics.quantiles(times, n=20)[-1], 1)
        found["server, GB"] = round(memory(), 2)
        first, epoch = retrained(work)
        found["retrain to first word, s"], found["retrain to first epoch, s"] = round(first, 2), round(epoch, 2)
        page.close()
        explorer.close()

        X = np.random.default_rng(0).normal(size=(given.points, 4))
        points = serve(Workspace(PCA(latents=2).fit(X), X, None, Path(folder) / "points.jsonl", "points"))
        page = chromium.new_page(viewport={"width": 1280, "height": 800})
        painted(page, points.url)
        found["pan, frames/s"] = round(panned(page), 1)
        points.close()
        chromium.close()

    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
