"""Every registered metric: a perfect prediction is best, the order of rows does not matter, and values are finite."""

import numpy as np
import pytest

from semivae.evaluation import Metric, metric, metrics
from semivae.evaluation.registry import measure

ROWS, CLASSES = 40, 4


def perfect(subject):
    random = np.random.default_rng(0)

    if subject == "classes":
        codes = random.integers(CLASSES, size=ROWS)

        return codes, np.eye(CLASSES)[codes]

    if subject == "numbers":
        y = random.normal(size=ROWS)
        half = np.where(np.arange(ROWS) % 10 == 0, -1e-9, 1.0)  # nine of ten intervals hold their value

        return y, y, y - half, y + half

    if subject == "levels":
        return np.zeros(ROWS), np.full(ROWS, 784.0)

    return SPACES[subject](random, 1.0) if subject in SPACES else (np.full(ROWS, 3.0),)


def reconstruction(random, share):
    x = random.normal(size=(ROWS, 3))

    return x, share * x


def like_rows(random, share):
    x = random.normal(size=(ROWS, 3))

    return x, share * x + 9 * (1 - share)


def asked(random, share):
    y = random.integers(CLASSES, size=ROWS)

    return y, np.where(random.random(ROWS) < share, y, y + 1)


def variety(random, share):
    x, classes = random.normal(size=(ROWS, 3)), np.arange(ROWS) % CLASSES

    return x, classes, share * x, classes


def novelty(random, share):
    x = random.normal(size=(ROWS, 3))

    return share * x, x, np.zeros((ROWS, 3))


def latents(random, share):
    return (random.normal(size=(ROWS, 3)) * [1, 1, share > 0.5],)


# Subjects of samples and latents: their arrays at a share of the best.
SPACES = {
    "reconstruction": reconstruction,
    "samples": like_rows,
    "asked": asked,
    "variety": variety,
    "novelty": novelty,
    "latents": latents,
    "prior": like_rows,
}


def others(subject, seed):
    """Predictions of the same rows that are worse than perfect ones."""

    random = np.random.default_rng(seed)

    if subject in SPACES:
        return SPACES[subject](random, 0.3)

    truth = perfect(subject)

    if subject == "classes":
        return truth[0], random.dirichlet(np.ones(CLASSES), ROWS)

    if subject == "numbers":
        mean = truth[0] + random.normal(size=ROWS)
        half = random.gamma(2.0, size=ROWS)

        return truth[0], mean, mean - half, mean + half

    return (truth[0] - random.gamma(2.0, size=ROWS), *truth[1:])


def worth(metric, arrays):
    """The value of a metric, turned so that higher is better."""

    value = metric(*arrays)

    return (
        {"higher": value, "lower": -value}[metric.better]
        if isinstance(metric.better, str)
        else -abs(value - metric.better)
    )


EDGES = {
    "classes": {
        "one row": (np.array([1]), np.array([[0.2, 0.8]])),
        "class that is not known": (np.array([-1, -1]), np.array([[1.0, 0.0], [0.5, 0.5]])),
        "no probability for the truth": (np.array([0, 1]), np.array([[0.0, 1.0], [0.0, 1.0]])),
        "one class": (np.zeros(3, dtype=int), np.ones((3, 1))),
    },
    "numbers": {
        "same value": (np.ones(3), np.ones(3), np.zeros(3), np.ones(3)),
        "same value, missed": (np.ones(3), np.zeros(3), np.zeros(3), np.zeros(3)),
        "far away": (np.array([0.0, 1e150]), np.zeros(2), np.zeros(2), np.ones(2)),
        "two rows": (np.array([0.0, 1.0]), np.array([1.0, 0.0]), np.zeros(2), np.ones(2)),
    },
    "levels": {"one row": (np.array([-1e9]), np.ones(1))},
    "density": {"two rows": (np.array([-1e9, 5.0]),), "same": (np.zeros(4),)},
    "reconstruction": {"a gap": (np.array([[0.0, np.nan], [1.0, np.nan]]), np.zeros((2, 2)))},
    "samples": {"two rows": (np.eye(2), np.ones((1, 2))), "same": (np.zeros((9, 1)), np.zeros((9, 1)))},
    "asked": {"one sample": (np.array(["a"]), np.array(["b"]))},
    "variety": {"a class of one": (np.eye(3), np.array([0, 0, 1]), np.eye(3), np.array([1, 0, 0]))},
    "novelty": {"one row": (np.zeros((1, 2)), np.ones((1, 2)), np.zeros((1, 2)))},
    "latents": {"one row": (np.zeros((1, 2)),)},
    "prior": {"same": (np.zeros((2, 2)), np.zeros((2, 2)))},
}

every = pytest.mark.parametrize("name", list(metrics))


@every
@pytest.mark.parametrize("seed", range(5))
def test_a_perfect_prediction_is_best(name, seed):
    metric = metrics[name]

    assert worth(metric, perfect(metric.subject)) > worth(metric, others(metric.subject, seed))


@every
def test_the_order_of_rows_does_not_matter(name):
    metric = metrics[name]
    arrays = others(metric.subject, 0)
    order = np.random.default_rng(1).permutation(ROWS)

    assert metric(*(array[order] for array in arrays)) == pytest.approx(metric(*arrays), rel=1e-12)


@pytest.mark.parametrize(
    ("name", "edge"), [(name, edge) for name in metrics for edge in EDGES[metrics[name].subject]], ids=str
)
def test_edges_are_finite(name, edge):
    assert np.isfinite(metrics[name](*EDGES[metrics[name].subject][edge]))


@every
def test_it_says_what_it_is(name):
    metric = metrics[name]

    assert metric.better in ("higher", "lower") or isinstance(metric.better, float)
    assert 10 < len(metric.meaning) < 80 and "\n" not in metric.meaning


@every
def test_too_few_rows_give_no_number(name):
    metric = metrics[name]
    arrays = [array[: metric.rows - 1] for array in perfect(metric.subject)]

    assert metric.rows == 1 or np.isnan(metric(*arrays))


def test_one_function_is_enough(monkeypatch):
    monkeypatch.setattr(metrics, "parts", dict(metrics.parts))

    @metric("worst", "density", "higher", "the log-density of the least likely row, in nats")
    def worst(scores):
        return scores.min()

    assert isinstance(metrics["worst"], Metric)
    assert measure("density", np.array([1.0, -2.0]))["worst"] == -2.0
