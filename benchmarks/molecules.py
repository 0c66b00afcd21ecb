r"""Molecules as strings: prediction, reconstruction, samples and a latent search on ZINC, with 1,000 labels of 249,455.

Usage: SEMIVAE_DATA=... .venv/bin/python benchmarks/molecules.py
       SEMIVAE_DATA=... .venv/bin/python benchmarks/molecules.py --rows 20000 --features-epochs 20
Cost: about 25 minutes on two cores for the fit, and 20 more for the search; semivae[molecules] is needed.
Result: benchmarks/results/molecules.json; parts that it holds for the same settings are not made again. The model is
kept beside it, in the folder of --model.

Test rows are drawn first and are never seen: neither by the fit nor by any choice. Measures: R2 of logP of test rows;
the divergence of z; the share of tokens of test strings that the decoded mean of z has at the same place, and in the
same order; shares of samples that are valid, unique and new; the Wasserstein distance of their logP to that of test
rows, beside that of strings with shuffled tokens. The search maximizes the penalized logP (logP minus the synthetic
accessibility minus the length of rings beyond six atoms, each standardized on ZINC), beside the best of the labels and
of random samples.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import wasserstein_distance

import semivae
from semivae import DataOptions, TrainingOptions, VAERegressor
from semivae.data.codecs.tokens import joined, split
from semivae.evaluation import canonical, measure
from semivae.latent import maximize, optimize
from store import RESULTS, store

PATH = RESULTS / "molecules.json"
FILE = "zinc250k/zinc250k_smiles_properties.csv.gz"
LABELS, TEST, EVALUATIONS, SEEDS = 1000, 2000, 200, (0, 1, 2)
# The rows that designs are compared with: the labeled ones, and some others.
REFERENCES = 3000
# Means and deviations over ZINC, by which the three parts of the penalized logP are standardized.
PARTS = {"logP": (2.4570953, 1.4342163), "access": (3.0525811, 0.8335683), "ring": (0.0485696, 0.2860212)}


def main() -> None:
    """Makes the parts that are not stored, and shows them."""

    parser = argparse.ArgumentParser(description="Prediction, samples and latent search of molecules.")
    parser.add_argument("--rows", type=int, default=None)
    parser.add_argument("--features-epochs", type=int, default=None)
    parser.add_argument("--kind", choices=("selfies", "sequence"), default="selfies")
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--evaluations", type=int, default=EVALUATIONS)
    parser.add_argument("--model", type=Path, default=RESULTS / "molecules")
    parser.add_argument("--only", choices=("fit", "rows", "samples", "search"), default=None)
    arguments = parser.parse_args()
    settings = {"rows": arguments.rows, "features_epochs": arguments.features_epochs, "samples": arguments.samples}
    settings |= {"evaluations": arguments.evaluations, "kind": arguments.kind}
    found = stored(settings)
    train, test = split_rows(arguments.rows)

    def keep(name: str, value: Any) -> None:
        found[name] = value
        print(name, json.dumps(value), flush=True)
        store(settings | {"parts": found}, PATH)

    if "fit" not in found or not arguments.model.exists():
        keep("fit", fit(train, arguments.model, arguments.features_epochs, arguments.kind))

    model = semivae.load(arguments.model)

    if "rows" not in found and arguments.only in (None, "rows"):
        keep("rows", of_rows(model, test))

    for noise in (False, True):
        name = "samples drawn" if noise else "samples"

        if name not in found and arguments.only in (None, "samples"):
            keep(name, of_samples(model, train, test, arguments.samples, noise))

    for seed in SEEDS if arguments.only in (None, "search") else ():
        if f"search {seed}" not in found:
            keep(f"search {seed}", searched(model, train, seed, arguments.evaluations))


def stored(settings: dict[str, Any]) -> dict[str, Any]:
    """Returns the parts that were made with the same settings."""

    kept = json.loads(PATH.read_text()) if PATH.exists() else {}

    return kept.get("parts", {}) if all(kept.get(name) == value for name, value in settings.items()) else {}


def split_rows(rows: int | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Returns training rows, of which the first are labeled, and test rows."""

    table = pd.read_csv(Path(os.environ["SEMIVAE_DATA"]) / FILE)[["smiles", "logP"]]
    table = table.iloc[np.random.default_rng(0).permutation(len(table))].reset_index(drop=True)
    train = table[TEST:] if rows is None else table[TEST : TEST + rows]

    return train.reset_index(drop=True), table[:TEST]


def fit(train: pd.DataFrame, folder: Path, features_epochs: int | None, kind: str) -> dict[str, Any]:
    """Fits the default model for a number to strings with some labels."""

    y = train["logP"].where(train.index < LABELS).to_numpy()
    training = TrainingOptions(features_epochs=features_epochs or "auto")
    data = DataOptions(kinds={"smiles": kind})
    start = time.perf_counter()
    model = VAERegressor(training=training, data=data, random_state=0, callbacks=[Tell()]).fit(train[["smiles"]], y)
    seconds = time.perf_counter() - start
    model.set_params(callbacks=None).save(folder, overwrite=True)
    kept = ("batch_size", "features_epochs", "epochs", "latents", "features_beta")

    return {"seconds": seconds, "rows": len(train), **{name: getattr(model.plan_, name) for name in kept}}


class Tell:
    """Writes every epoch."""

    def start(self, epochs: int) -> None:
        """Does nothing."""

    def epoch(self, record: dict[str, Any]) -> None:
        """Writes an epoch."""

        print({name: round(value, 3) for name, value in record.items()}, file=sys.stderr, flush=True)

    def judged(self, record: dict[str, Any]) -> None:
        """Does nothing."""

    def end(self) -> None:
        """Does nothing."""


def of_rows(model: Any, test: pd.DataFrame) -> dict[str, Any]:
    """Measures predictions and reconstructions of test rows."""

    mean, deviation = model.encode(test[["smiles"]])
    divergence = 0.5 * (mean**2 + deviation**2 - 1 - 2 * np.log(deviation)).sum(axis=1)
    way = model.schema_.x[0].tokens
    same = total = exact = ordered = 0

    for before, after in zip(test["smiles"], model.inverse_transform(mean)["smiles"], strict=True):
        one, other = split(before, way), split(after, way)
        same += sum(a == b for a, b in zip(one, other, strict=False))
        ordered += common(one, other)
        total += len(one)
        exact += before == after

    some = test[:200]

    return {
        "r2": model.score(test[["smiles"]], test["logP"]),
        "kl_z": float(divergence.mean()),
        "tokens_rebuilt": same / total,
        "tokens_in_order": ordered / total,
        "strings_rebuilt": exact / len(test),
        "log_probability": float(model.score_samples(some[["smiles"]]).mean()),
        "nats_a_token": float(
            -model.score_samples(some[["smiles"]]).sum() / sum(len(split(one, way)) + 1 for one in some["smiles"])
        ),
    }


def common(one: Sequence[str], other: Sequence[str]) -> int:
    """Returns the length of the longest sequence of tokens that two strings share, in order but with gaps."""

    row = [0] * (len(other) + 1)

    for a in one:
        before = row[:]

        for j, b in enumerate(other):
            row[j + 1] = before[j] + 1 if a == b else max(before[j + 1], row[j])

    return row[-1]


def of_samples(model: Any, train: pd.DataFrame, test: pd.DataFrame, n: int, noise: bool) -> dict[str, Any]:
    """Measures samples, and the logP of the valid ones."""

    start = time.perf_counter()
    samples = model.sample(n, random_state=0, noise=noise)["smiles"].tolist()
    seconds = time.perf_counter() - start
    # ZINC's strings are in a canonical form, but of another version.
    forms, known = canonical(samples), canonical(train["smiles"])
    random, way = np.random.default_rng(0), model.schema_.x[0].tokens
    shuffled = canonical(joined(random.permutation(split(one, way)).tolist(), way) for one in train["smiles"][:n])
    true = test["logP"].to_numpy()
    distances = {
        name: wasserstein_distance(logp(part), true) if (part != "").any() else None
        for name, part in (("samples", forms), ("shuffled", shuffled), ("rows", train["smiles"][:n].to_numpy()))
    }

    return {
        **{name: float(value) for name, value in measure("strings", forms, known).items()},
        "wasserstein_logp": distances,
        "shuffled_valid": float((shuffled != "").mean()),
        "seconds": seconds,
        "first": samples[:10],
    }


def logp(forms: Any) -> Any:
    """Returns the logP of molecules, without the strings that are none, with shape (M,)."""

    from rdkit import Chem
    from rdkit.Chem import Crippen

    molecules = map(Chem.MolFromSmiles, filter(None, forms))

    # A few forms that RDKit writes are none that it reads.
    return np.array([Crippen.MolLogP(one) for one in molecules if one is not None])


def penalized(texts: Any) -> Any:
    """Returns the penalized logP of strings, with shape (N,); NaN where they are no molecule."""

    from rdkit import Chem, RDConfig
    from rdkit.Chem import Crippen

    sys.path.append(os.path.join(RDConfig.RDContribDir, "SA_Score"))
    import sascorer

    def score(form: str) -> float:
        if not form:
            return float("nan")

        molecule = Chem.MolFromSmiles(form)

        if molecule is None:
            return float("nan")

        longest = max((len(ring) for ring in molecule.GetRingInfo().AtomRings()), default=0)
        found = {
            "logP": Crippen.MolLogP(molecule),
            "access": sascorer.calculateScore(molecule),
            "ring": max(longest - 6, 0),
        }
        scaled = {name: (value - PARTS[name][0]) / PARTS[name][1] for name, value in found.items()}

        return scaled["logP"] - scaled["access"] - scaled["ring"]

    return np.array([score(form) for form in canonical(texts)])


def searched(model: Any, train: pd.DataFrame, seed: int, evaluations: int) -> dict[str, Any]:
    """Searches the latent for a high penalized logP, beside random samples and the labels."""

    from sklearn.linear_model import RidgeCV

    labeled, references = train[["smiles"]][:LABELS], train[["smiles"]][:REFERENCES]
    known = penalized(labeled["smiles"])
    # What the labels say of a molecule: a ridge regression on its counts of tokens.
    ridge = RidgeCV(np.logspace(-1, 4, 16)).fit(model.features(labeled), known)
    goal = maximize(lambda rows: penalized(rows["smiles"]), "penalized logP")
    start = time.perf_counter()
    found = optimize(
        model,
        goal,
        references,
        evaluations=evaluations,
        proposals=10,
        batch=5,
        gate="refuse",
        predict=lambda rows: ridge.predict(model.features(rows)),
        seed=seed,
    )
    values = found.facts["penalized logP"].where(found.facts["trusted"]).to_numpy()
    drawn = penalized(model.sample(evaluations, random_state=seed)["smiles"])
    best, best_random = (float(np.nanmax(part)) if np.isfinite(part).any() else None for part in (values, drawn))

    return {
        "best": best,
        "best_label": float(np.nanmax(known)),
        "best_random": best_random,
        "designs": found.rows["smiles"].tolist(),
        "refused": found.refused,
        "seconds": time.perf_counter() - start,
    }


if __name__ == "__main__":
    main()
