r"""Rows larger than memory for a command: when they are streamed, and what their target is."""

from __future__ import annotations

__all__ = ["is_streamed", "judged", "labels_in", "streamed"]

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semivae.data.files.memory import SHARE, memory
from semivae.errors import SettingError
from semivae.workflows.task import Task, taken_for, task_of_values

if TYPE_CHECKING:
    from semivae.data.labels.single import ClassLabels, RealLabels
    from semivae.data.source import Source
    from semivae.data.stream.rows import Stream
    from semivae.workflows.prepare import Wishes

LOG = logging.getLogger(__name__)

CELL = 8  # bytes


def is_streamed(data: str, wanted: bool = False, labels_from: Path | None = None) -> bool:
    r"""Whether rows are streamed: folders and tables in npy files always, a parquet file if it is large or wanted.

    Arguments:
        data: A file or folder, or the name of a set.
        wanted: Whether the user asked for it.
        labels_from: A second file with the labels, to which rows that can be streamed are joined block by block.
    """

    from semivae.data.files.paths import exists
    from semivae.data.sets import named as datasets
    from semivae.data.stream.blocks import blocks_of, is_blocks

    path = Path(data).expanduser()

    if wanted:
        return True

    if data in datasets.names() or not exists(path) or not is_blocks(path):
        return False

    if labels_from is not None or path.is_dir() or path.suffix.lower() == ".npy":
        return True

    blocks = blocks_of(path)

    return len(blocks) * len(blocks.names) * CELL > SHARE * memory()


def streamed(wishes: Wishes, learns: bool) -> tuple[Source, Task | None]:
    r"""Returns a stream and what its target is.

    Arguments:
        wishes: What the user asked for.
        learns: Whether the model learns from the target.

    Raises:
        SettingError: If what the user asked for does not go together.
    """

    from semivae.data.files.paths import shown
    from semivae.data.read import refuse_headless
    from semivae.data.source import Source
    from semivae.data.stream.rows import stream

    refuse_headless(wishes.data, wishes.header)

    if wishes.kept is not None:
        raise SettingError(
            "{}={}".format(*wishes.kept),
            "labels of a stream are not hidden",
            f"{wishes.kept[0]}=None, or name a file with these labels: labels_from='FILE'",
        )

    if wishes.model == "pca":
        raise SettingError("model='pca'", "it needs all rows in memory", "model='vae'")

    rows = stream(wishes.data, wishes.target, wishes.labels_from)
    source = Source(rows, None, shown(rows.path.name), wishes.target, rows.identifier)

    if not learns:
        return source, None

    task, reason = (wishes.task, "") if wishes.task else judged(rows, wishes.missing_label)

    if reason:
        LOG.info(f"{taken_for(wishes.target, task, reason)} (see task=...).")

    return source, task


def judged(rows: Stream, missing_label: list[str] | None) -> tuple[Task, str]:
    """Judges what the target of a stream is, and returns the reason in words."""

    from pandas.api import types

    from semivae.data.labels.streamed import count_labels, likely_classes

    counts = count_labels(rows)

    if counts.counts is None and types.is_numeric_dtype(counts.types.column.dtype):
        return Task.REAL, "very many different numbers"

    kept = likely_classes(counts, missing_label)

    return task_of_values(list(kept), sum(kept.values()))


def labels_in(rows: Stream, task: Task, missing_label: list[str] | None) -> ClassLabels | RealLabels:
    """Fits the labels of the target of a stream."""

    from semivae.data.labels.streamed import find_classes, find_values

    find: Any = find_classes if task is Task.CLASS else find_values

    return find(rows, missing_label)[0]
