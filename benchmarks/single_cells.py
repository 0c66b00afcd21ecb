r"""Cell types from five labels of each: semivae, scANVI, and simple methods on normalized counts, on the same cells.

Usage: .venv/bin/python benchmarks/single_cells.py
       .venv/bin/python benchmarks/single_cells.py --draws 0 1 --scanvi OTHER/bin/python
Cost: about 5 minutes a draw on a core, and three to ten times as much for scANVI.
Result: benchmarks/results/single_cells.json with every method and draw; those that it holds are not made again.

The cells are those of the mouse bladder in SEMIVAE_DATA/single_cell (2,100 cells, 20,670 genes, 16 clusters). Accuracy
is that of all cells without a label. Logistic regression and label spreading read 50 principal components of the
logarithms of normalized counts of 2,000 genes. scANVI runs in an environment of its own (`pip install scvi-tools`) with
the settings of its tutorial: two layers, 30 latents, the 2,000 most variable genes, then 20 epochs with labels. All
methods get as many threads as OMP_NUM_THREADS says. The machine has anndata (`pip install 'semivae[cells]'`).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD
from sklearn.linear_model import LogisticRegression
from sklearn.semi_supervised import LabelSpreading

import semivae
from semivae import VAEClassifier
from semivae.data.cells import counts_of
from semivae.data.codecs.variable_columns import most_variable
from store import RESULTS, spread_of, store

PATH = RESULTS / "single_cells.json"
LABELS, COMPONENTS, NEIGHBORS = 5, 50, 10
SCANVI = """
import json, sys
import numpy as np, scanpy, scvi, torch
cells, codes, unknown = scanpy.read_h5ad(sys.argv[1]), np.load(sys.argv[2]), "unknown"
threads, seed = map(int, sys.argv[4:])
torch.set_num_threads(threads)
scvi.settings.seed = seed
names = np.array(sorted(set(cells.obs["cell_type"])))
cells.obs["known"] = [unknown if code < 0 else names[code] for code in codes]
scanpy.pp.highly_variable_genes(cells, n_top_genes=2000, flavor="seurat_v3", subset=True)
scvi.model.SCVI.setup_anndata(cells, labels_key="known")
first = scvi.model.SCVI(cells, n_layers=2, n_latent=30)
first.train()
model = scvi.model.SCANVI.from_scvi_model(first, unknown, labels_key="known")
model.train(max_epochs=20, n_samples_per_label=100)
json.dump(list(map(str, model.predict(cells))), open(sys.argv[3], "w"))
"""


def main() -> None:
    """Makes the methods and draws that are not stored, and shows their means."""

    parser = argparse.ArgumentParser(description="Accuracy of cell types with five labels of each.")
    parser.add_argument("--draws", nargs="+", type=int, default=list(range(5)))
    parser.add_argument("--scanvi", metavar="PYTHON", help="The Python of an environment with scvi-tools.")
    arguments = parser.parse_args()
    file = Path(os.environ["SEMIVAE_DATA"]) / "single_cell" / "mouse_bladder_2100.h5ad"
    stored = json.loads(PATH.read_text())["runs"] if PATH.exists() else []
    runs = {(run["method"], run["draw"]): run for run in stored}
    cells = semivae.read(file, "cell_type")
    types = np.asarray(cells.y, dtype=object)
    methods = {"semivae": by_semivae, "logistic regression": by_regression, "label spreading": by_spreading}
    methods |= {"scANVI": lambda *parts: by_scanvi(arguments.scanvi, file, *parts)} if arguments.scanvi else {}

    for draw in arguments.draws:
        codes = labels_of(types, draw)

        for name, method in methods.items():
            if (name, draw) not in runs:
                start = time.perf_counter()
                predicted = method(counts_of(cells.x).tocsr(), types, codes, draw)
                seconds = round(time.perf_counter() - start, 1)
                accuracy = float((predicted == types)[codes < 0].mean())
                runs[name, draw] = {"method": name, "draw": draw, "accuracy": accuracy, "seconds": seconds}
                print(json.dumps(runs[name, draw]), flush=True)
                store({"labels_per_class": LABELS, "cells": len(types), "runs": list(runs.values())}, PATH)

    for name in dict.fromkeys(method for method, _ in runs):
        made = [run for (method, _), run in runs.items() if method == name]
        accuracy, seconds = (spread_of([run[key] for run in made])["mean"] for key in ("accuracy", "seconds"))
        print(f"{name:<20} {accuracy:.3f} {seconds:8.1f} s, {len(made)} draws")


def labels_of(types: NDArray[Any], draw: int) -> NDArray[np.int64]:
    """Returns the codes of five cells of each type, and -1 for all others."""

    random = np.random.default_rng(draw)
    names, codes = np.unique(types, return_inverse=True)
    kept = [random.permutation(np.flatnonzero(codes == code))[:LABELS] for code in range(len(names))]
    known = np.isin(np.arange(len(types)), np.concatenate(kept))

    return np.where(known, codes, -1)


def by_semivae(counts: Any, types: NDArray[Any], codes: NDArray[np.int64], draw: int) -> NDArray[Any]:
    """Predicts all cells by a default fit."""

    return VAEClassifier(random_state=draw).fit(counts, np.where(codes < 0, None, types)).predict(counts)


def by_regression(counts: Any, types: NDArray[Any], codes: NDArray[np.int64], draw: int) -> NDArray[Any]:
    """Predicts all cells by logistic regression on principal components."""

    values, known = components(counts), codes >= 0

    return LogisticRegression(max_iter=5000).fit(values[known], types[known]).predict(values)


def by_spreading(counts: Any, types: NDArray[Any], codes: NDArray[np.int64], draw: int) -> NDArray[Any]:
    """Predicts all cells by label spreading on principal components."""

    method = LabelSpreading(kernel="knn", n_neighbors=NEIGHBORS)

    with np.errstate(invalid="ignore"):
        return np.unique(types)[method.fit(components(counts), codes).transduction_]


def components(counts: Any) -> NDArray[np.float64]:
    """Returns principal components of the logarithms of normalized counts of the most variable genes."""

    sums = np.asarray(counts.sum(axis=1))
    normal = counts.multiply(np.median(sums) / sums).tocsr().log1p()
    logs = normal[:, most_variable(counts, 2000, counts=True)].toarray()

    return TruncatedSVD(COMPONENTS, random_state=0).fit_transform(logs - logs.mean(axis=0))


def by_scanvi(
    python: str, file: Path, counts: Any, types: NDArray[Any], codes: NDArray[np.int64], draw: int
) -> NDArray[Any]:
    """Predicts all cells by scANVI, in a process of its own."""

    threads = os.environ.get("OMP_NUM_THREADS", str(os.cpu_count()))

    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder) / name for name in ("codes.npy", "predicted.json")]
        np.save(places[0], codes)
        call = [python, "-c", SCANVI, str(file), *map(str, places), threads, str(draw)]
        subprocess.run(call, check=True, stdout=subprocess.DEVNULL)

        return np.array(json.loads(places[1].read_text()), dtype=object)


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main()
