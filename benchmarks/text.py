r"""Text with few labels: TREC questions by their embeddings, beside the best that scikit-learn does with the same.

Usage: .venv/bin/python benchmarks/text.py --vectors FOLDER
       .venv/bin/python benchmarks/text.py --labels 60 --draws 1 --effort quick
Cost: the embeddings 2 minutes on a core, once; then about 3 minutes a draw and number of labels.
Result: benchmarks/results/text.json with every draw; draws that it holds are not made again.

The data are the 5,452 and 500 questions of $SEMIVAE_DATA/text/trec with six coarse classes, embedded by the language
model of `semivae[text]`. A draw keeps labels of random training rows, at least one of each class; the others stay as
unlabeled rows. All methods get the same vectors and labels, and are measured on the official test questions, by which
nothing is chosen. `semivae` is the default fit of `VAEClassifier`, as with `embed`, which embeds questions in the same
way. The others choose their settings by five-fold cross-validation on the labels: logistic regression and a linear
support vector machine (C), label spreading (its graph, its width, and alpha). Log loss is in nats.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.semi_supervised import LabelSpreading
from sklearn.svm import LinearSVC

from semivae import TrainingOptions, VAEClassifier
from semivae.data.sentences.embed import embedded
from store import RESULTS, spread_of, store

PATH = RESULTS / "text.json"
FILES = {"train": "train_5500.label", "test": "TREC_10.label"}
METHODS = ("semivae", "logistic regression", "linear svm", "label spreading")
FOLDS = 5
Values = NDArray[Any]


class Spreading(ClassifierMixin, BaseEstimator):
    """Label spreading that always has the same unlabeled rows, so that a grid search can choose its settings."""

    def __init__(self, rows: Values, kernel: str = "knn", alpha: float = 0.2, gamma: float = 20.0) -> None:
        self.rows, self.kernel, self.alpha, self.gamma = rows, kernel, alpha, gamma

    def fit(self, X: Values, y: Values) -> Spreading:
        """Spreads labels to the unlabeled rows."""

        settings = {"kernel": self.kernel, "alpha": self.alpha, "gamma": self.gamma, "n_neighbors": 10}
        codes = np.concatenate([y, np.full(len(self.rows), -1)])
        self.spread_ = LabelSpreading(max_iter=50, **settings).fit(np.concatenate([X, self.rows]), codes)
        self.classes_ = self.spread_.classes_

        return self

    def predict_proba(self, X: Values) -> Values:
        """Returns the shares of labels at rows."""

        return self.spread_.predict_proba(X)

    def predict(self, X: Values) -> Values:
        """Returns the label with the largest share."""

        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def main() -> None:
    """Makes the draws that are not stored, and shows the means."""

    parser = argparse.ArgumentParser(description="Accuracy on TREC questions with few labels, by embeddings.")
    parser.add_argument("--labels", nargs="+", type=int, default=[60, 300])
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--effort", default="normal", choices=("quick", "normal", "thorough"))
    parser.add_argument("--vectors", type=Path, default=Path(tempfile.gettempdir()), help="a folder for embeddings")
    arguments = parser.parse_args()
    stored = json.loads(PATH.read_text())["runs"] if PATH.exists() else []
    runs = {(run["labels"], run["draw"], run["effort"]): run for run in stored}
    data = vectors(arguments.vectors / "semivae_trec.npz")

    for draw in range(arguments.draws):
        for labels in arguments.labels:
            if (key := (labels, draw, arguments.effort)) not in runs:
                runs[key] = run(data, *key)
                print(json.dumps(runs[key]), flush=True)
                store({"runs": list(runs.values())}, PATH)

    for labels in arguments.labels:
        made = [one for (count, _, effort), one in runs.items() if (count, effort) == (labels, arguments.effort)]

        for method in METHODS:
            means = {name: spread_of([one[method][name] for one in made])["mean"] for name in made[0][method]}
            print(labels, f"{method:<20}", " ".join(f"{name} {value:.3f}" for name, value in means.items()))


def vectors(path: Path) -> dict[str, Values]:
    """Returns the vectors and classes of all questions, from a file if they were made before."""

    if not path.exists():
        found = {}

        for part, name in FILES.items():
            lines = (Path(os.environ["SEMIVAE_DATA"]) / "text" / "trec" / name).read_text("latin-1").splitlines()
            found[part] = embedded([line.split(" ", 1)[1] for line in lines])
            classes = np.array([line.split(":", 1)[0] for line in lines])
            found[f"{part}_y"] = np.unique(classes, return_inverse=True)[1]

        np.savez(path, **found)

    with np.load(path) as arrays:
        return dict(arrays)


def drawn(y: Values, labels: int, draw: int) -> Values:
    """Returns the positions of labels that are kept, at least one of each class."""

    random = np.random.default_rng(draw)

    while True:
        kept = random.permutation(len(y))[:labels]

        if len(np.unique(y[kept])) == len(np.unique(y)):
            return kept


def run(data: dict[str, Values], labels: int, draw: int, effort: Any) -> dict[str, Any]:
    """Fits all methods to a draw of labels, and measures them on the test questions."""

    x, y = data["train"], data["train_y"]
    kept = drawn(y, labels, draw)
    known = np.full(len(y), -1)
    known[kept] = y[kept]
    others = x[np.setdiff1d(np.arange(len(y)), kept)]
    found: dict[str, Any] = {"labels": labels, "draw": draw, "effort": effort}
    start = time.perf_counter()
    fitted = VAEClassifier(random_state=draw, training=TrainingOptions(effort=effort)).fit(x, known)
    found["seconds"] = round(time.perf_counter() - start, 1)
    found["weights"] = {name: round(weight, 3) for name, weight in fitted.committee_.weights.items()}
    methods = {"semivae": fitted, **{name: chosen(name, x[kept], y[kept], others) for name in METHODS[1:]}}

    return found | {name: measured(method, data["test"], data["test_y"]) for name, method in methods.items()}


def chosen(name: str, x: Values, y: Values, others: Values) -> Any:
    """Returns a method of scikit-learn after its fit, with the settings that cross-validation on the labels chose."""

    costs = {"C": np.logspace(-1, 2, 7)}
    spreading = [
        {"kernel": ["knn"], "alpha": [0.2, 0.8]},
        {"kernel": ["rbf"], "alpha": [0.2, 0.8], "gamma": [5.0, 10.0, 20.0]},
    ]
    methods: dict[str, tuple[Any, Any]] = {
        "logistic regression": (LogisticRegression(max_iter=1000), costs),
        "linear svm": (LinearSVC(), costs),
        # A graph of all rows by a kernel has too many entries: a part of the unlabeled rows shows what there is.
        "label spreading": (Spreading(others[:2000]), spreading),
    }
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)

    return GridSearchCV(*methods[name], cv=folds).fit(x.astype(float), y)


def measured(method: Any, x: Values, y: Values) -> dict[str, float]:
    """Returns the accuracy of a method, and its log loss if it has probabilities."""

    found = {"accuracy": float((method.predict(x) == y).mean())}

    if hasattr(method, "predict_proba"):
        chances = method.predict_proba(x)[np.arange(len(y)), np.searchsorted(method.classes_, y)]
        found["log_loss"] = float(-np.log(np.nan_to_num(chances).clip(1e-6)).mean())

    return found


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        main()
