r"""The lecture's card of a generative model, measured: six qualities of any models side by side, with PCA among them.

The measures are the scorecard's, and the seconds that a model takes: nothing is defined here a second time.
"""

from __future__ import annotations

__all__ = ["COMPONENTS", "Card", "Line", "card", "evaluate_card"]

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semivae.errors import DataError, SettingError

if TYPE_CHECKING:
    from semivae.evaluation import Exam
    from semivae.fitted import Fitted, Saved

# Enough rows for the second digit of a share; fewer than the least say little.
ROWS, FEWEST = 1_000, 40

COMPONENTS = "PCA"

# The measures of each quality by their names in the scorecard. The last line is not on the lecture's card.
QUALITIES = {
    "Efficient sampling": ("samples_a_second",),
    "Sample quality": ("sample_precision", "asked_class"),
    "Coverage": ("sample_coverage",),
    "Well-behaved latent": ("prior_distance", "active_units", "path_jump"),
    "Interpretable latent": ("linear_probe",),
    "Efficient likelihood": ("densities_a_second", "density_error"),
    "Reconstruction": ("explained_variance",),
}

# The measures that are no metric of the registry: the better side, the meaning, and whether they are shares.
BESIDE = {
    "samples_a_second": ("higher", "rows drawn in a second on this machine", False),
    "densities_a_second": ("higher", "rows whose log-density, or score, is known after a second", False),
    "density_error": (
        "lower",
        "error of the log-density of a row from its draws, in nats; 0 is exact",
        False,
    ),
    "linear_probe": ("higher", "how well a linear method tells given labels from the latent (accuracy, or R2)", True),
}


@dataclass(frozen=True)
class Line:
    r"""A measure of all models.

    Attributes:
        quality: The quality on the card.
        name: The name of the measure.
        meaning: The meaning in a few words.
        better: The better side, in words.
        share: Whether it is a share from 0 to 1.
        values: The value of each model, None where it has none.
    """

    quality: str
    name: str
    meaning: str
    better: str
    share: bool
    values: Sequence[float | None]


@dataclass(frozen=True)
class Card:
    r"""The card of some models.

    Attributes:
        models: Their names, the last one that of principal components.
        rows: The number of rows that they are measured on.
        latents: The number of principal components.
        lines: The measures.
        judge: The judge of the class of samples and its accuracy; empty without one.
    """

    models: Sequence[str]
    rows: int
    latents: int
    lines: Sequence[Line]
    judge: str

    def value(self, name: str, model: int = 0) -> float | None:
        """Returns a measure of a model; None where it has none."""

        return next((line.values[model] for line in self.lines if line.name == name), None)

    def to_json(self) -> dict[str, Any]:
        """Returns the card as plain JSON values."""

        return asdict(self)


def evaluate_card(
    models: Mapping[str, Saved],
    data: str,
    target: str | None = None,
    split: str = "test",
    header: bool = True,
    labels_from: Path | None = None,
) -> Card:
    r"""Returns the card of saved models of the same columns.

    Arguments:
        models: The models by name.
        data: A file, or the name of a set; labels may be missing.
        target: The column of the labels; the target of the first model if not given.
        split: The rows of a named set: "train", "test" or "all".
        header: Whether the first line of a text file names the columns.
        labels_from: A second file that holds the labels.

    Raises:
        DataError: If the rows cannot be read, or are fewer than 40.
        SettingError: If the models are of different columns.
    """

    from semivae.workflows.draw import codes_of
    from semivae.workflows.inputs.rows import read_maybe_labeled

    # The model that knows the most of labels reads them.
    reader = max(models.values(), key=lambda model: model.schema_.y is not None)
    columns = [sorted(variable.name for variable in model.schema_.x) for model in models.values()]

    if any(other != columns[0] for other in columns):
        raise SettingError(
            "the models are of different columns",
            "a card compares models of the same rows",
            "give models of the same data, with the same columns left out",
        )

    source = read_maybe_labeled(reader, data, target, split, header, labels_from)
    found = card(models, source.x, codes_of(reader, source.y, len(source)))

    if found is None:
        raise DataError(
            f"{len(source)} rows are too few for the card", f"it needs {FEWEST}", f"give {FEWEST} rows or more"
        )

    return found


def card(models: Mapping[str, Fitted], x: Any, y: Any) -> Card | None:
    r"""Returns the card of models; None for fewer than 40 rows.

    Arguments:
        models: The models by name, of the same columns.
        x: Rows; half of them teach principal components, probes and the judge, the others are measured.
        y: Their labels as codes or values, with shape (N,), NaN where unlabeled.
    """

    if len(y) < FEWEST:
        return None

    from semivae.workflows.sides import Labels, of_components, of_model

    fitted = list(models.values())
    exam = exam_of(fitted[0], x, y)
    labels = Labels.of(exam, any(variable.classes for model in fitted for variable in model.schema_.targets))
    latents = fitted[0].transform(exam.test[:1]).shape[1]
    found = [*(of_model(model, exam, labels) for model in fitted), of_components(exam, latents, labels)]
    names = [(quality, name) for quality, parts in QUALITIES.items() for name in parts]
    lines = [
        Line(quality, name, *described(name), [known(part.get(name)) for part in found])
        for quality, name in names
        # A quality that nobody could measure is shown without values.
        if name == QUALITIES[quality][0] or any(known(part.get(name)) is not None for part in found)
    ]

    return Card([*models, COMPONENTS], len(exam.held_out), latents, lines, labels.told)


def exam_of(fitted: Fitted, x: Any, y: Any) -> Exam:
    """Returns the rows to measure on, labeled ones first, so that the judge sees as many as there are."""

    import numpy as np
    from sklearn.utils import _safe_indexing

    from semivae.data.codecs.choose import codec_of
    from semivae.evaluation import Exam

    x = codec_of(fitted.schema_).plain(x)
    order = np.random.default_rng(0).permutation(len(y))
    order = order[np.argsort(np.isnan(y[order]), kind="stable")][:ROWS]
    parts = [order[0::2], order[1::2]]
    train, test = (_safe_indexing(x, part) for part in parts)

    return Exam(fitted.schema_, train, y[parts[0]], ~np.isnan(y[parts[0]]), test, y[parts[1]], numeric=True)


def described(name: str) -> tuple[str, str, bool]:
    """Returns the meaning of a measure, its better side in words, and whether it is a share from 0 to 1."""

    from semivae.evaluation import metrics

    if name in BESIDE:
        better, meaning, share = BESIDE[name]

        return meaning, f"{better} is better", share

    found = metrics[name]

    return found.meaning, found.direction, found.range[1] == 1


def known(value: float | None) -> float | None:
    """Returns a plain number; None for one that is not known."""

    return None if value is None or value != value else float(value)
