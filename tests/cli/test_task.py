"""What a target is taken for, which labels are kept, and how settings are read."""

import numpy as np
import pandas as pd
import pytest

from semivae.errors import DataError, SettingError
from semivae.estimators import PCA, VAEClassifier
from semivae.workflows.settings import settings_of
from semivae.workflows.task import Task, hide, labels_for, readable, task_of


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
    assert task_of(readable(y, None), None, "y")[0] is task


def test_marker_among_numbers_leaves_numbers():
    y = readable(pd.Series(["1.5", "?", "2.5", "none"]), ["?", "none"])

    assert task_of(y, ["?", "none"], "y")[0] is Task.REAL
    assert y.isna().tolist() == [False, True, False, True]


def test_marker_among_text_stays():
    y = pd.Series(["a", "?", "b"])

    assert readable(y, ["?"]).tolist() == ["a", "?", "b"]
    assert labels_for(y, Task.CLASS, ["?"], "y").encode(y).tolist() == [0, -1, 1]


def test_hidden_labels_are_gone():
    y = pd.Series([0] * 50 + [1] * 10 + [-1] * 40)
    labels = labels_for(y, Task.CLASS, None, "y")
    kept = hide(y, labels, 8, seed=3, per_class=False)

    assert kept.notna().sum() == 8
    assert kept[:50].notna().sum() == 7 and kept[50:60].notna().sum() == 1
    assert hide(y, labels, 4, seed=3, per_class=True)[50:60].notna().sum() == 4
    assert (kept.dropna() == y[kept.notna()]).all()
    assert hide(y, labels, 8, seed=4).notna().tolist() != kept.notna().tolist()


def test_hidden_values_are_gone():
    y = pd.Series([1.5, np.nan, 2.5, 3.5])
    kept = hide(y, labels_for(y, Task.REAL, None, "y"), 2, seed=0)

    assert kept.notna().sum() == 2 and pd.isna(kept[1])


def test_more_classes_than_labels():
    y = pd.Series(["a", "b", "c"] * 5)

    with pytest.raises(SettingError, match="3 classes"):
        hide(y, labels_for(y, Task.CLASS, None, "y"), 2, seed=0)


def test_real_task_on_text():
    y = pd.Series(["a", "b"])

    with pytest.raises(DataError, match="must hold numbers"):
        labels_for(y, Task.REAL, None, "y")


def test_settings():
    pairs = ["epochs=20", "hidden=(256, 128)", "network=conv", "early_stopping=True", "scale = 0.5", "teacher=true"]

    assert settings_of(pairs, VAEClassifier) == {
        "epochs": 20,
        "hidden": (256, 128),
        "network": "conv",
        "early_stopping": True,
        "scale": 0.5,
        "teacher": True,
    }


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ("epoch=3", "epochs"),
        ("epochs", "name=value"),
        ("random_state=3", "use random_state="),
        ("model=m2", "use model="),
        ("callbacks=[]", "Python"),
    ],
)
def test_wrong_setting(pair, message):
    with pytest.raises(SettingError, match=message):
        settings_of([pair], VAEClassifier)


def test_settings_are_those_of_the_estimator():
    with pytest.raises(SettingError, match="latents, standardize"):
        settings_of(["epochs=3"], PCA)
