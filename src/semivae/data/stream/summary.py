r"""What was understood of rows larger than memory, as the same plain facts as of rows in memory."""

from __future__ import annotations

__all__ = ["summarize_stream"]

from collections import Counter
from collections.abc import Sequence

import numpy as np

from semivae.data.files.paths import shown
from semivae.data.labels.single import ClassLabels, RealLabels
from semivae.data.source import Source
from semivae.data.stream.rows import Stream
from semivae.data.stream.survey import Survey
from semivae.data.summary import Column, Summary, Target, target_of, warnings_of_counts


def summarize_stream(
    stream: Stream, survey: Survey, labels: ClassLabels | RealLabels | None = None, warnings: Sequence[str] = ()
) -> Summary:
    r"""Collects what was understood of a stream. Rows that repeat are not counted: all would have to be held for it.

    Arguments:
        stream: The rows.
        survey: What was found in them.
        labels: The labels fitted on the target, if there is one.
        warnings: What may be wrong with the labels.
    """

    codec = survey.codec
    columns = tuple(Column(variable, gaps) for variable, gaps in zip(codec.variables, survey.missing, strict=True))
    target = None if labels is None else merged_target(stream, labels)
    counts = () if target is None or not target.counts else warnings_of_counts(target.variable, target.counts)
    warnings = tuple(dict.fromkeys([*codec.notes, *counts, *warnings]))

    return Summary(shown(stream.path.name), survey.rows, codec.container, columns, codec.left_out, target, warnings)


def merged_target(stream: Stream, labels: ClassLabels | RealLabels) -> Target:
    """Counts labels, block by block."""

    labeled, unlabeled, marked, counts = 0, 0, Counter(), np.zeros(len(labels.variable.classes), dtype=np.int64)

    for column in stream.labels():
        part = target_of(Source(column, column), labels)
        labeled, unlabeled = labeled + part.labeled, unlabeled + part.unlabeled
        marked.update(part.unlabeled_as)
        counts += np.array(part.counts, dtype=np.int64)

    return Target(labels.variable, labeled, unlabeled, dict(marked), tuple(counts.tolist()))
