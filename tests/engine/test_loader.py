"""An epoch is one pass over all rows, whatever the ratio of labeled to unlabeled rows."""

import dataclasses

import pytest
import torch

from semivae.data.batches.loader import Loader

RATIOS = [(500, 20), (100, 100), (3, 500), (1, 1), (40, 0), (0, 40), (7, 3)]


def loader(labeled: int, unlabeled: int, seed: int = 0) -> Loader:
    """A loader whose rows say which they are, and whose labels say which row they belong to."""

    n = labeled + unlabeled
    order = torch.randperm(n, generator=torch.Generator().manual_seed(1))
    known, unknown = order[:labeled], order[labeled:]

    return Loader(torch.arange(n)[:, None].float(), known[:, None].float(), known, unknown, 32, 16, seed)


@pytest.mark.parametrize(("labeled", "unlabeled"), RATIOS)
def test_an_epoch_shows_every_row(labeled, unlabeled):
    rows = loader(labeled, unlabeled)
    batches = list(rows.epoch(1))
    known = [row for batch in batches if batch.labeled for row in batch.labeled.x[:, 0].tolist()]
    unknown = [row for batch in batches if batch.unlabeled is not None for row in batch.unlabeled[:, 0].tolist()]

    assert set(known) == set(rows.labeled.tolist()), "labels are never used"
    assert set(unknown) == set(rows.unlabeled.tolist())
    assert len(batches) == len(rows)


@pytest.mark.parametrize(("labeled", "unlabeled"), RATIOS)
def test_every_step_has_both_halves_in_fixed_sizes(labeled, unlabeled):
    rows = loader(labeled, unlabeled)

    for number in (1, 2):
        for batch in rows.epoch(number):
            assert (batch.labeled is not None) == (labeled > 0)
            assert (batch.unlabeled is not None) == (unlabeled > 0)
            assert batch.labeled is None or len(batch.labeled.x) == len(batch.labeled.y) == rows.sizes[0]
            assert batch.unlabeled is None or len(batch.unlabeled) == rows.sizes[1]


@pytest.mark.parametrize(("labeled", "unlabeled"), RATIOS)
def test_labels_stay_with_their_rows(labeled, unlabeled):
    for batch in loader(labeled, unlabeled).epoch(3):
        assert batch.labeled is None or torch.equal(batch.labeled.x, batch.labeled.y)


@pytest.mark.parametrize(("labeled", "unlabeled"), RATIOS)
def test_no_row_is_shown_much_more_often(labeled, unlabeled):
    """Rows are drawn in whole passes: counts within a half differ by one at most."""

    rows = loader(labeled, unlabeled)
    for half in (0, 1):
        shown = [
            batch.labeled.x if half == 0 else batch.unlabeled for batch in rows.epoch(1) if batch[half] is not None
        ]

        if shown:
            counts = torch.cat(shown)[:, 0].long().bincount()
            counts = counts[counts > 0]
            assert counts.max() - counts.min() <= 1


def test_order_is_given_by_seed_and_epoch():
    def order(seed: int, epoch: int) -> list[float]:
        return torch.cat([batch.unlabeled[:, 0] for batch in loader(3, 200, seed).epoch(epoch)]).tolist()

    assert order(0, 1) == order(0, 1)
    assert order(0, 1) != order(0, 2) != order(1, 2)


def test_few_rows_make_small_steps():
    assert loader(7, 3).sizes == (7, 3)
    assert loader(500, 20).sizes == (16, 20)
    assert loader(40, 0).sizes == (32, 0), "all labeled: the size of a step is that of the unlabeled one"


def test_pixels_are_drawn_anew_in_each_step_and_the_same_at_each_call():
    grey = torch.linspace(0, 1, 11).repeat(600, 1)
    rows = Loader(grey, torch.zeros(100, 1), torch.arange(100), torch.arange(100, 600), 100, 50, 0, draws=True)
    steps = [list(rows.epoch(number)) for number in (1, 1, 2)]
    first, again, later = (torch.stack([torch.cat([one.labeled.x, one.unlabeled]) for one in epoch]) for epoch in steps)

    assert torch.equal(first, again) and set(first.unique().tolist()) == {0, 1}
    assert torch.equal(first[2], torch.cat([next(rows.epoch(1, 2)).labeled.x, next(rows.epoch(1, 2)).unlabeled]))
    assert all((one != other).any() for one, other in ((first, later), (first[0], first[1])))
    torch.testing.assert_close(first.mean((0, 1)), grey[0], atol=0.06, rtol=0)
    assert rows.digest == dataclasses.replace(rows, draws=False).digest
