r"""The scorecard of both halves of a model on the rows at hand, beside as many principal components."""

from __future__ import annotations

__all__ = ["Mark", "card"]

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from semivae.evaluation import Exam
    from semivae.fitted import Fitted

# Enough rows for a tenth of each mark; fewer than the least say little.
ROWS, FEWEST = 1_000, 40

# A judge that is right less often says little of samples.
SURE = 0.6


@dataclass(frozen=True)
class Mark:
    r"""One line of a scorecard; higher is better, and 1 is best.

    Attributes:
        name: The quality.
        value: The model's value.
        pca: The value of principal components; None where they have none.
        meaning: The meaning in one sentence.
    """

    name: str
    value: float
    pca: float | None
    meaning: str


def card(fitted: Fitted, x: Any, y: Any) -> list[Mark]:
    r"""Returns the marks of a model, at most five; none for very few rows.

    Arguments:
        fitted: The estimator.
        x: Rows; half of them teach principal components, probes and the judge, the others are measured.
        y: Their labels as codes or values, NaN where unlabeled.
    """

    if len(x) < FEWEST:
        return []

    from sklearn.utils import _safe_indexing

    from semivae.evaluation import Exam

    # Labeled rows first, that the judge sees as many as there are.
    order = np.random.default_rng(0).permutation(len(x))
    order = order[np.argsort(np.isnan(y[order]), kind="stable")][:ROWS]
    parts = [order[0::2], order[1::2]]
    train, test = (_safe_indexing(x, part) for part in parts)
    given = ~np.isnan(y[parts[0]])
    exam = Exam(fitted.schema_, train, y[parts[0]], given, test, y[parts[1]], numeric=True)

    return [mark for mark in (*generated(fitted, exam), *latent(fitted, exam)) if mark.value == mark.value]


def generated(fitted: Fitted, exam: Exam) -> list[Mark]:
    """Returns the marks of reconstructions and samples."""

    from semivae.evaluation import explained_variance, measure, pca_explained, rebuilt

    decoded = exam.numbers(rebuilt(fitted, exam.test))
    latents = fitted.transform(exam.test[:1]).shape[1]
    found = [
        Mark(
            "Rows come back",
            float(explained_variance(exam.held_out, decoded)),
            float(pca_explained(exam.learned, exam.held_out, latents, exam.numbers.modes)),
            f"Share of the variance of rows that {latents} latents keep",
        )
    ]

    drawn = exam.numbers(fitted.sample(len(exam.test), random_state=0))
    samples = measure("samples", *(np.nan_to_num(part) for part in (exam.held_out, drawn)))
    found += [
        Mark("Samples look like rows", samples["sample_precision"], None, "Share of samples that lie among the rows"),
        Mark("Rows are covered", samples["sample_coverage"], None, "Share of rows that have a sample nearby"),
    ]

    return [*found, *asked(fitted, exam)]


def asked(fitted: Fitted, exam: Exam) -> list[Mark]:
    """Returns the share of samples in the class that was asked for; none without a judge that knows the classes."""

    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import cross_val_score

    from semivae.fitted import Classifier

    y = np.concatenate([exam.y, exam.test_y])
    known = ~np.isnan(y)
    classes, counts = np.unique(y[known].astype(int), return_counts=True)

    if not isinstance(fitted, Classifier) or known.sum() < FEWEST or len(classes) < 2 or counts.min() < 2:
        return []

    # A forest learns from few labels, unlike the judge of the evaluation, which has all of them.
    judge = RandomForestClassifier(random_state=0)
    rows, labels = np.nan_to_num(np.concatenate([exam.learned, exam.held_out])[known]), y[known].astype(int)
    accuracy = float(cross_val_score(judge, rows, labels, cv=min(5, counts.min())).mean())

    if accuracy < SURE:
        return []

    wanted = np.resize(classes, 200)
    drawn = np.nan_to_num(exam.numbers(fitted.sample(len(wanted), fitted.classes_[wanted], random_state=0)))
    share = float((judge.fit(rows, labels).predict(drawn) == wanted).mean())
    meaning = (
        f"Share of samples that a judge puts in the class that was asked for; this forest learned from "
        f"{len(labels):,} given labels, and is right in {accuracy:.0%} of rows that it did not see"
    )

    return [Mark("Samples are in the asked class", share, None, meaning)]


def latent(fitted: Fitted, exam: Exam) -> list[Mark]:
    """Returns the marks of the latent."""

    from semivae.evaluation import measure

    mean = fitted.transform(exam.test)
    active = float(measure("latents", mean)["active_units"]) / mean.shape[1]

    return [Mark("Latents are in use", active, None, f"Share of the {mean.shape[1]} latents that depend on the row")]
