"""The codec of rows and the labels of targets in memory, found as in a fit, for tests of a part alone."""

from typing import Any

from semivae.data.codecs.base import Codec
from semivae.data.codecs.selection import EVERYTHING, Selection
from semivae.data.in_memory import InMemory
from semivae.data.labels.markers import as_column
from semivae.data.labels.single import ClassLabels, RealLabels
from semivae.data.labels.table import TargetLabels, found_in
from semivae.data.labels.tally import TargetTally
from semivae.data.survey import survey


def codec_for(X: Any, selection: Selection = EVERYTHING) -> Codec:
    """The codec that suits rows; warns of their columns."""

    found = survey(InMemory(X), selection)
    found.warn()

    return found.codec


def class_labels(y: Any, missing_label: Any = None, name: str = "label") -> ClassLabels:
    """The labels of a class."""

    return ClassLabels(TargetTally.of(as_column(y), name, "category", missing_label).found().variable, missing_label)


def real_labels(y: Any, missing_label: Any = None, name: str = "label") -> RealLabels:
    """The labels of a number."""

    return RealLabels(TargetTally.of(as_column(y), name, "real", missing_label).found().variable, missing_label)


def target_labels(y: Any, missing_label: Any = None, real: Any = ()) -> TargetLabels:
    """The labels of several targets."""

    return TargetLabels(found_in([y], list(y), "any", missing_label, real).table, missing_label)
