r"""The cache of encoded rows: found by the content of the files, checked, and made where it is missing or damaged."""

from __future__ import annotations

__all__ = ["ingested", "surveyed"]

import logging
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from semivae.data.codecs.selection import EVERYTHING, Selection
from semivae.data.labels.markers import Markers, marker_set
from semivae.data.labels.table import TargetLabels, Wanted, find_targets
from semivae.data.sets.fetch import cache
from semivae.data.source import Source
from semivae.data.stream.blocks import digest as digest_of_file
from semivae.data.stream.ingest import StoredSplit, ingest
from semivae.data.stream.rows import Ingested, Stream
from semivae.data.survey import Survey, survey
from semivae.errors import StoreError
from semivae.store import digest, replaced, signed, taken, unwritable, verified

LOG = logging.getLogger(__name__)

FORMAT = 6  # of the cache; caches of other versions are made anew
SURVEY = "survey.json"


def surveyed(source: Source, selection: Selection = EVERYTHING) -> Survey:
    r"""Returns the findings about the columns of some rows, from the cache of a stream or from a pass over all rows.

    Arguments:
        source: The rows.
        selection: Which columns are modeled.

    Raises:
        DataError: If the rows cannot be used.
        StoreError: If the cache cannot be written.
    """

    if not isinstance(source, Stream):
        return survey(source, selection)

    with locked(place(source, selection)) as folder:
        return survey_in(folder, source, selection)


def ingested(
    stream: Stream,
    wanted: Wanted,
    missing_label: Markers = None,
    selection: Selection = EVERYTHING,
    real: Collection[str] = (),
) -> Ingested:
    r"""Returns encoded rows, from the cache or from passes over all rows.

    Arguments:
        stream: The rows.
        wanted: What the targets are; "any" to judge each by its values, "none" where nothing is learned from them.
        missing_label: The value, or list of values, that means unlabeled.
        selection: Which columns are modeled.
        real: The names of targets that are real values even where they look like classes.

    Raises:
        DataError: If the rows or labels cannot be used.
        StoreError: If the cache cannot be written.
    """

    targets = find_targets(stream, wanted, missing_label, real)
    forms = {name: found.variable.target_form for name, found in targets.columns.items()}
    markers = sorted(map(repr, marker_set(missing_label)))
    key = digest({"forms": forms, "markers": markers, "selection": asdict(selection)})[:16]

    # The folder of the cache may have been deleted since.
    if key not in stream.ready or not stream.ready[key].split.unlabeled.path.exists():
        with locked(place(stream, selection)) as folder:
            found = survey_in(folder, stream, selection)
            split = split_in(folder / f"rows-{key}", stream, found, targets.labels)
            stream.ready[key] = Ingested(found, targets, split)

    return stream.ready[key]


def survey_in(folder: Path, stream: Stream, selection: Selection) -> Survey:
    """Returns the survey that a folder holds, or makes it."""

    path = folder / SURVEY

    if path.exists():
        try:
            return Survey.from_json(verified(path))
        except StoreError as error:
            LOG.warning("%s It is made again.", error.given)

    LOG.info("Reading %s rows of %s to find the kinds of the columns.", f"{len(stream):,}", stream.path.name)
    found = survey(stream, selection)

    with replaced(path) as file:
        file.write(signed(found.to_json()))

    return found


def split_in(folder: Path, stream: Stream, found: Survey, labels: TargetLabels) -> StoredSplit:
    """Returns the encoded rows that a folder holds, or makes them."""

    if folder.exists():
        try:
            return StoredSplit.open(folder)
        except StoreError as error:
            LOG.warning("%s The rows are encoded again.", error.given)
            shutil.rmtree(folder)

    LOG.info("Encoding %s rows of %s into %s.", f"{len(stream):,}", stream.path.name, folder.parent)
    pairs = stream.pairs(found.codec.sources, labeled=bool(labels.labels))
    ingest(pairs, len(stream), found.codec, labels, folder)

    return StoredSplit.open(folder)


def place(stream: Stream, selection: Selection = EVERYTHING) -> Path:
    """Returns the folder of a stream, whose name is the hash of all that its encoded rows depend on."""

    labels = stream.labels_from
    facts = {
        "format": FORMAT,
        "files": stream.files.digests,
        "targets": stream.targets,
        "resize": stream.resize,
        "selection": asdict(selection),
        "labels": None if labels is None else digest_of_file(labels),
    }

    return (stream.cache or cache() / "streams") / digest(facts)[:32]


@contextmanager
def locked(folder: Path) -> Iterator[Path]:
    """Makes a folder and lets one process in at a time; the others wait, and use the cache of the first one."""

    with taken(folder, wait=True):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(folder, error) from None

        yield folder
