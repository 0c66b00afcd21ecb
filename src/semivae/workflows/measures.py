r"""The metrics of one model, part by part: predictions, density, samples and latents."""

from __future__ import annotations

__all__ = ["Details", "Metrics", "classes", "detailed", "numbers", "others", "targets_of"]

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from semivae.workflows.inputs.rows import levels_in, score_prefix

if TYPE_CHECKING:
    from semivae.evaluation import PerClass, Reliability
    from semivae.fitted import Classifier, Fitted, Predictor, Regressor

LOG = logging.getLogger(__name__)

# The log-density costs a pass per draw and class, and a mean over so many rows is known to its standard error.
DENSITY_ROWS = 2000

# Fewer rows say nothing of samples and latents.
FEWEST = 40

Metrics = dict[str, float]


@dataclass(frozen=True)
class Details:
    r"""The predictions of a classifier, class by class.

    Attributes:
        classes: The names of the classes.
        confusion: Rows of each true class by their predicted class.
        per_class: Precision and recall of each class.
        reliability: Accuracy by confidence.
    """

    classes: list[Any]
    confusion: Any
    per_class: PerClass
    reliability: Reliability

    def taken_for(self, position: int) -> str:
        """Returns the class that rows of a class are most often taken for, with their number; "" if they never are."""

        row = self.confusion[position].copy()
        row[position] = 0

        return f"{self.classes[row.argmax()]} ({row.max():,})" if row.any() else ""


def classes(model: Classifier, x: Any, y: Any) -> tuple[Metrics, Details]:
    """Returns the metrics of predicted classes, and the predictions class by class."""

    import numpy as np

    from semivae.evaluation import classification, coded

    beliefs, codes = model.predict_proba(x), coded(np.asarray(y), model.classes_)

    return classification(y, beliefs, model.classes_), detailed(model, beliefs, codes)


def detailed(model: Classifier, beliefs: Any, codes: Any) -> Details:
    r"""Returns predictions class by class.

    Arguments:
        model: The classifier, which names the classes.
        beliefs: The probabilities of the classes, with shape (N, C).
        codes: The codes of the true classes, with shape (N,).
    """

    from semivae.evaluation import confusion, per_class, reliability

    curve = reliability(beliefs.argmax(axis=1) == codes, beliefs.max(axis=1))

    return Details(model.classes_.tolist(), confusion(codes, beliefs), per_class(codes, beliefs), curve)


def numbers(model: Regressor, x: Any, y: Any) -> Metrics:
    """Returns the metrics of predicted values."""

    import numpy as np

    from semivae.evaluation import interval_of, regression

    mean, deviation = model.predict(x, return_std=True)
    low, high = interval_of(model, x).T

    return regression(np.asarray(y, dtype=float), mean, low, high, deviation)


def targets_of(model: Predictor, x: Any, y: Any) -> dict[str, Metrics]:
    """Returns the metrics of each of several targets, on the rows where it is known."""

    import numpy as np

    from semivae.data.labels.table import TargetLabels
    from semivae.evaluation import classification, regression

    labels = TargetLabels(model.schema_.target, model.missing_label)
    points = labels.encode(labels.table(y))
    truth = labels.decode(np.nan_to_num(points))
    predicted = np.asarray(model.predict(x)).T
    ends = zip(*(np.asarray(end, dtype=float).T for end in model.predict_interval(x)), strict=True)
    beliefs = zip(model.classes_, model.predict_proba(x), strict=True)
    found: dict[str, Metrics] = {}

    for part, column, values in zip(model.schema_.targets, points.T, predicted, strict=True):
        known = ~np.isnan(column)
        given = truth[part.name].to_numpy()[known]

        if part.classes:
            names, table = next(beliefs)
            measured = classification(given, table[known], names) if known.any() else {}
        else:
            low, high = next(ends)
            measured = regression(given, values[known].astype(float), low[known], high[known]) if known.any() else {}

        found[part.name] = {"n": int(known.sum()), **measured}

    return found


def others(model: Fitted, x: Any, y: Any, whole: bool) -> Metrics:
    """Returns the metrics of the density, and of samples and latents if the whole model is measured."""

    return density(model, x) | (space(model, x, y) if whole else {})


def space(model: Fitted, x: Any, y: Any) -> Metrics:
    r"""Returns the metrics of reconstructions, samples and latents.

    Probes, and the networks that samples are judged by, learn from one half of the rows; the other half is compared
    with. So nothing is said about copies of training rows, which are not at hand.

    Arguments:
        model: The model.
        x: The rows.
        y: Their labels; None without.

    Raises:
        DataError: If the rows are too few.
    """

    import numpy as np
    from sklearn.utils import _safe_indexing
    from sklearn.utils.validation import _num_samples

    from semivae.data.codecs.choose import codec_of
    from semivae.evaluation import Exam, metrics
    from semivae.evaluation.generator_half import of_samples, rebuilt_share
    from semivae.evaluation.latent_half import latent
    from semivae.evaluation.registry import enough
    from semivae.fitted import Classifier

    enough("samples and latents", _num_samples(x), FEWEST, "rows")
    x = codec_of(model.schema_).plain(x)
    train, test = np.array_split(np.random.default_rng(0).permutation(_num_samples(x)), 2)
    # Without a target, no number depends on the labels.
    labels = np.zeros(_num_samples(x)) if y is None else np.asarray(y)
    parts = ((_safe_indexing(x, part), labels[part]) for part in (train, test))
    (seen, seen_y), (new, new_y) = parts
    exam = Exam(model.schema_, seen, seen_y, np.ones(len(train), bool), new, new_y, not isinstance(model, Classifier))
    found = rebuilt_share(model, exam) | of_samples(model, exam) | latent(model, exam)

    for judge in ("judge", "network"):
        if judge in found:
            LOG.info(f"Samples are judged by {found[judge]}: {found[f'{judge}_accuracy']:.3f} right on other rows.")

    kept = {"frechet_floor", "linear_probe", "neighbor_probe", *metrics} - {"sample_distance"}

    return {name: value for name, value in found.items() if name in kept and value == value}


def density(model: Fitted, x: Any) -> Metrics:
    """Returns the mean log-density of some of the rows, or another score of them where a model has no density."""

    import numpy as np
    from sklearn.utils import _safe_indexing
    from sklearn.utils.validation import _num_samples

    from semivae.evaluation import evidence
    from semivae.fitted import Trained

    if _num_samples(x) > DENSITY_ROWS:
        x = _safe_indexing(x, np.random.default_rng(0).permutation(_num_samples(x))[:DENSITY_ROWS])

    scores, errors = model.evidence(x)[:2] if isinstance(model, Trained) else (model.score_samples(x), None)
    found = evidence(scores, levels_in(model), errors)

    return {f"{score_prefix(model)}{name}": value for name, value in found.items()}
