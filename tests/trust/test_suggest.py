"""Suggested rows cover the rows, differ from each other, and turn to doubt as labels grow."""

from importlib import import_module

import numpy as np
import pytest

from semivae.errors import SettingError
from semivae.trust import DoubtOfClasses, DoubtOfSeveral, DoubtOfValues, suggest

CENTERS = 10 * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
SIZES = (60, 45, 35, 28)
CLUSTER = np.repeat(np.arange(4), SIZES)
Z = CENTERS[CLUSTER] + np.random.default_rng(0).normal(size=(len(CLUSTER), 2))
NONE = np.zeros(len(Z), bool)


def sure_but_for(rows):
    """A doubt about some rows alone."""

    first = np.ones(len(Z))
    first[rows] = 0.5

    return DoubtOfClasses(np.stack([first, 1 - first], axis=1), ["a", "b"])


def test_without_labels_each_cluster_is_covered_largest_first():
    found = suggest(Z, NONE, n=4)

    clusters = CLUSTER[[one.row for one in found]].tolist()
    assert clusters[:2] == [0, 1] and sorted(clusters) == [0, 1, 2, 3]
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert sum(one.stands_for for one in found) <= len(Z)
    assert "like it" in found[0].reason


def test_rows_are_taken_from_clusters_without_labels():
    known = np.isin(np.arange(len(Z)), np.searchsorted(CLUSTER, [0, 1]))
    found = suggest(Z, known, n=2)

    assert {CLUSTER[one.row] for one in found} == {2, 3}
    assert found[0].reason.startswith("no labeled row is near it")


def test_doubt_decides_among_covered_rows():
    known = np.random.default_rng(1).random(len(Z)) < 0.5
    unsure = np.flatnonzero((CLUSTER == 1) & ~known)
    found = suggest(Z, known, sure_but_for(unsure), n=3)

    assert {CLUSTER[one.row] for one in found} == {1}
    assert all("the model hesitates between a (50%) and b (50%)" in one.reason for one in found)


def test_suggestions_have_no_label_and_differ():
    known = np.arange(len(Z)) % 2 == 0
    rows = [one.row for one in suggest(Z, known, n=40)]

    assert len(set(rows)) == 40 and not known[rows].any()


def test_fewer_rows_than_asked_for():
    known = np.arange(len(Z)) >= 3

    assert sorted(one.row for one in suggest(Z, known, n=20)) == [0, 1, 2]
    assert suggest(Z, ~NONE) == []


def test_rows_that_are_all_the_same():
    assert len(suggest(np.zeros((5, 2)), np.zeros(5, bool), n=3)) == 3


def test_many_rows_are_thinned(monkeypatch):
    monkeypatch.setattr(import_module("semivae.trust.suggest"), "MOST", 64)
    found = suggest(Z, NONE, n=4)

    assert found == suggest(Z, NONE, n=4)
    assert sum(one.stands_for for one in found) > 64


def test_no_suggestion_is_refused():
    with pytest.raises(SettingError, match="n=0"):
        suggest(Z, NONE, n=0)


def test_doubts():
    classes = DoubtOfClasses(np.array([[0.5, 0.5, 0.0], [0.0, 0.1, 0.9]]), ["a", "b", "c"])
    numbers = DoubtOfValues(np.array([1.0, 3.0]))
    several = DoubtOfSeveral({"kind": classes, "size": numbers})

    assert classes.values() == pytest.approx([1, 0.2])
    assert numbers.values() == pytest.approx([0.5, 1.5])
    assert several.values() == pytest.approx([0.75, 0.85])
    assert classes.said(1) == "the model hesitates between c (90%) and b (10%)"
    assert DoubtOfClasses(np.array([[0.01, 0.99]]), ["a", "b"]).said(0) == "the model says b (99%)"
    assert several.said(1) == "size: the predicted value is uncertain by 3"
    assert DoubtOfClasses(np.ones((2, 1)), ["a"]).values().tolist() == [0, 0]
    assert DoubtOfClasses(np.ones((2, 1)), ["a"]).said(0) == "the model says a (100%)"
