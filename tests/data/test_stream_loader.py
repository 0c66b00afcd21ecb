"""Rows on disk come in fixed steps: every row once a pass, shuffled, the same at each call, from any step on."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from semivae.data.batches.loader import Loader
from semivae.data.batches.stream_loader import StreamLoader
from semivae.data.stream.ingest import StoredSplit
from semivae.data.stream.stored import RowsWriter, StoredRows
from semivae.ranks import Ranks

RATIOS = [(500, 20), (100, 100), (3, 700), (1, 1), (40, 0), (0, 40), (7, 3), (700, 700)]
WIDTH = 2


def stored(path, values, width=WIDTH):
    """Rows on disk, each with its number in every column."""

    with RowsWriter(path, (width,)) as file:
        file.add(np.repeat(values[:, None], width, axis=1))
        facts = file.finish()

    return StoredRows.open(path, facts)


@pytest.fixture
def loader(tmp_path):
    """Makes a loader whose rows say which they are, in blocks of 3 rows, and whose labels say their row."""

    def loader(labeled, unlabeled, batch_size=32, labeled_batch=16, block=3, **options):
        folder = tmp_path / f"{labeled}-{unlabeled}"

        if not folder.exists():
            folder.mkdir()
            stored(folder / "labeled.npy", np.arange(labeled))
            stored(folder / "labels.npy", np.arange(labeled), width=1)
            stored(folder / "unlabeled.npy", np.arange(labeled, labeled + unlabeled))

        facts = {"sha256": "", "shape": [WIDTH]}
        split = StoredSplit(
            StoredRows.open(folder / "labeled.npy", facts | {"rows": labeled}),
            StoredRows.open(folder / "labels.npy", facts | {"rows": labeled, "shape": [1]}),
            StoredRows.open(folder / "unlabeled.npy", facts | {"rows": unlabeled}),
        )

        return StreamLoader(split, 0, batch_size, labeled_batch, 0, block=block * WIDTH * 4, **options)

    return loader


def halves(batch):
    return (None if batch.labeled is None else batch.labeled.x), batch.unlabeled


def shown(batches, half):
    rows = [halves(batch)[half] for batch in batches]

    return [] if rows[0] is None else torch.cat(rows)[:, 0].long().tolist()


@pytest.mark.parametrize(("labeled", "unlabeled"), RATIOS)
def test_every_row_is_seen_in_whole_passes(loader, labeled, unlabeled):
    rows = loader(labeled, unlabeled)
    batches = list(rows.epoch(1))
    first = {0: range(labeled), 1: range(labeled, labeled + unlabeled)}

    assert len(batches) == len(rows)

    for half, expected in first.items():
        seen = shown(batches, half)
        assert len(seen) == len(rows) * rows.sizes[half]

        for start in range(0, len(seen) - len(expected) + 1, len(expected) or 1):
            assert sorted(seen[start : start + len(expected)]) == list(expected), "a pass shows each row once"


@pytest.mark.parametrize(("labeled", "unlabeled"), RATIOS)
def test_steps_have_fixed_sizes_and_labels_stay_with_their_rows(loader, labeled, unlabeled):
    rows = loader(labeled, unlabeled)

    for batch in rows.epoch(2):
        assert (batch.labeled is not None) == (labeled > 0)
        assert (batch.unlabeled is not None) == (unlabeled > 0)
        assert batch.unlabeled is None or batch.unlabeled.shape == (rows.sizes[1], WIDTH)

        if batch.labeled is not None:
            assert batch.labeled.x.shape == (rows.sizes[0], WIDTH)
            assert torch.equal(batch.labeled.x[:, :1], batch.labeled.y)


@pytest.mark.parametrize("block", [1, 3, 1000])
def test_order_is_given_by_seed_and_epoch(loader, block):
    first, again, other = (shown(loader(3, 700, block=block).epoch(number), 1) for number in (1, 1, 2))

    assert first == again
    assert first != other
    assert sum(abs(a - b) == 1 for a, b in pairwise(first)) < 40, "neighbors stay neighbors"


def test_rows_of_distant_blocks_share_a_step(loader):
    step = shown(list(loader(0, 40_000, batch_size=500, block=10).epoch(1))[:1], 1)

    # A window is 64 blocks out of 4,000: a step shows rows from most of the file, not from one place.
    assert np.ptp(step) > 30_000 and len({row // 10 for row in step}) > 40


@pytest.mark.parametrize(("labeled", "unlabeled"), RATIOS)
@pytest.mark.parametrize("share", [0.0, 0.4, 0.99])
def test_any_step_can_be_reached_directly(loader, labeled, unlabeled, share):
    rows = loader(labeled, unlabeled)
    start = int(share * len(rows))
    whole = list(rows.epoch(3))[start:]

    for batch, late in zip(whole, rows.epoch(3, start=start), strict=True):
        for one, other in zip(halves(batch), halves(late), strict=True):
            assert (one is None and other is None) or torch.equal(one, other)


@pytest.mark.parametrize("count", [2, 4])
def test_processes_share_every_step(loader, count):
    whole = loader(48, 700).epoch(1, start=2)
    parts = zip(*(loader(48, 700, ranks=Ranks(rank, count)).epoch(1, start=2) for rank in range(count)), strict=True)

    for batch, shares in zip(whole, parts, strict=True):
        assert torch.equal(batch.unlabeled, torch.cat([share.unlabeled for share in shares]))
        assert torch.equal(batch.labeled.x, torch.cat([share.labeled.x for share in shares]))
        assert torch.equal(batch.labeled.y, torch.cat([share.labeled.y for share in shares]))


@pytest.mark.parametrize(("labeled", "unlabeled"), [*RATIOS, (2, 700), (48, 700)])
@pytest.mark.parametrize("count", [1, 3, 4])
def test_steps_are_those_of_rows_in_memory(loader, labeled, unlabeled, count):
    """Sizes that the processes do not divide, and fewer rows than processes, are dealt out the same way."""

    disk = loader(labeled, unlabeled, ranks=Ranks(count - 1, count))
    index = torch.arange(labeled + unlabeled)
    parts = index[:labeled], index[labeled:]
    memory = Loader(index[:, None], index[:labeled, None], *parts, 32, 16, 0, Ranks(count - 1, count))

    assert (len(disk), disk.sizes) == (len(memory), memory.sizes)

    for one, other in zip(disk.epoch(1), memory.epoch(1), strict=True):
        for mine, known in zip(halves(one), halves(other), strict=True):
            assert (mine is None and known is None) or len(mine) == len(known)


def test_digest_tells_rows_and_labels_apart(tmp_path):
    def digest(labels, order):
        folder = tmp_path / f"{labels}-{order}"
        folder.mkdir()
        files = [
            stored(folder / "labeled.npy", np.arange(3)[::order]),
            stored(folder / "labels.npy", np.array(labels), width=1),
            stored(folder / "unlabeled.npy", np.arange(9)),
        ]

        return StreamLoader(StoredSplit(*files), 2, 32, 16, 0).digest

    assert len({digest([0, 1, 1], 1), digest([0, 1, 0], 1), digest([0, 1, 1], -1)}) == 3


def test_a_loader_reads_no_more_than_it_needs(loader, monkeypatch):
    rows = loader(0, 40_000, batch_size=10, block=10)
    read = []
    monkeypatch.setattr(StoredRows, "read", lambda self, start, count: read.append(count) or np.zeros((count, WIDTH)))
    batches = rows.epoch(1, start=len(rows) // 2)
    next(batches)
    batches.close()

    assert sum(read) <= 3 * 640, "the window of the step, and those read ahead"


def test_classes_become_points(loader):
    rows = loader(3, 20)
    rows = StreamLoader(rows.split, 3, 32, 16, 0)
    batch = next(iter(rows.epoch(1)))

    assert torch.equal(batch.labeled.y, torch.eye(3)[batch.labeled.x[:, 0].long()])
