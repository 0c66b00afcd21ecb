r"""The measures of a model, and of principal components, for the card."""

from __future__ import annotations

__all__ = ["Labels", "of_components", "of_model"]

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples

from semivae.evaluation import explained_variance, linear_probe, measure, pca_explained, rebuilt
from semivae.evaluation.latent_half import smoothness
from semivae.evaluation.reconstruction import principal
from semivae.fitted import Classifier, Trained, has_density

if TYPE_CHECKING:
    from semivae.evaluation import Exam
    from semivae.fitted import Fitted

Values = NDArray[np.float64]
Measures = dict[str, float]

# Rows whose density is computed, which takes a pass for each of its draws.
SCORED = 100

# Samples of asked classes, and the fewest given labels that teach a judge.
ASKED, FEWEST = 200, 40

TREES = 50

# A judge that is right less often says little of samples.
SURE = 0.6


@dataclass(frozen=True)
class Labels:
    r"""The given labels among the rows, and a judge that learned from them.

    Attributes:
        numeric: Whether labels are numbers.
        train: Marks the labeled training rows, with shape (N,).
        test: Marks the labeled held-out rows, with shape (M,).
        classes: The codes of the classes that the judge knows; empty without a judge.
        judge: Maps rows as numbers to codes.
        told: The judge and its accuracy in words; empty without a judge.
    """

    numeric: bool
    train: NDArray[np.bool_]
    test: NDArray[np.bool_]
    classes: NDArray[np.int64]
    judge: Callable[[Values], Any] | None
    told: str

    @classmethod
    def of(cls, exam: Exam, classes: bool) -> Self:
        """Finds the labels of rows, and trains a judge where they are classes and enough."""

        train, test = ~np.isnan(exam.y), ~np.isnan(exam.test_y)
        found = (np.zeros(0, int), None, "")

        if classes and train.sum() + test.sum() >= FEWEST:
            rows = np.concatenate([exam.learned[train], exam.held_out[test]])
            found = judge(np.nan_to_num(rows), np.concatenate([exam.y[train], exam.test_y[test]]).astype(int))

        return cls(not classes, train, test, *found)


def judge(rows: Values, y: NDArray[np.int64]) -> tuple[NDArray[np.int64], Callable[[Values], Any] | None, str]:
    """Returns the classes of given labels, a forest that learned from them, and how good it is."""

    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import cross_val_score

    classes, counts = np.unique(y, return_counts=True)

    if len(classes) < 2 or counts.min() < 2:
        return np.zeros(0, int), None, ""

    # A forest learns from few labels; the judge of the scorecard needs those of all rows.
    forest = RandomForestClassifier(TREES, random_state=0)
    accuracy = float(cross_val_score(forest, rows, y, cv=min(5, counts.min())).mean())
    told = f"a forest that learned from {len(y):,} given labels and is right in {accuracy:.0%} of rows it did not see"

    if accuracy < SURE:
        return np.zeros(0, int), None, f"Nobody judged the class of samples: {told}, is not good enough."

    forest.fit(rows, y)

    return classes, forest.predict, f"The judge of asked classes is {told}."


def of_model(fitted: Fitted, exam: Exam, labels: Labels) -> Measures:
    """Returns the measures of a model."""

    fitted.sample(1, random_state=0)
    drawn, drawing = timed(lambda: fitted.sample(_num_samples(exam.test), random_state=0))
    mean, deviation = fitted.encode(exam.test)
    noise = np.random.default_rng(exam.seed).standard_normal(mean.shape)
    prior = fitted.sample_latents(len(mean), random_state=exam.seed)

    return {
        "samples_a_second": len(mean) / drawing,
        "explained_variance": explained_variance(exam.held_out, exam.numbers(rebuilt(fitted, exam.test))),
        **of_samples(exam, exam.numbers(drawn)),
        **asked(fitted, exam, labels),
        **measure("latents", mean),
        **measure("prior", mean + deviation * noise, prior),
        **smoothness(fitted, exam, mean),
        "linear_probe": probe(exam, labels, fitted.transform(exam.train), mean),
        **density(fitted, _safe_indexing(exam.test, np.arange(min(SCORED, len(mean))))),
    }


def of_components(exam: Exam, latents: int, labels: Labels) -> Measures:
    """Returns the measures of the Gaussian of principal components of rows as numbers."""

    pca = principal(exam.learned, latents)
    random = np.random.default_rng(exam.seed)
    rows = np.nan_to_num(exam.held_out)
    z, size = pca.transform(rows), len(rows)
    deviation = np.sqrt(pca.noise_variance_)
    spread = np.sqrt(np.maximum(pca.explained_variance_ - deviation**2, 0))

    def draw() -> Values:
        made = pca.inverse_transform(random.standard_normal((size, len(spread))) * spread)

        return exam.numbers.modes(made + deviation * random.standard_normal(made.shape))

    drawn, drawing = timed(draw)
    found = {
        "samples_a_second": size / drawing,
        "explained_variance": pca_explained(exam.learned, exam.held_out, latents, exam.numbers.modes),
        **of_samples(exam, drawn),
        **measure("latents", z),
        **measure("prior", z + deviation * random.standard_normal(z.shape), random.standard_normal(z.shape) * spread),
        # Straight paths stay straight.
        "path_jump": 1.0,
        "linear_probe": probe(exam, labels, pca.transform(np.nan_to_num(exam.learned)), z),
    }

    if not deviation:
        # Rows in a plane have no density.
        return found

    _, scoring = timed(lambda: pca.score_samples(rows))

    return found | {"densities_a_second": size / scoring, "density_error": 0.0}


def of_samples(exam: Exam, drawn: Values) -> Measures:
    """Returns the measures of samples among rows."""

    return measure("samples", *(np.nan_to_num(part) for part in (exam.held_out, drawn)))


def asked(fitted: Fitted, exam: Exam, labels: Labels) -> Measures:
    """Returns the share of samples that the judge puts in the asked class; none without a judge or classes."""

    if labels.judge is None or not isinstance(fitted, Classifier):
        return {}

    wanted = np.resize(labels.classes, ASKED)
    drawn = exam.numbers(fitted.sample(len(wanted), fitted.classes_[wanted], random_state=0))

    return measure("asked", wanted, labels.judge(np.nan_to_num(drawn)))


def probe(exam: Exam, labels: Labels, train: Values, test: Values) -> float:
    """Returns how well a linear method tells given labels from latents; NaN for too few labels."""

    if min(labels.train.sum(), labels.test.sum()) < FEWEST / 4:
        return float("nan")

    parts = train[labels.train], exam.y[labels.train], test[labels.test], exam.test_y[labels.test]

    return linear_probe(*parts, numeric=labels.numeric)


def density(fitted: Fitted, rows: Any) -> Measures:
    """Returns how fast the density of rows is known, and how well."""

    if not isinstance(fitted, Trained):
        scores, scoring = timed(lambda: fitted.score_samples(rows))

        return {"densities_a_second": len(scores) / scoring, "density_error": 0.0}

    (_, errors, _), scoring = timed(lambda: fitted.evidence(rows))
    error = float(np.mean(errors)) if has_density(fitted) else float("nan")

    return {"densities_a_second": len(errors) / scoring, "density_error": error}


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """Returns the result of a call and the seconds that it took."""

    start = time.perf_counter()
    found = call()

    return found, max(time.perf_counter() - start, 1e-9)
