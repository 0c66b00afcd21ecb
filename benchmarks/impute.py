r"""Whether missing cells are filled better than by means, neighbors and iterated regressions, and intervals hold.

Usage: .venv/bin/python benchmarks/impute.py [--data adult california] [--shares 0.1 0.3 0.5]
Cost: about 20 minutes on one core.
Result: benchmarks/results/impute.json. Cases that it holds already are not run again.

Of each data set, 4,000 rows are fitted and 1,000 others filled; a share of the cells of both is removed at random.
Every method sees the same cells. The VAE has 200 epochs and a warm-up, as with default epochs some units of its latent
are not in use; its other settings are the defaults. Numbers are standardized for the others, and categories are
one-hot. The iterated regressions of one-hot classes return the means, so "iterative" has a second form with ordinal
codes, and each measure takes the better one.

Numbers have the root mean squared error over the standard deviation of the column, averaged over columns; categories
the accuracy, averaged over columns; and intervals the share that holds the removed number, for a coverage of 90 %.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sets import path_of
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer

from semivae import VAEEmbedding
from store import RESULTS, store

TRAIN, TEST = 4_000, 1_000
SETTINGS: dict[str, Any] = {"epochs": 200, "objective__warmup": 0.5, "random_state": 0}
NAMES = (
    "age workclass fnlwgt education education-num marital occupation relationship race sex "
    "gain loss hours country income"
).split()


class Case(NamedTuple):
    """Rows to fit and to fill, with missing cells; the true rows, and the cells that were removed of them."""

    train: pd.DataFrame
    test: pd.DataFrame
    truth: pd.DataFrame
    removed: pd.DataFrame


class Table(NamedTuple):
    """The map between a frame and numbers: categories by name, and the mean and deviation of each number."""

    columns: list[Any]
    classes: dict[Any, list[Any]]
    center: Any
    scale: Any
    hot: bool


def main() -> None:
    """Runs the cases that are not stored yet, and prints all."""

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=list(DATA), default=list(DATA))
    parser.add_argument("--shares", nargs="+", type=float, default=[0.1, 0.3, 0.5])
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")

    place = RESULTS / "impute.json"
    cases = json.loads(place.read_text())["cases"] if place.exists() else []

    for name in arguments.data:
        for share in arguments.shares:
            if not any((one["data"], one["share"]) == (name, share) for one in cases):
                cases.append(run(name, share))
                store({"settings": SETTINGS, "train": TRAIN, "test": TEST, "cases": cases}, place)

    print(table(cases))


def run(name: str, share: float) -> dict[str, Any]:
    """Fills the cells of a case by all methods."""

    case = case_of(DATA[name](), share)
    found: dict[str, Any] = {"data": name, "share": share, "vae": vae(case)}
    found["mean"] = plain(case, SimpleImputer(), hot=True)
    found["neighbors"] = plain(case, KNNImputer(n_neighbors=10), hot=True)
    forms = [plain(case, IterativeImputer(random_state=0), hot) for hot in (True, False)]
    best = {"error": min(one["error"] for one in forms), "accuracy": max(one["accuracy"] for one in forms)}
    found["iterative"] = best
    print(json.dumps(found), flush=True)

    return found


def adult() -> pd.DataFrame:
    """Returns the rows of Adult, without the weights of the census."""

    path = path_of("tabular/adult", "adult.data")

    return pd.read_csv(path, names=NAMES, skipinitialspace=True, na_values="?").drop(columns="fnlwgt")


def california() -> pd.DataFrame:
    """Returns the rows of California housing."""

    return pd.read_csv(path_of("tabular/california_housing", "housing.csv"))


def case_of(rows: pd.DataFrame, share: float) -> Case:
    """Removes a share of the cells at random."""

    random = np.random.default_rng(0)
    rows = rows.iloc[random.permutation(len(rows))[: TRAIN + TEST]].reset_index(drop=True)
    removed = pd.DataFrame(random.random(rows.shape) < share, columns=rows.columns) & rows.notna()
    holed: Any = rows.mask(removed)
    test = slice(TRAIN, None)

    return Case(holed.iloc[:TRAIN], holed.iloc[test], rows.iloc[test], removed.iloc[test])


def vae(case: Case) -> dict[str, Any]:
    """Fills cells by a VAE, and tells how often its intervals hold."""

    start = time.perf_counter()
    model = VAEEmbedding().set_params(**SETTINGS).fit(case.train)
    fitted = time.perf_counter()
    filled = model.impute(case.test)
    done = time.perf_counter()
    low, high = model.impute_interval(case.test, 0.9)
    numbers = [name for name in case.truth if pd.api.types.is_numeric_dtype(case.truth[name])]
    held = [
        ((low[name] <= case.truth[name]) & (case.truth[name] <= high[name]))[case.removed[name]].mean()
        for name in numbers
    ]
    times = {"fit_seconds": round(fitted - start, 1), "impute_seconds": round(done - fitted, 1)}

    return {**scores(case, filled), "coverage": float(np.mean(held)), **times}


def plain(case: Case, imputer: Any, hot: bool) -> dict[str, float]:
    """Fills cells by an imputer of scikit-learn."""

    form = form_of(case.train, hot)
    found = imputer.fit(numbers_of(form, case.train)).transform(numbers_of(form, case.test))

    return scores(case, frame_of(form, found, case.test.index))


def form_of(rows: pd.DataFrame, hot: bool) -> Table:
    """Returns the map from rows to numbers."""

    texts = [name for name in rows if not pd.api.types.is_numeric_dtype(rows[name])]
    classes = {name: sorted(rows[name].dropna().unique()) for name in texts}
    form = Table(list(rows), classes, 0.0, 1.0, hot)
    values = numbers_of(form, rows)

    return form._replace(center=np.nanmean(values, axis=0), scale=np.nanstd(values, axis=0).clip(1e-9))


def numbers_of(form: Table, rows: pd.DataFrame) -> Any:
    """Returns rows as standardized numbers, NaN where missing."""

    return (np.column_stack([column(form, name, rows[name]) for name in form.columns]) - form.center) / form.scale


def column(form: Table, name: Any, cells: Any) -> Any:
    """Returns a column as numbers, one-hot classes, or codes of classes."""

    if name not in form.classes:
        return cells.to_numpy(float)[:, None]

    codes = pd.Index(form.classes[name]).get_indexer(pd.Index(cells)).astype(float)
    codes[codes < 0] = np.nan

    if not form.hot:
        return codes[:, None]

    return np.where(np.isnan(codes)[:, None], np.nan, codes[:, None] == np.arange(len(form.classes[name])))


def frame_of(form: Table, values: Any, index: pd.Index) -> pd.DataFrame:
    """Returns numbers as rows: the class of the largest one, or of the nearest code."""

    values, columns, place = values * form.scale + form.center, {}, 0

    for name in form.columns:
        classes = form.classes.get(name, [])
        width = max(1, len(classes)) if form.hot else 1
        part = values[:, place : place + width]
        codes = part.argmax(axis=1) if form.hot else np.rint(part[:, 0]).clip(0, max(0, len(classes) - 1)).astype(int)
        columns[name] = np.array(classes, dtype=object)[codes] if classes else part[:, 0]
        place += width

    return pd.DataFrame(columns, index=index)


def scores(case: Case, filled: pd.DataFrame) -> dict[str, float]:
    """Returns the mean error of numbers and the mean accuracy of categories, over removed cells."""

    errors, right = [], []

    for name, truth in case.truth.items():
        at = case.removed[name]

        if pd.api.types.is_numeric_dtype(truth):
            errors.append(np.sqrt(np.square((filled[name] - truth)[at]).mean()) / truth.std())
        else:
            right.append((filled[name] == truth)[at].mean())

    return {"error": float(np.mean(errors)), "accuracy": float(np.mean(right))}


def table(cases: list[dict[str, Any]]) -> str:
    """Returns error and accuracy of each method in each case, and the coverage, in lines."""

    names = ("vae", "mean", "neighbors", "iterative")
    lines = [f"{'data':12}{'share':>6}" + "".join(f"{name:>16}" for name in names) + f"{'coverage':>10}"]

    for one in cases:
        cells = "".join(f"{one[name]['error']:>9.3f}{one[name]['accuracy']:>7.3f}" for name in names)
        lines.append(f"{one['data']:12}{one['share']:>6}{cells}{one['vae']['coverage']:>10.3f}")

    return "\n".join(lines)


DATA: dict[str, Callable[[], pd.DataFrame]] = {"adult": adult, "california": california}


if __name__ == "__main__":
    main()
