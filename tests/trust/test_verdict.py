"""The sentence of a comparison, and the effort of its fits."""

import numpy as np
import pytest

from semivae import TrainingOptions, VAEClassifier
from semivae.trust import Effort
from semivae.trust.verdict import ALONE, LEARNERS, MODEL, judge, method


def right(share: float) -> np.ndarray:
    """Rows of which a share is predicted."""

    return (np.arange(100) < 100 * share).astype(float)


@pytest.mark.parametrize(
    ("model", "alone", "said"),
    [
        (0.9, 0.5, "The unlabeled rows helped: +0.400 accuracy"),
        (0.5, 0.9, "The unlabeled rows hurt: -0.400 accuracy"),
        (0.9, 0.9, "cannot tell whether the unlabeled rows helped: +0.000 accuracy"),
        (0.9, None, "There are no unlabeled rows."),
    ],
)
def test_sentence_says_whether_unlabeled_rows_helped(model, alone, said):
    scores = {MODEL: right(model)} | ({} if alone is None else {ALONE: right(alone)})

    assert said in judge(scores, "accuracy", 0.25).sentence


@pytest.mark.parametrize(
    ("name", "words"),
    [(ALONE, "over the same network on the labels alone."), (LEARNERS, "over the learners that saw the labels alone.")],
)
def test_the_baseline_is_named(name, words):
    assert words in judge({MODEL: right(0.9), name: right(0.5)}, "accuracy", 0.25).sentence


def test_mcnemar_takes_a_verdict_back():
    """Six of 100 rows are better and none is worse: p is 1 / 32; of five, it is 1 / 16."""

    six, five = (judge({MODEL: right(share), ALONE: right(0)}, "accuracy", 0.0) for share in (0.06, 0.05))

    assert six.gain.low > 0 and six.p_value == pytest.approx(1 / 32) and "rows helped: +0.060" in six.sentence
    assert five.gain.low > 0 and five.p_value == pytest.approx(1 / 16)
    assert "cannot tell" in five.sentence and "McNemar's exact test does not agree (p = 0.06)" in five.sentence


def test_the_gain_of_a_number_has_no_mcnemar():
    random = np.random.default_rng(0)
    alone = random.normal(0.5, 0.1, 100)
    found = judge({MODEL: alone + random.normal(0.1, 0.2, 100), ALONE: alone}, "R2", 0.25)

    assert found.p_value is None and "rows helped" in found.sentence
    assert found.rows[0].low < found.rows[0].mean < found.rows[0].high


def test_single_accuracies_have_wilson_intervals():
    row = judge({MODEL: right(1.0)}, "accuracy", 0.25).rows[0]

    assert row.high == 1 and row.low == pytest.approx(1 / (1 + 1.959964**2 / 100))


def test_a_rival_that_is_better_is_named():
    scores = {MODEL: right(0.6), ALONE: right(0.7), "forest": right(0.8)}

    assert "forest scored higher (0.800 against 0.600)" in judge(scores, "accuracy", 0.25).sentence
    assert "higher" not in judge(scores | {"forest": right(0.5)}, "accuracy", 0.25).sentence


def test_members_are_lines_after_the_model():
    member = method("member: forest", right(0.7), "accuracy", 0.4)
    rows = judge({MODEL: right(0.6), "forest": right(0.8)}, "accuracy", 0.25, (member,)).rows

    assert [(row.name, row.weight) for row in rows] == [(MODEL, None), ("member: forest", 0.4), ("forest", None)]


def test_fits_on_the_labels_alone_see_each_label_as_often_as_it_helps():
    x, y = np.random.default_rng(0).normal(size=(160, 3)), np.arange(160) % 2
    fitted = VAEClassifier(epochs=2, hidden=(4,), training=TrainingOptions(labeled_batch=15), random_state=0)
    fitted.fit(x, np.where(np.arange(160) < 60, y, -1))

    assert fitted.n_steps_ == 8
    assert [Effort.of(fitted).passes(labels) for labels in (5, 15, 60, 1000)] == [8, 8, 2, 1]

    long = Effort(epochs=2, seconds=1.0, steps=10**6, labeled_batch=15)
    assert [long.passes(labels) for labels in (60, 1000, 50_000)] == [300, 100, 10]
