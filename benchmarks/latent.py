r"""What the tools of a latent space do: directions, swapped labels, clusters, compression, and weights of rare rows.

Usage: .venv/bin/python benchmarks/latent.py [--only directions swap clusters rate rare] [--pictures DIR]
Cost: about 20 minutes on one core.
Result: benchmarks/results/latent.json. Parts that it holds already are not run again.

Directions: a VAE of dSprites; new shapes are moved along the direction of "scale", that the latents of training rows
show, and the number of white pixels should grow at each of four steps. Swap: `m2` of MNIST with 1,000 labels; new
digits take another class in the style of the given one. A network that learned from all labels names the class, and
the width of strokes before and after is correlated. Clusters: k-means of the latents beside k-means of the rows, with
as many clusters as classes. Rate: the error of test rows against the bits of their latent, for several weights of the
divergence, beside a Gaussian coded ideally, which is what principal components can reach. Rare: 5 % of the digits are
inverted and nobody says so; a support vector machine learns with the weights of rare rows, and without. Its kind of
weights was chosen on other draws. (A logistic regression cannot hold both groups: what one wins the other loses.)
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from sets import path_of, use_sets_beside
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

from semivae import VAEClassifier, VAEEmbedding
from semivae.data.batches.split import keep_labels
from semivae.data.sets.named import load
from semivae.evaluation.network import Network
from semivae.latent import Space, attribute, by_group, cluster, debias_weights, edit, rate_distortion, swap
from store import RESULTS, spread_of, store

PATH = RESULTS / "latent.json"
AMOUNTS = (-1.0, -0.5, 0.0, 0.5, 1.0)
BETAS = (0.3, 1.0, 3.0)
MANY, TESTED = 20_000, 1_000


def main() -> None:
    """Runs the parts that are not stored yet."""

    parser = argparse.ArgumentParser(description="What the tools of a latent space do.")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--pictures", type=Path, help="a folder for pictures of what was made")
    arguments = parser.parse_args()
    use_sets_beside()
    facts = json.loads(PATH.read_text()) if PATH.exists() else {}

    for part in arguments.only:
        if part not in facts:
            start = time.perf_counter()
            facts[part] = PARTS[part](arguments.pictures)
            facts[part]["seconds"] = round(time.perf_counter() - start, 1)
            store(facts, PATH)

        print(part, json.dumps(facts[part]), flush=True)


def directions(pictures: Path | None) -> dict[str, Any]:
    """Returns the share of shapes whose area grows along the direction of their scale."""

    held = np.load(path_of("dsprites", "dsprites_subset.npz"))
    order = np.random.default_rng(0).permutation(len(held["imgs"]))
    images, scale = held["imgs"][order].astype(np.uint8), held["latents_classes"][order, 1]
    train, test = images[:10_000], images[-TESTED:]
    fitted = VAEEmbedding(latents=10, epochs=40, network="mlp", random_state=0).fit(train)
    space = Space(fitted, train)
    found = attribute(space.latents, scale[: len(train)][space.kept].astype(float), "scale", "linear")
    moved = np.stack([np.asarray(edit(space, test, found, amount)) for amount in AMOUNTS])
    keep(pictures, "directions", moved[:, :8])
    areas = moved.reshape(len(AMOUNTS), TESTED, -1).sum(axis=-1)

    return {
        "monotone": float((np.diff(areas, axis=0) > 0).all(axis=0).mean()),
        "area_at_ends": [float(area) for area in areas[[0, -1]].mean(axis=1)],
        "amounts": AMOUNTS,
    }


def swap_labels(pictures: Path | None) -> dict[str, Any]:
    """Returns the share of digits that became the asked class, and the correlation of the width of strokes."""

    train, test = load("mnist"), load("mnist", split="test")
    images, classes = np.asarray(train.x), np.asarray(train.y)
    order = np.random.default_rng(0).permutation(len(images))[:MANY]
    known = np.where(np.arange(MANY) < 1_000, classes[order].astype(int), -1)
    fitted = VAEClassifier("m2", epochs=20, random_state=0).fit(images[order], known)
    tested, truth = np.asarray(test.x)[:TESTED], np.asarray(test.y)[:TESTED].astype(int)
    flat = [rows.reshape(len(rows), -1) / 255.0 for rows in (images, tested)]
    judge = Network.fit(flat[0][:MANY], classes[:MANY].astype(int), flat[1], truth)
    asked = (truth + np.random.default_rng(1).integers(1, 10, TESTED)) % 10
    made = np.asarray(swap(Space(fitted, images[order]), tested, asked))
    keep(pictures, "swap", np.stack([tested[:10], made[:10]]))

    return {
        "asked": float((judge.classifier.predict(made.reshape(TESTED, -1) / 255.0) == asked).mean()),
        "judge": judge.accuracy,
        "accuracy": float((fitted.predict(tested) == truth).mean()),
        "width_correlation": float(np.corrcoef(widths(tested), widths(made))[0, 1]),
    }


def widths(images: NDArray[Any]) -> NDArray[np.float64]:
    """Returns the mean width of the strokes of images, with shape (N,): in a stroke, ink is a quarter from its edge."""

    found = [distance_transform_edt(image > image.max() / 2) for image in images]

    return np.array([4 * inside[inside > 0].mean() for inside in found])


def clusters(pictures: Path | None) -> dict[str, Any]:
    """Returns the agreement of clusters with classes."""

    x, y = load_digits(return_X_y=True)
    table = pd.read_csv(path_of("tabular/small", "class/soybean.csv"))

    return {
        "digits": agreement((x.reshape(-1, 8, 8)).astype(np.uint8), y, 50),
        "soybean": agreement(table.iloc[:, :-1], np.unique(table.iloc[:, -1], return_inverse=True)[1], 100),
    }


def agreement(x: Any, y: NDArray[Any], labels: int) -> dict[str, Any]:
    """Returns the agreement of k-means with the classes, on latents and on rows."""

    count = len(np.unique(y))
    known = np.where(keep_labels(y, labels, 0), y.astype(object), None)
    fits = {"default": VAEClassifier(random_state=0).fit(x, known), "vae": VAEEmbedding(random_state=0).fit(x)}
    spaces = {name: fitted.transform(x) for name, fitted in fits.items()} | {"rows": fits["vae"].features(x)}
    found = {name: KMeans(count, n_init=10, random_state=0).fit_predict(space) for name, space in spaces.items()} | {
        "default, mixture": cluster(spaces["default"]).codes
    }

    return {
        name: {
            "nmi": float(normalized_mutual_info_score(y, codes)),
            "ari": float(adjusted_rand_score(y, codes)),
            "clusters": int(codes.max() + 1),
        }
        for name, codes in found.items()
    }


def rate(pictures: Path | None) -> dict[str, Any]:
    """Returns rate and distortion for several weights of the divergence, and the curve of a Gaussian."""

    train, test = (np.asarray(load("mnist", split=split).x) for split in ("train", "test"))
    points = []

    for beta in BETAS:
        fitted = VAEEmbedding(latents=32, epochs=20, random_state=0).set_params(objective__beta=beta)
        found = rate_distortion(fitted.fit(train[:MANY]), test[:TESTED])
        points.append({"beta": beta, "rate": found.rate, "distortion": found.distortion, "gaussian": found.gaussian})
        print(json.dumps(points[-1]), flush=True)

    return {"points": points}


def rare(pictures: Path | None) -> dict[str, Any]:
    """Returns the accuracies of both groups without and with weights, and their gains, over draws."""

    images, labels = load_digits(return_X_y=True)
    runs = []

    for seed in range(5):
        random = np.random.default_rng(seed)
        train, test = train_test_split(np.arange(len(labels)), test_size=400, stratify=labels, random_state=seed)
        odd = random.random(len(train)) < 0.05
        x = np.where(odd[:, None], 16 - images[train], images[train])
        z = (
            VAEEmbedding(latents=8, random_state=seed)
            .fit(x.reshape(-1, 8, 8).astype(np.uint8))
            .transform(x.reshape(-1, 8, 8).astype(np.uint8))
        )
        weights = debias_weights(z, smoothing=0.03, method="mixture")
        both = np.concatenate([images[test], 16 - images[test]])
        truth, groups = np.tile(labels[test], 2), np.repeat(["frequent", "rare"], len(test))
        plain, weighed = (SVC().fit(x, labels[train], sample_weight=part) for part in (None, weights))
        found = by_group(groups, truth, plain.predict(both), weighed.predict(both)).set_index("group")
        runs.append({group: found.loc[group, ["before", "after", "gain"]].to_dict() for group in ("frequent", "rare")})
        runs[-1]["weight_of_rare"] = float(weights[odd].mean() / weights[~odd].mean())

    return {
        "runs": runs,
        **{f"{group}_gain": spread_of([run[group]["gain"] for run in runs]) for group in ("frequent", "rare")},
    }


def keep(pictures: Path | None, name: str, images: NDArray[Any]) -> None:
    """Writes images with shape (rows, columns, height, width) as one picture, if wanted."""

    if pictures is not None:
        import matplotlib.image

        pictures.mkdir(parents=True, exist_ok=True)
        sheet = np.concatenate([np.concatenate(list(line), axis=1) for line in images])
        matplotlib.image.imsave(pictures / f"{name}.png", sheet, cmap="gray")


PARTS = {"directions": directions, "swap": swap_labels, "clusters": clusters, "rate": rate, "rare": rare}


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main()
