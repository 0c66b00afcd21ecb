r"""Whether a change of the code leaves fits as they were: weights and predictions of twelve small fits, bit by bit.

Usage: .venv/bin/python benchmarks/same.py record /tmp/before.json     # at the commit before the change
       .venv/bin/python benchmarks/same.py compare /tmp/before.json    # after it, on the same processor
Cost: about a minute.

Other processors round in another way, so that a record is only good on the kind that made it. Where weights differ,
the loss of the last epoch is printed beside that of the record. After a change on purpose they agree up to the noise
of seeds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import semivae
from semivae.data.sets.named import load

EPOCHS = 2


def main() -> None:
    """Records all fits, or compares them with a record."""

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["record", "compare"])
    parser.add_argument("file", type=Path)
    arguments = parser.parse_args()

    warnings.simplefilter("ignore")
    before = json.loads(arguments.file.read_text()) if arguments.action == "compare" else {}
    now, different = {}, 0

    with tempfile.TemporaryDirectory() as folder:
        for name, estimator, x, y in fits(Path(folder)):
            now[name] = facts(estimator.fit(x) if y is None else estimator.fit(x, y), x)

            if before:
                same = all(now[name][part] == before[name][part] for part in ("weights", "predictions"))
                different += not same
                losses = f"loss {now[name]['loss']:.6g}, before {before[name]['loss']:.6g}"
                print(f"{name}: {'identical' if same else 'DIFFERENT, ' + losses}", flush=True)
            else:
                print(f"{name}: loss {now[name]['loss']:.6g}", flush=True)

    if arguments.action == "record":
        arguments.file.write_text(json.dumps(now, indent=2))

    sys.exit(different)


def fits(folder: Path) -> Iterator[tuple[str, Any, Any, Any]]:
    """Yields estimators with their rows and labels, each with a name."""

    digits = load("digits")
    few = np.where(np.arange(len(digits.y)) % 28 == 0, digits.y, -1)
    settings: dict[str, Any] = {"epochs": EPOCHS, "random_state": 0}

    for model in ("m2", "m1m2", "adgm", "alpha", "ccvae", "predictor"):
        yield f"digits {model}", semivae.VAEClassifier(model=model, **settings), digits.x, few

    yield "digits vae", semivae.VAEEmbedding(model="vae", **settings), digits.x, None
    yield "digits pca", semivae.PCA(5, random_state=0), digits.x, None

    frame = table()
    x, known = frame[["size", "count", "shade", "when"]], np.arange(len(frame)) % 4 == 0
    kind, price = frame["kind"].where(known), frame["price"].where(known)

    yield "table class", semivae.VAEClassifier(**settings), x, kind
    yield "table number", semivae.VAERegressor(**settings), x, price
    yield "table several", semivae.VAEPredictor(**settings), x, pd.DataFrame({"kind": kind, "price": price})

    x.assign(kind=kind).to_parquet(folder / "rows.parquet", index=False)
    rows = semivae.stream(folder / "rows.parquet", target="kind", cache=folder / "cache")

    yield "stream", semivae.VAEClassifier(**settings), rows, None


def table() -> pd.DataFrame:
    """Returns a table of numbers, whole numbers, categories and dates with holes, a class and a number."""

    random = np.random.default_rng(0)
    size = random.normal(size=400)
    frame = pd.DataFrame(
        {
            "size": size,
            "count": random.integers(0, 90, 400),
            "shade": random.choice(["red", "green", "blue"], 400),
            "when": pd.date_range("2020-01-01", periods=400, freq="31h"),
            "kind": np.where(size + random.normal(0, 0.3, 400) > 0, "big", "small"),
            "price": 3 * size + random.normal(0, 0.1, 400),
        }
    )

    return frame.assign(**{name: frame[name].mask(random.random(400) < 0.1) for name in ("size", "shade", "when")})


def facts(estimator: Any, x: Any) -> dict[str, Any]:
    """Returns the sha256 of the weights and of the predictions of a fit, and its last loss."""

    weights = hashlib.sha256()

    for name, value in sorted(estimator._tensors().items()):
        weights.update(name.encode() + value.contiguous().numpy().tobytes())

    found = np.asarray(estimator.transform(x), dtype=np.float64)
    history = estimator.history_

    return {
        "weights": weights.hexdigest(),
        "predictions": hashlib.sha256(np.ascontiguousarray(found).tobytes()).hexdigest(),
        "loss": float(history["loss"].iloc[-1]) if "loss" in history else float(history.iloc[-1, -1]),
    }


if __name__ == "__main__":
    main()
