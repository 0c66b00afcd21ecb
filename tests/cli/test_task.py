"""What a target is taken for, which labels are kept, and how settings are read."""

import numpy as np
import pandas as pd
import pytest

from semivae.data.in_memory import InMemory
from semivae.data.labels.table import find_targets
from semivae.errors import DataError, SettingError
from semivae.estimators import PCA, VAEClassifier
from semivae.workflows.inputs.settings import settings_of
from semivae.workflows.inputs.sources import readable
from semivae.workflows.inputs.task import Task, hide, task_of


def found(y, wanted="any", markers=None):
    """Rows with a target, and the findings about it."""

    source = InMemory(np.zeros((len(y), 1)), y, target="y")

    return source, find_targets(source, wanted, markers)


def kept(y, n, seed, per_class=False, wanted="category"):
    """The labels that are left of a target."""

    return hide(*found(y, wanted), n, seed, per_class).y


@pytest.mark.parametrize(
    ("y", "task"),
    [
        (["a", "b", None], Task.CLASS),
        ([True, False, True], Task.CLASS),
        ([1, 2, -1], Task.CLASS),
        ([1.0, 2.0, np.nan], Task.CLASS),
        ([1.5, 2.0, 3.0], Task.REAL),
        (list(range(21)), Task.REAL),  # of which each occurs once
        (list(range(30)) * 10, Task.CLASS),  # numbered classes
        (list(range(1, 31)) * 10, Task.CLASS),
        (list(range(30)) * 9, Task.REAL),
        (list(range(17, 90)) * 20, Task.REAL),  # ages
    ],
)
def test_task(y, task):
    assert task_of(found(readable(y, None))[1].single) is task


def test_marker_among_numbers_leaves_numbers():
    y = readable(pd.Series(["1.5", "?", "2.5", "none"]), ["?", "none"])

    assert task_of(found(y, markers=["?", "none"])[1].single) is Task.REAL
    assert y.isna().tolist() == [False, True, False, True]


def test_marker_among_text_stays():
    y = pd.Series(["a", "?", "b"])

    assert readable(y, ["?"]).tolist() == ["a", "?", "b"]
    assert found(y, "category", ["?"])[1].columns["y"].labels.tolist() == [0, -1, 1]


def test_hidden_labels_are_gone():
    y = pd.Series([0] * 50 + [1] * 10 + [-1] * 40)
    left = kept(y, 8, seed=3)

    assert left.notna().sum() == 8
    assert left[:50].notna().sum() == 7 and left[50:60].notna().sum() == 1
    assert kept(y, 4, seed=3, per_class=True)[50:60].notna().sum() == 4
    assert (left.dropna() == y[left.notna()]).all()
    assert kept(y, 8, seed=4).notna().tolist() != left.notna().tolist()


def test_hidden_values_are_gone():
    left = kept(pd.Series([1.5, np.nan, 2.5, 3.5]), 2, seed=0, wanted="real")

    assert left.notna().sum() == 2 and pd.isna(left[1])


@pytest.mark.parametrize("y", [["a", "b", None, "b", "c"] * 9, [0.5, 1.5, -2.0, np.nan, 4.0] * 9])
def test_labels_that_are_kept_are_coded_as_if_there_were_no_others(y):
    hidden = hide(*found(pd.Series(y)), 12, seed=0)
    again = find_targets(InMemory(hidden.x, hidden.y, target="y"))
    (told,) = hidden.judged

    assert find_targets(hidden) is told and told.single == again.single
    np.testing.assert_array_equal(told.points, again.points)
    assert told.columns["y"].counts == again.columns["y"].counts
    assert told.columns["y"].unlabeled_as == again.columns["y"].unlabeled_as == {"missing": 33}


def test_more_classes_than_labels():
    with pytest.raises(SettingError, match="3 classes"):
        kept(pd.Series(["a", "b", "c"] * 5), 2, seed=0)


def test_real_task_on_text():
    with pytest.raises(DataError, match="must hold numbers"):
        found(pd.Series(["a", "b"]), "real")


def test_settings():
    pairs = ["epochs=20", "hidden=(256, 128)", "network=conv", "early_stopping=True", "scale = 0.5", "teacher=true"]

    assert settings_of(pairs, VAEClassifier) == {
        "epochs": 20,
        "hidden": (256, 128),
        "network": "conv",
        "training__early_stopping": True,
        "model__scale": 0.5,
        "recipe__teacher": True,
    }


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ("epoch=3", "epochs"),
        ("epochs", "name=value"),
        ("random_state=3", "use random_state="),
        ("model=m2", "use model="),
        ("callbacks=[]", "Python"),
        ("training=3", "training is a group of options, effort, "),
        ("data=3", "data is a group of options, drop, "),
    ],
)
def test_wrong_setting(pair, message):
    with pytest.raises(SettingError, match=message):
        settings_of([pair], VAEClassifier)


def test_settings_are_those_of_the_estimator():
    with pytest.raises(SettingError, match="latents, standardize"):
        settings_of(["epochs=3"], PCA)
