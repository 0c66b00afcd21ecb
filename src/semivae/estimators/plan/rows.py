r"""Plan values set by the rows: batch size, epochs, early stopping, neighbors."""

from __future__ import annotations

__all__ = [
    "MOST_EPOCHS",
    "Counts",
    "batch_for",
    "compared",
    "epochs_for",
    "least_for",
    "may_stop",
    "most_for",
    "neighbors_for",
    "patience_for",
    "steps_for",
    "stops_early",
]

from dataclasses import dataclass

from semivae.data.kinds import handler
from semivae.estimators.parameters import Parameters
from semivae.schema import Schema

# More passes than this only overfit small data, and few sparse rows of thousands of numbers sooner.
MOST_EPOCHS, MOST_OF_SPARSE = 500, 100

# Steps with labels, and without.
STEPS, STEPS_WITHOUT_LABELS = 800, 3200

# The same for the stages of a model of a table that learns features first, at least and at most: the most by the square
# of the share of columns with continuous values. In trials with tables of categories, more steps overfitted the latent:
# with 800 in place of 3,200 it was the better one to learn from. Samples of columns of numbers need them: with 800,
# a classifier told samples of California from rows with an AUC of 0.95, with 3,200 of 0.74.
STAGES_OF_TABLE = {False: (400, 800), True: (800, 3200)}

# The same for stages of strings that train a decoder or do not, and the fewest passes: a pass over strings is slow.
STAGES_OF_STRINGS = {False: (800, 1), True: (5000, 5)}

# The fewest passes of others, and the steps of each effort over those of "normal".
LEAST_EPOCHS, LEAST_OF_TABLE = 10, 3
EFFORTS = {"quick": 0.25, "normal": 1.0, "thorough": 4.0}

# The fewest held-out rows for early stopping: with 20 of 200 held out a VAE gets better, with 6 of 60 worse.
FEWEST_HELD = 20

# The least patience of "auto", in epochs without improvement.
LEAST_PATIENCE = 10

# From this many rows on, "auto" takes the large batch.
MANY_ROWS = 20_000
SMALL_BATCH, LARGE_BATCH = 64, 256

# Labels spread only with at least this many unlabeled rows per label: among fewer, neighbors are far.
ROWS_A_LABEL = 8

# The most rows of a graph of neighbors, and the most entries of its table of rows and classes: either takes half a
# minute on one core.
MOST_ROWS, MOST_CELLS = 2**16, 2**22


@dataclass(frozen=True)
class Counts:
    r"""The numbers of rows of a fit.

    Attributes:
        labeled: Labeled rows to train on.
        unlabeled: Other rows to train on.
        labeled_held: Labeled rows that are held out.
        unlabeled_held: Other rows that are held out.
        memory: Whether the rows are in memory.
    """

    labeled: int
    unlabeled: int
    labeled_held: int = 0
    unlabeled_held: int = 0
    memory: bool = True

    @property
    def held(self) -> int:
        """The number of rows held out."""

        return self.labeled_held + self.unlabeled_held

    @property
    def all(self) -> int:
        """The number of all rows."""

        return self.labeled + self.unlabeled + self.held


def batch_for(choice: int | str, rows: int) -> int:
    """Returns the unlabeled rows per step: "auto" is small for more steps, and large if rows are many."""

    return (SMALL_BATCH if rows < MANY_ROWS else LARGE_BATCH) if choice == "auto" else int(choice)


def may_stop(choice: bool | str, epochs: int | str, schema: Schema) -> bool:
    """Whether rows are held out if they are many: "auto" does so without a target, unless the epochs are given."""

    return not schema.targets and epochs == "auto" if choice == "auto" else bool(choice)


def stops_early(estimator: Parameters, schema: Schema, rows: int) -> bool:
    """Decides whether to hold out rows: "auto" holds none out if they would be too few."""

    training = estimator._options("training")
    enough = training.early_stopping != "auto" or rows * training.validation_share >= FEWEST_HELD

    return enough and may_stop(training.early_stopping, estimator.epochs, schema)


def steps_for(schema: Schema, without_labels: bool, features_first: bool) -> int:
    r"""Returns the steps of a stage.

    Arguments:
        schema: The variables.
        without_labels: Whether the stage learns without labels.
        features_first: Whether the model learns features first, and has a shorter last stage.
    """

    if schema.container == "sequence":
        return STAGES_OF_STRINGS[without_labels or not features_first][0]

    if schema.single or not features_first:
        return STEPS_WITHOUT_LABELS if without_labels else STEPS

    least, most = STAGES_OF_TABLE[without_labels]
    continuous = sum(handler(variable).continuous for variable in schema.x) / len(schema.x)

    return round(max(least, most * continuous**2))


def least_for(schema: Schema, decodes: bool, features_first: bool) -> int:
    r"""Returns the fewest epochs of a stage.

    Arguments:
        schema: The variables.
        decodes: Whether the stage trains a decoder.
        features_first: Whether the model learns features first, and has a shorter last stage.
    """

    if schema.container == "sequence":
        return STAGES_OF_STRINGS[decodes][1]

    return LEAST_OF_TABLE if features_first and not schema.image else LEAST_EPOCHS


def most_for(schema: Schema) -> int:
    """Returns the most epochs of a stage."""

    return MOST_OF_SPARSE if schema.container == "sparse" else MOST_EPOCHS


def epochs_for(
    choice: int | str,
    steps: int,
    wanted: int,
    effort: str = "normal",
    least: int = LEAST_EPOCHS,
    most: int = MOST_EPOCHS,
) -> int:
    r"""Returns the epochs of a run, or of each stage of it.

    "auto" gives small data many passes and large data few: about the wanted steps.

    Arguments:
        choice: The parameter.
        steps: The steps of an epoch.
        wanted: The steps of the run.
        effort: The effort, which multiplies all of these numbers.
        least: The fewest epochs.
        most: The most epochs.
    """

    if choice != "auto":
        return int(choice)

    return max(1, round(EFFORTS[effort] * min(most, max(least, wanted / steps))))


def patience_for(choice: int | str, epochs: int) -> int:
    """Returns the epochs without improvement after which a run stops: "auto" is a tenth of all, and at least 10."""

    return max(LEAST_PATIENCE, epochs // 10) if choice == "auto" else int(choice)


def neighbors_for(choice: int, schema: Schema, counts: Counts) -> int:
    """Returns the neighbors of each row in the graph of a class: none for rows on disk or if labels are many."""

    if schema.y is None or schema.y.target_form != "category" or not counts.memory or not counts.labeled:
        return 0

    enough = compared(counts.labeled, counts.unlabeled, schema.y.width) >= ROWS_A_LABEL * counts.labeled

    return int(choice) if enough else 0


def compared(labeled: int, unlabeled: int, classes: int) -> int:
    """Returns the number of unlabeled rows in a graph of neighbors; negative if there is no room."""

    return min(unlabeled, min(MOST_ROWS, MOST_CELLS // classes) - labeled)
