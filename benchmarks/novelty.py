r"""Whether p-values tell rows of an unseen kind: one digit is left out of the fit, and is to be found among new rows.

Usage: .venv/bin/python benchmarks/novelty.py
       .venv/bin/python benchmarks/novelty.py --digits 3 --effort quick
Cost: about 40 s a digit on a core.
Result: benchmarks/results/novelty.json with every digit; digits that it holds are not made again.

AUROC of the p-values between new rows of the digit left out and of the others; on the others the p-values should be
uniform: the Kolmogorov-Smirnov distance, its p-value, and the shares of rows at 1 %, 5 % and 10 %. All p-values come
from the same reference rows, so the test is that of two samples, and single shares vary more than those of independent
tests.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from typing import Any

import numpy as np
from scipy.stats import kstest, kstwobign
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score

from semivae import TrainingOptions, VAEClassifier
from store import RESULTS, spread_of, store

LABELS, TEST = 100, 0.2
SMALL = {"hidden": (64,), "latents": 8}
PATH = RESULTS / "novelty.json"


def main() -> None:
    """Makes the digits that are not stored, and shows the means."""

    parser = argparse.ArgumentParser(description="AUROC and uniformity of p-values with one digit left out.")
    parser.add_argument("--digits", nargs="+", type=int, default=list(range(10)))
    parser.add_argument("--effort", default="normal", choices=("quick", "normal", "thorough"))
    arguments = parser.parse_args()
    stored = json.loads(PATH.read_text())["runs"] if PATH.exists() else []
    runs = {(run["digit"], run["effort"]): run for run in stored}

    for digit in arguments.digits:
        if (digit, arguments.effort) not in runs:
            found = runs[digit, arguments.effort] = run(digit, arguments.effort)
            print(json.dumps(found), flush=True)
            store({"labels": LABELS, "settings": "small", "runs": list(runs.values())}, PATH)

    made = [found for (_, effort), found in runs.items() if effort == arguments.effort]

    for name in ("auroc", "ks", "ks_p", "at_0.01", "at_0.05", "at_0.1", "found_at_0.01"):
        print(f"{name:<14} {spread_of([found[name] for found in made])['mean']:.3f}")


def run(digit: int, effort: str) -> dict[str, Any]:
    """Fits without a digit, and measures the p-values of new rows of all digits."""

    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(digit).permutation(np.flatnonzero(y != digit))
    test, train = np.split(order, [round(TEST * len(order))])
    known = np.where(np.arange(len(train)) < LABELS, y[train], -1)
    start = time.perf_counter()
    settings = SMALL | {"training": TrainingOptions(effort=effort, reference_share=0.1)}
    fitted = VAEClassifier(random_state=digit, **settings).fit(x[train], known)
    normal, new = fitted.novelty(x[test]), fitted.novelty(x[y == digit])
    distance = float(kstest(normal, "uniform").statistic)
    reference = len(fitted.reference_ if fitted.reference_ is not None else ())
    pairs = reference * len(normal) / (reference + len(normal))

    return {
        "digit": digit,
        "effort": effort,
        "seconds": round(time.perf_counter() - start, 1),
        "reference": reference,
        "auroc": float(roc_auc_score(np.repeat([0, 1], [len(normal), len(new)]), -np.concatenate([normal, new]))),
        "ks": distance,
        "ks_p": float(kstwobign.sf(distance * pairs**0.5)),
        **{f"at_{level}": float((normal <= level).mean()) for level in (0.01, 0.05, 0.1)},
        "found_at_0.01": float((new <= 0.01).mean()),
    }


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        main()
