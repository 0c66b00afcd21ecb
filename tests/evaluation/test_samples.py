"""Metrics of samples on cases that are known by hand, and the judge."""

import numpy as np
import pytest

from semivae.evaluation import Judge, Numbers, measure, nearest, total_variance_ratio
from semivae.schema import Schema
from semivae.variables import Variable

RANDOM = np.random.default_rng(0)


def found(rows, samples):
    return {name.removeprefix("sample_"): value for name, value in measure("samples", rows, samples).items()}


def test_samples_of_the_same_distribution():
    rows, samples = RANDOM.normal(size=(2, 1000, 3))

    # Of five nearest neighbors among as many rows and samples, a row has no sample with probability 1 / 2 ** 5.
    assert found(rows, samples)["coverage"] == pytest.approx(1 - 1 / 2**5, abs=0.02)
    assert found(rows, samples)["density"] == pytest.approx(1, abs=0.05)
    assert min(found(rows, samples)[name] for name in ("precision", "recall")) > 0.9


def test_samples_of_one_of_two_clusters():
    rows = RANDOM.normal(size=(1000, 2)) + np.repeat([[0, 0], [50, 0]], 500, axis=0)
    one = found(rows, RANDOM.normal(size=(1000, 2)))

    assert one["precision"] > 0.9 and one["recall"] == pytest.approx(0.5, abs=0.05)
    assert one["coverage"] == pytest.approx(0.5, abs=0.02)


def test_a_generator_that_repeats_one_row_is_precise_and_covers_nothing():
    rows = RANDOM.normal(size=(500, 2))
    same = found(rows, np.zeros((500, 2)))

    assert same["precision"] == 1 and same["recall"] < 0.02 and same["coverage"] < 0.1


def test_a_row_far_out_raises_precision_but_not_density():
    rows = np.concatenate([RANDOM.normal(size=(500, 2)), [[1000.0, 0.0]]])
    far = found(rows, RANDOM.normal((500, 0), 1, (500, 2)))

    assert far["precision"] > 0.9 and far["density"] < 0.25


def test_variance_within_a_class():
    rows, classes = np.array([[0.0], [2.0], [10.0], [14.0]]), np.array(["a", "a", "b", "b"])
    means, asked = np.array([[5.0], [6.0], [0.0], [0.0], [9.0]]), np.array(["a", "a", "b", "b", "c"])

    assert measure("variety", rows, classes, means, asked) == {"variance_ratio": 0.25 / 5}
    assert total_variance_ratio(rows, rows / 2) == pytest.approx(0.25)
    assert np.isnan(total_variance_ratio(np.ones((3, 1)), rows))


def test_copies_of_training_rows_are_found():
    train, held_out, others = RANDOM.normal(size=(3, 600, 5))

    assert nearest(np.array([[0.0, 3.0]]), np.array([[0.0, 0.0], [0.0, 7.0], [9.0, 3.0]])) == 3
    assert measure("novelty", train[:50], held_out, train)["sample_distance"] == 0
    assert measure("novelty", others, held_out, train)["sample_distance"] == pytest.approx(1, abs=0.1)


def test_share_of_the_asked_class():
    assert measure("asked", np.array(["a", "b", "b", "a"]), np.array(["a", "b", "a", "a"])) == {"asked_class": 0.75}


def test_inception_score_of_a_perfect_uniform_sampler_is_the_number_of_classes():
    sure = np.eye(7)[np.arange(140) % 7]
    score = measure("judged", sure)["inception_score"]

    assert score == pytest.approx(7) and score.interval == pytest.approx((7, 7), abs=0.3)
    assert measure("judged", sure[:1].repeat(9, axis=0)) == {"inception_score": pytest.approx(1)}
    assert measure("judged", np.full((9, 7), 1 / 7)) == {"inception_score": pytest.approx(1)}


def test_inception_score_by_hand():
    score = measure("judged", np.array([[0.8, 0.2], [0.2, 0.8]]))["inception_score"]

    assert np.log(score) == pytest.approx(0.8 * np.log(0.8 / 0.5) + 0.2 * np.log(0.2 / 0.5))


def test_a_class_is_covered_if_samples_are_of_it_a_tenth_as_often_as_rows():
    rows, judged = np.repeat(["a", "b", "c"], 50), np.repeat(["a", "b"], [97, 3])

    # A tenth of a third is 3.3 percent.
    assert measure("modes", rows, judged) == {"classes_covered": pytest.approx(1 / 3)}
    assert measure("modes", rows, np.repeat(["a", "b"], [96, 4])) == {"classes_covered": pytest.approx(2 / 3)}
    assert measure("modes", rows, rows) == {"classes_covered": 1}


@pytest.mark.parametrize("kind", ["numbers", "categories"])
def test_the_judge_is_right_about_classes_apart(kind):
    extra = Variable("c", "category", classes=("u", "v")) if kind == "categories" else Variable("c", "real")
    numbers = Numbers(Schema((Variable("a", "real"), extra)), np.zeros(3), np.ones(3))
    y = np.repeat(["n", "p"], 100)
    x = RANDOM.normal(size=(200, 3)) + np.where(y == "p", 3.0, -3.0)[:, None]
    x[::10, 1] = np.nan
    judge = Judge.fit(numbers, x[::2], y[::2], x[1::2], y[1::2])

    assert judge.accuracy > 0.95 and (judge.predict(x[1::2]) == y[1::2]).mean() == judge.accuracy
    assert judge.name.startswith("SVC" if kind == "numbers" else "HistGradientBoosting")
    assert judge.features(x).shape == (200, 3) and np.isfinite(judge.features(x)).all()
