"""Draws of labels, folds and held-out rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from semivae.data.batches.split import hold_out, keep_labels, keep_labels_per_class, keep_values, stratified_folds
from semivae.data.repeats import copies_of, groups_of
from semivae.errors import SettingError

CODES = np.repeat([0, 1, 2, -1], [50, 30, 3, 200])


@given(st.integers(3, 83), st.integers(0, 5))
def test_kept_labels_have_the_shares_of_the_classes(n, seed):
    keep = keep_labels(CODES, n, seed)
    counts = np.bincount(CODES[keep], minlength=3)

    assert keep.sum() == n and not keep[CODES < 0].any() and counts.min() >= 1
    # The third class has at least one; what that takes from the others is less than one each.
    assert np.abs(counts - n * np.array([50, 30, 3]) / 83).max() < 1.0 + (n < 28)
    np.testing.assert_array_equal(keep, keep_labels(CODES, n, seed))


def test_kept_labels_of_an_uneven_target_tell_its_shares():
    codes = np.repeat([0, 1], [900, 100])

    assert np.bincount(codes[keep_labels(codes, 40, 0)]).tolist() == [36, 4]
    assert np.bincount(codes[keep_labels_per_class(codes, 20, 0)]).tolist() == [20, 20]


@given(st.integers(1, 60), st.integers(0, 5))
def test_labels_kept_per_class_are_as_many_as_there_are(n, seed):
    keep = keep_labels_per_class(CODES, n, seed)

    assert np.bincount(CODES[keep], minlength=3).tolist() == [min(n, size) for size in (50, 30, 3)]
    assert not keep[CODES < 0].any()
    np.testing.assert_array_equal(keep, keep_labels_per_class(CODES, n, seed))


def test_the_seed_decides_which_labels_are_kept():
    assert (keep_labels(CODES, 20, 0) != keep_labels(CODES, 20, 1)).any()


def test_too_few_or_too_many_labels():
    for n, words in ((2, "2 labels for 3 classes"), (84, "84 labels .* of 83"), (0, "0 labels")):
        with pytest.raises(SettingError, match=words):
            keep_labels(CODES, n, 0)


def test_kept_values():
    values = np.where(np.arange(40) % 2, np.nan, 1.0)
    keep = keep_values(values, 7, 0)

    assert keep.sum() == 7 and np.isfinite(values[keep]).all()

    with pytest.raises(SettingError, match=r"21 labels .* of 20"):
        keep_values(values, 21, 0)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=5), st.integers(2, 6), st.integers(0, 3))
def test_every_class_is_in_every_training_part(counts, folds, seed):
    labels = np.repeat(np.arange(len(counts)), counts)
    parts = stratified_folds(labels, folds, seed)

    if parts is None:
        assert max(counts) < 2

        return

    tested = np.concatenate([test for _, test in parts])
    recurring = np.flatnonzero(np.isin(labels, np.flatnonzero(np.array(counts) > 1)))

    assert sorted(tested) == recurring.tolist()  # each once; classes with a single row never
    for train, test in parts:
        assert not set(train) & set(test)
        assert set(labels[train]) == set(labels)


def test_equal_rows_are_tested_together():
    labels = np.array([0, 1] * 6)
    groups = np.array([0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 6, 7])
    parts = stratified_folds(labels, 3, 0, groups)

    assert sorted(np.concatenate([test for _, test in parts])) == list(range(12))
    assert all(not {*groups[train]} & {*groups[test]} for train, test in parts)
    assert all(
        (train.tolist(), test.tolist()) == (a.tolist(), b.tolist())
        for (train, test), (a, b) in zip(
            stratified_folds(labels, 3, 0, np.arange(12)), stratified_folds(labels, 3, 0), strict=True
        )
    )
    # A class of equal rows alone is never tested.
    assert all(1 not in labels[test] for _, test in stratified_folds(labels, 3, 0, np.where(labels == 1, 99, groups)))
    assert stratified_folds(np.array([0.5, 0.7]), 2, 0, np.array([4, 4])) is None
    assert stratified_folds(np.array([0, 0, 1, 1]), 2, 0, np.array([0, 0, 1, 1])) is None


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5)), min_size=2, max_size=30), st.integers(0, 5))
def test_copies_leave_every_class_in_every_training_part(rows, seed):
    labels, groups = np.array(rows).T

    for train, test in stratified_folds(labels, 5, seed, groups) or []:
        assert set(labels[train]) == set(labels) and len(test)
        # A row that is never tested may be a copy of one that is.
        tested = np.concatenate([part for _, part in stratified_folds(labels, 5, seed, groups)])
        assert not {*groups[np.intersect1d(train, tested)]} & {*groups[test]}


def test_equal_rows_have_one_number():
    rows = np.array([[0.0, np.nan], [1.0, 2.0], [-0.0, np.nan], [1.0, 2.5]])

    assert groups_of(rows).tolist() == [0, 1, 0, 2]
    assert groups_of(csr_matrix(np.nan_to_num(rows))).tolist() == [0, 1, 0, 2]


def test_rows_that_are_equal_by_chance_are_no_copies():
    random = np.random.default_rng(0)
    few, many = random.integers(0, 3, (90, 2)).astype(float), random.normal(size=(30, 2)).repeat(3, axis=0)
    every = np.arange(90)

    assert len(np.unique(copies_of(few, every, True))) == 90 and len(np.unique(copies_of(few, every, False))) == 9
    assert copies_of(many, every, True).tolist() == np.arange(30).repeat(3).tolist()
    many[:3, 1] = np.nan
    assert copies_of(many, every[:6], True).tolist() == [0, 0, 0, 1, 1, 1]


def test_folds_of_real_values_and_of_one_label_per_class():
    assert len(stratified_folds(np.array([0.5, 1.0, 2.0]), 5, 0)) == 3
    assert stratified_folds(np.arange(10), 5, 0) is None
    assert stratified_folds(np.array([0.5]), 5, 0) is None


@given(st.lists(st.integers(1, 40), min_size=1, max_size=5), st.floats(0, 0.9), st.integers(0, 3))
def test_held_out_rows_are_stratified_and_leave_a_label_of_each_class(counts, share, seed):
    codes = np.repeat(np.arange(-1, len(counts)), [60, *counts])
    train, validation = hold_out(codes, share, seed)

    assert sorted(np.r_[train, validation]) == list(range(len(codes)))
    assert set(codes[train]) >= set(range(len(counts)))
    assert (codes[validation] == -1).sum() == round(60 * share)
    for code, count in enumerate(counts):
        assert abs((codes[validation] == code).sum() - share * count) <= 1 + (share * count > count - 1)


def test_a_few_labels_per_class_are_enough_to_hold_some_out():
    _, validation = hold_out(np.repeat(np.arange(10), 5), 0.1, 0)

    assert len(validation) == 5 and len(set(validation // 5)) == 5
