r"""Describes data before anything is trained."""

from __future__ import annotations

__all__ = ["understand"]

import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semivae.data.summary import Summary
    from semivae.workflows.inputs.wishes import Wishes


def understand(wishes: Wishes) -> Summary:
    r"""Returns the facts about rows and their targets. Rows that a fit would stream are not held in memory.

    Raises:
        SettingError: If two wishes exclude each other.
        DataError: If the rows or labels cannot be used.
    """

    from semivae.data.codecs.selection import Selection
    from semivae.data.labels.table import find_targets
    from semivae.data.stream.cache import surveyed
    from semivae.data.summary import summarize
    from semivae.workflows.inputs.refusals import refuse_several
    from semivae.workflows.inputs.sources import open_source

    refuse_several(wishes)
    source = open_source(wishes)
    selection = Selection.of(**wishes.joined_by(source.identifier).columns)

    with warnings.catch_warnings(record=True) as notes:
        targets = find_targets(source, wishes.wanted if wishes.targets else "none", wishes.missing_label)
        found = surveyed(source, selection)

    return summarize(source, found, targets, [str(note.message) for note in notes])
