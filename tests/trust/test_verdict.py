"""The sentence of a comparison, and the effort of its fits."""

import numpy as np
import pytest

from semivae import TrainingOptions, VAEClassifier
from semivae.trust import Effort
from semivae.trust.verdict import ALONE, judge


def right(share: float) -> np.ndarray:
    """Rows of which a share is predicted."""

    return (np.arange(100) < 100 * share).astype(float)


@pytest.mark.parametrize(
    ("model", "alone", "said"),
    [
        (0.9, 0.5, "The unlabeled rows helped: +0.400 accuracy"),
        (0.5, 0.9, "The unlabeled rows hurt: -0.400 accuracy"),
        (0.9, 0.9, "cannot be said from so few labels: +0.000 accuracy"),
        (0.9, None, "There are no unlabeled rows."),
    ],
)
def test_sentence_says_whether_unlabeled_rows_helped(model, alone, said):
    scores = {"this model": right(model)} | ({} if alone is None else {ALONE: right(alone)})

    assert said in judge(scores, "accuracy", 5, 5).sentence


def test_a_rival_that_is_better_is_named():
    scores = {"this model": right(0.6), ALONE: right(0.7), "forest": right(0.8)}

    assert "forest scored higher (0.800 against 0.600)" in judge(scores, "accuracy", 5, 5).sentence
    assert "higher" not in judge(scores | {"forest": right(0.5)}, "accuracy", 5, 5).sentence


def test_shorter_fits_are_confessed():
    scores = {"this model": right(0.6)}

    assert "had 3 of its 11 epochs" in judge(scores, "accuracy", 3, 11).sentence
    assert "epochs" not in judge(scores, "accuracy", 11, 11).sentence


def test_fits_on_the_labels_alone_see_each_label_as_often_as_it_helps():
    x, y = np.random.default_rng(0).normal(size=(160, 3)), np.arange(160) % 2
    fitted = VAEClassifier(epochs=2, hidden=(4,), training=TrainingOptions(labeled_batch=15), random_state=0)
    fitted.fit(x, np.where(np.arange(160) < 60, y, -1))

    assert fitted.n_steps_ == 8
    assert [Effort.of(fitted).passes(labels) for labels in (5, 15, 60, 1000)] == [8, 8, 2, 1]

    long = Effort(epochs=2, seconds=1.0, steps=10**6, labeled_batch=15)
    assert [long.passes(labels) for labels in (60, 1000, 50_000)] == [300, 100, 10]


def test_epochs_that_are_affordable():
    effort = Effort(epochs=100, seconds=50.0, steps=1000, labeled_batch=64)

    assert [effort.affordable(rounds, seconds) for rounds, seconds in ((5, 1000), (5, 100), (5, 0.1))] == [100, 40, 1]
