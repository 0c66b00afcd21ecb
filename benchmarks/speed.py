r"""How long a training step takes, beside its matrix products and beside other libraries.

Usage: .venv/bin/python benchmarks/speed.py [--quick] [--out FILE]
Peers: python -m venv peers && peers/bin/pip install torch==2.13.0 -r benchmarks/peers.txt -e . && peers/bin/python ...
Cost: 3 to 6 minutes on 2 cores; under one with --quick (without compilation).
Result: medians in ms, their quartiles, ratios within the run, and a plot beside FILE.

M2 with the exact sum over 10 classes, 784-500-500-50 with softplus, 256 unlabeled and 100 labeled rows, AdamW. All
arms take turns in one process, so that what disturbs one disturbs all. A peer that is not installed is left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import time
from pathlib import Path
from typing import Any

import torch
from others import (
    CLASSES,
    HIDDEN,
    LABELED,
    LATENTS,
    PIXELS,
    UNLABELED,
    WHERE,
    Arm,
    plain_m2,
    plain_vae,
    pyro_m2,
    pythae_vae,
    scanvi,
)
from own import bare_loop, m2, ours, vae

from semivae.engine import Training
from store import store

# The models of other libraries, and which each needs. To SCANVI rows are counts, and its bound is its own.
PEERS = {"m2 Pyro": ("pyro", pyro_m2), "vae pythae": ("pythae", pythae_vae), "m2 SCANVI": ("scvi", scanvi)}

# As in every run of ours.
CLIP = Training(1).clip


def main() -> None:
    """Runs the arms in turns and stores the result."""

    arguments = parse()
    arms, missing = build(arguments.quick)
    times = take_turns(arms, 10 if arguments.quick else 30)
    facts = summary(times) | {"missing": missing, "machine": units()}

    for name, row in facts["ms"].items():
        print(f"{name:34s} {row['median']:9.2f} ms   [{row['low']:.2f}, {row['high']:.2f}]")

    for name, ratio in facts["ratios"].items():
        print(f"{name:34s} {ratio:9.2f}")

    if arguments.out:
        store(facts, arguments.out)
        plot(facts["ms"], arguments.out.with_suffix(".png"))


def parse() -> argparse.Namespace:
    """Reads the command line."""

    parser = argparse.ArgumentParser(description="Time of a training step, ours and others'.")
    parser.add_argument("--quick", action="store_true", help="fewer steps, nothing compiled")
    parser.add_argument("--out", type=Path, help="where to write the JSON; the plot goes beside it")

    return parser.parse_args()


def build(quick: bool) -> tuple[dict[str, Arm], dict[str, str]]:
    """Returns the arms, and why each that is left out is."""

    arms: dict[str, Arm] = {
        "bare products bfloat16": bare(torch.bfloat16),
        "bare products float32": bare(torch.float32),
        "m2 eager float32": ours(m2(), "float32"),
        "m2 eager bfloat16": ours(m2(), "bfloat16"),
        "m2 plain PyTorch": plain_m2(),
        "vae eager float32": ours(vae(), "float32"),
        "vae eager bfloat16": ours(vae(), "bfloat16"),
        "vae plain PyTorch": plain_vae(),
        "vae eager bfloat16, bare loop": bare_loop(vae()),
        "vae eager bfloat16, clipping loop": bare_loop(vae(), clip=CLIP),
    }

    if not quick:
        arms |= {
            "m2 compiled float32": ours(m2(), "float32", compiled=True),
            "m2 compiled bfloat16": ours(m2(), "bfloat16", compiled=True),
            "vae compiled bfloat16": ours(vae(), "bfloat16", compiled=True),
            "vae compiled bfloat16, bare loop": bare_loop(vae(), compiled=True),
            "vae compiled bfloat16, clipping loop": bare_loop(vae(), compiled=True, clip=CLIP),
        }

    missing = {}
    for name, (package, arm) in PEERS.items():
        if importlib.util.find_spec(package):
            arms[name] = arm()
        else:
            missing[name] = f"{package} is not installed (see benchmarks/peers.txt)"

    return arms, missing


def take_turns(arms: dict[str, Arm], turns: int, warm: int = 3) -> dict[str, list[float]]:
    """Returns the times of each arm in ms, over some turns after the first.

    In its turn an arm takes two steps, of which the second counts: in a training, too, steps of one kind follow each
    other, and find the weights where the last one left them.
    """

    times: dict[str, list[float]] = {name: [] for name in arms}

    for turn in range(turns + warm):
        for name, arm in arms.items():
            arm()
            wait()
            start = time.perf_counter()
            arm()
            wait()

            if turn >= warm:
                times[name].append(1e3 * (time.perf_counter() - start))

    return times


def wait() -> None:
    """Waits for a GPU, if there is one."""

    if torch.cuda.is_available():
        torch.cuda.synchronize()


def summary(times: dict[str, list[float]]) -> dict[str, Any]:
    """Returns medians with quartiles, and the ratios that matter."""

    ms = {}
    for name, values in times.items():
        low, median, high = statistics.quantiles(values, n=4)
        ms[name] = {"median": median, "low": low, "high": high}

    def best(kind: str) -> float:
        own = (f"{kind} eager", f"{kind} compiled")

        return min(row["median"] for name, row in ms.items() if name.startswith(own) and "loop" not in name)

    ratios = {
        "m2_over_bare_bf16": best("m2") / ms["bare products bfloat16"]["median"],
        "plain_over_m2": ms["m2 plain PyTorch"]["median"] / best("m2"),
        "plain_over_vae": ms["vae plain PyTorch"]["median"] / best("vae"),
    }

    way = "compiled" if "vae compiled bfloat16" in ms else "eager"
    engine = ms[f"vae {way} bfloat16"]["median"]
    ratios |= {
        f"engine_over_{loop}_loop": engine / ms[f"vae {way} bfloat16, {loop} loop"]["median"]
        for loop in ("bare", "clipping")
    }

    for name in (name for name in PEERS if name in ms):
        model, peer = name.split()
        ratios[f"{peer.lower()}_over_{model}"] = ms[name]["median"] / best(model)

    return {"ms": ms, "ratios": ratios, **ratios}


def units() -> dict[str, Any]:
    """Returns what multiplies, and on how many threads."""

    return {
        "threads": torch.get_num_threads(),
        "matrix units": torch.cpu._is_amx_tile_supported(),
        "bfloat16 products": torch.cpu._is_avx512_bf16_supported(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
    }


def plot(ms: dict[str, dict[str, float]], path: Path) -> None:
    """Draws the medians as bars, with quartiles."""

    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 0.4 * len(ms) + 1), layout="constrained")
    rows = sorted(ms.items(), key=lambda item: (item[0].split()[0], item[1]["median"]))
    middles = [row["median"] for _, row in rows]
    spread = [[row["median"] - row["low"] for _, row in rows], [row["high"] - row["median"] for _, row in rows]]

    axes.barh([name for name, _ in rows], middles, xerr=spread, color="#0072B2", ecolor="0.3")
    axes.set(xlabel="time of a training step (ms; median and quartiles)")
    axes.invert_yaxis()
    figure.savefig(path, dpi=150)


def products() -> list[tuple[int, int, int]]:
    """Returns the sizes (rows, inputs, outputs) of the products of an M2 step."""

    rows, points = UNLABELED + LABELED, UNLABELED * CLASSES + LABELED
    per_point = [(HIDDEN, HIDDEN), (HIDDEN, 2 * LATENTS), (LATENTS + CLASSES, HIDDEN), (HIDDEN, HIDDEN)]
    per_row = [(PIXELS, HIDDEN), (PIXELS, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, CLASSES)]

    # What depends on x alone is needed once a row, the rest once a label point.
    return [(points, i, o) for i, o in [*per_point, (HIDDEN, PIXELS)]] + [(rows, i, o) for i, o in per_row]


def bare(dtype: torch.dtype) -> Arm:
    """Returns the products of an M2 step alone, forward and backward."""

    parts = [
        tuple(torch.randn(*shape, device=WHERE).to(dtype) for shape in [(n, i), (i, o), (n, o)])
        for n, i, o in products()
    ]
    outs = [(torch.empty_like(g), torch.empty_like(x), torch.empty_like(w)) for x, w, g in parts]

    def step() -> None:
        for (x, w, g), (y, gx, gw) in zip(parts, outs, strict=True):
            torch.mm(x, w, out=y)
            torch.mm(g, w.T, out=gx)
            torch.mm(x.T, g, out=gw)

    if WHERE == "cpu":
        return step

    # Started one by one, so small products would wait for the processor.
    step()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()

    return graph.replay


if __name__ == "__main__":
    main()
