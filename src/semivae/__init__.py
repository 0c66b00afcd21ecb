r"""Learning from few labels and many unlabeled rows with variational autoencoders.

One fit gives a classifier or regressor, a generator, a density (and so an outlier score) and a latent map.

Use:
    :class:`VAEClassifier`, :class:`VAERegressor`, :class:`VAEEmbedding`, :class:`PCA`: scikit-learn estimators.
    :class:`OutlierDetector`: outliers, with the conventions of pyod.
    :class:`VAEPredictor`: one for several targets, each of which may be missing where others are known.
    :class:`ModelOptions`, :class:`ObjectiveOptions`, :class:`RecipeOptions`, :class:`TrainingOptions`,
    :class:`DataOptions`: the options of an estimator, in groups.
    :func:`load`: a saved model.
    :class:`LabeledKFold`: folds for cross-validation in which only labeled rows are tested.
    :func:`read`: rows of a file, a folder of pictures or a named set, in memory.
    :func:`stream`: rows of files larger than memory.
    :func:`explore`: a page on this machine to see a fitted model, label rows and retrain it.
    :class:`Callback`: sees every epoch of a fit.

The map of the package, from the bottom up (`docs/architecture.md` draws it):
    - vocabulary, free to all: `variables` (what each x and y is), `schema` (all of them), `fitted` (what a fitted
      estimator may be asked), `findings` (the faults of a fit), `batch` (the rows of a step), `registry` (names of
      interchangeable parts), `store` (folders on disk), `errors`.
    - rows: `data` reads files, and translates the rows of a user for a model and back.
    - mathematics: `networks` (plain maps), `families` (features to distributions), `conditional` (the one arrow
      p(a | b, c) and the choice of its network), `priors`, `marginal` (the sum over a missing label), `models`
      (wiring diagrams with their bounds), `objectives` (bounds to a loss).
    - procedure: `engine` trains, and applies trained models.
    - judgment: `evaluation`, `trust`, `latent`, `figures`: arrays in, numbers, arrays or pictures out.
    - `estimators` is where rows, mathematics and procedure meet; `workflows` are the use-cases, written once;
      the faces `cli` and `explorer` ask them and show.
"""

from __future__ import annotations

__all__ = [
    "PCA",
    "Callback",
    "DataOptions",
    "LabeledKFold",
    "ModelOptions",
    "ObjectiveOptions",
    "OutlierDetector",
    "RecipeOptions",
    "TrainingOptions",
    "VAEClassifier",
    "VAEEmbedding",
    "VAEPredictor",
    "VAERegressor",
    "explore",
    "load",
    "read",
    "stream",
]

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from semivae.data.read import read
    from semivae.data.stream.rows import stream
    from semivae.engine import Callback
    from semivae.estimators import PCA, LabeledKFold, VAEClassifier, VAEEmbedding, VAEPredictor, VAERegressor, load
    from semivae.estimators.detector import OutlierDetector
    from semivae.estimators.options import (
        DataOptions,
        ModelOptions,
        ObjectiveOptions,
        RecipeOptions,
        TrainingOptions,
    )
    from semivae.explorer.running import explore


def __getattr__(name: str) -> Any:
    # PyTorch takes seconds to import, which `semivae --help` should not pay.
    if name not in __all__:
        raise AttributeError(f"module 'semivae' has no attribute {name!r}")

    from importlib import import_module

    homes = {
        "Callback": "semivae.engine",
        "OutlierDetector": "semivae.estimators.detector",
        "explore": "semivae.explorer.running",
        "read": "semivae.data.read",
        "stream": "semivae.data.stream.rows",
    }
    home = "semivae.estimators.options" if name.endswith("Options") else homes.get(name, "semivae.estimators")

    return getattr(import_module(home), name)
