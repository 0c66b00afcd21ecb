r"""How well outliers are found: rows of a class that is rare in training, and a digit that training lacks.

Usage: .venv/bin/python benchmarks/outliers.py
       .venv/bin/python benchmarks/outliers.py --sets wine covertype --rows 1000 --draws 1
Cost: one to two minutes a run on a core.
Result: benchmarks/results/outliers.json with every run; runs that it holds are not made again.

AUROC of each score between new normal rows and new outliers. Of the rows of a table that are fitted, 2 % are outliers
that nobody marked; `known` fits again with 5 marked ones beside the rest. The other methods see the numbers that the
networks read. ECOD (Li et al., 2022) is written out below; the VAE of pyod (its defaults) takes part where pyod
is installed.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata
from sets import path_of, use_sets_beside
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import LocalOutlierFactor

from semivae import TrainingOptions, VAEEmbedding
from semivae.data.read import read
from semivae.trust.outliers import METHODS
from store import RESULTS, spread_of, store

SETS, SHARE, KNOWN, TEST = ("wine", "adult", "covertype", "mnist"), 0.02, 5, 300
PATH = RESULTS / "outliers.json"


def main() -> None:
    """Makes the runs that are not stored, and shows mean AUROC and mean rank of each method."""

    parser = argparse.ArgumentParser(description="AUROC of outlier scores beside other methods.")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--draws", type=int, default=3, help="draws of rows; digits left out of mnist")
    parser.add_argument("--rows", type=int, default=3000)
    arguments = parser.parse_args()
    stored = json.loads(PATH.read_text())["runs"] if PATH.exists() else []
    runs = {(run["set"], run["draw"], run["rows"]): run for run in stored}
    wanted = [(name, draw, arguments.rows) for name in arguments.sets for draw in range(arguments.draws)]

    for key in wanted:
        if key not in runs:
            runs[key] = run(*key)
            print(json.dumps(runs[key]), flush=True)
            store({"share": SHARE, "known": KNOWN, "effort": "quick", "runs": list(runs.values())}, PATH)

    show([runs[key]["auroc"] for key in wanted])


def show(found: list[dict[str, float]]) -> None:
    """Shows the mean AUROC and the mean rank of each method; known outliers take no part in the ranks."""

    names = [name for name in found[0] if not name.startswith("known")]
    ranks = np.mean([rankdata([-one[name] for name in names]) for one in found], axis=0)

    for name, rank in sorted(zip(names, ranks, strict=True), key=lambda pair: pair[1]):
        print(f"{name:<16} {spread_of([one[name] for one in found])['mean']:.3f}  rank {rank:.1f}")

    print(f"{'known':<16} {spread_of([one['known'] for one in found])['mean']:.3f}")


def run(name: str, draw: int, rows: int) -> dict[str, Any]:
    """Fits to the rows of a set, and scores new rows."""

    random = np.random.default_rng(draw)
    normal, odd = (shuffled(part, random) for part in rows_of(name, draw))
    wrong = 0 if name == "mnist" else round(SHARE * rows)
    normal_new, odd_new = (take(part, -min(TEST, len(part) // 3), None) for part in (normal, odd))
    train = joined(take(normal, 0, min(rows, len(normal) - TEST)), take(odd, KNOWN, KNOWN + wrong))
    new, truth = joined(normal_new, odd_new), np.repeat([0, 1], [len(normal_new), len(odd_new)])
    start = time.perf_counter()
    model = VAEEmbedding(random_state=draw, training=TrainingOptions(effort="quick")).fit(train)
    scores = {method: model.outlier_scores(new, method) for method in METHODS}
    scores |= others(model.features(train), model.features(new), draw)
    model.learn_outliers(take(odd, 0, KNOWN), train)
    scores["known"] = model.outlier_scores(new)

    return {
        "set": name,
        "draw": draw,
        "rows": rows,
        "outliers": len(odd_new),
        "seconds": round(time.perf_counter() - start, 1),
        "auroc": {key: round(float(roc_auc_score(truth, value)), 4) for key, value in scores.items()},
    }


def others(train: NDArray[Any], new: NDArray[Any], seed: int) -> dict[str, NDArray[Any]]:
    """Returns the scores of other methods, higher for outliers."""

    train, new = np.nan_to_num(train), np.nan_to_num(new)
    components = PCA(0.9, random_state=seed).fit(train)
    missed = ((new - components.inverse_transform(components.transform(new))) ** 2).sum(axis=1)

    return {
        "IsolationForest": -IsolationForest(random_state=seed).fit(train).score_samples(new),
        "LOF": -LocalOutlierFactor(novelty=True).fit(train).score_samples(new),
        "PCA": missed,
        "ECOD": ecod(train, new),
        **pyod_vae(train, new, seed),
    }


def pyod_vae(train: NDArray[Any], new: NDArray[Any], seed: int) -> dict[str, NDArray[Any]]:
    """Returns the scores of pyod's VAE, or nothing where pyod is not installed."""

    try:
        from pyod.models.vae import VAE
    except ImportError:
        return {}

    return {"pyod VAE": VAE(random_state=seed, verbose=0).fit(train).decision_function(new)}


def ecod(train: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
    """Returns the scores of ECOD: the empirical tail probabilities of the columns, by the side of their skew."""

    order = np.sort(train, axis=0)
    columns = range(train.shape[1])
    left = np.stack([np.searchsorted(order[:, j], new[:, j], "right") for j in columns], axis=1)
    right = len(train) - np.stack([np.searchsorted(order[:, j], new[:, j], "left") for j in columns], axis=1)
    low, high = (-np.log((side + 1) / (len(train) + 1)) for side in (left, right))
    skew = ((train - train.mean(axis=0)) ** 3).mean(axis=0)
    by_skew = np.where(skew < 0, low, high)

    return np.max([low.sum(axis=1), high.sum(axis=1), by_skew.sum(axis=1)], axis=0)


def rows_of(name: str, draw: int) -> tuple[Any, Any]:
    """Returns the normal rows and the outliers of a set."""

    if name == "mnist":
        use_sets_beside()
        source = read("mnist", "label", "train")
        y = np.asarray(source.y).astype(int)

        return source.x[y != draw], source.x[y == draw]

    if name == "wine":
        white, red = (
            pd.read_csv(path_of("tabular/wine_quality", f"winequality-{kind}.csv"), sep=";").drop(columns="quality")
            for kind in ("white", "red")
        )

        return white, red

    if name == "adult":
        x = pd.read_csv(path_of("tabular/adult", "adult.data"), header=None, na_values="?", skipinitialspace=True)
        x.columns = [f"c{column}" for column in x]

        return x[x["c14"] == "<=50K"].drop(columns="c14"), x[x["c14"] != "<=50K"].drop(columns="c14")

    x = pd.read_csv(path_of("tabular/covertype_15k", "covertype_kaggle_train.csv")).drop(columns="Id")
    y = x.pop("Cover_Type")

    return x[y == 2], x[y == 4]


def shuffled(rows: Any, random: np.random.Generator) -> Any:
    """Returns rows in another order."""

    order = random.permutation(len(rows))

    return rows.iloc[order] if isinstance(rows, pd.DataFrame) else rows[order]


def take(rows: Any, start: int, end: int | None) -> Any:
    """Returns a part of rows."""

    return rows.iloc[start:end] if isinstance(rows, pd.DataFrame) else rows[start:end]


def joined(one: Any, other: Any) -> Any:
    """Returns two parts of rows as one."""

    return pd.concat([one, other], ignore_index=True) if isinstance(one, pd.DataFrame) else np.concatenate([one, other])


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        main()
