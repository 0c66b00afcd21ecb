"""Label propagation: the pseudo-labeled rows, and the penalty."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits, make_moons
from sklearn.metrics import pairwise_distances

from semivae import ObjectiveOptions, RecipeOptions, VAEClassifier
from semivae.batch import Batch, Labeled
from semivae.data.batches.loader import Loader
from semivae.data.batches.spread import spread
from semivae.estimators.build import neighbors as near
from semivae.estimators.plan import rows as planned
from semivae.objectives import Neighbors


def few(y: np.ndarray, labels: int) -> np.ndarray:
    """Codes with only the first `labels` of each class."""

    kept = np.concatenate([np.flatnonzero(y == code)[:labels] for code in np.unique(y)])

    return np.where(np.isin(np.arange(len(y)), kept), y, -1)


def test_spread_matches_the_iteration_of_the_paper():
    x = np.random.default_rng(0).normal(size=(80, 3))
    y = few(np.arange(80) % 3, 2)

    order = pairwise_distances(x).argsort(axis=1)[:, 1:6]
    one_way = np.zeros((80, 80))
    np.put_along_axis(one_way, order, 1.0, axis=1)
    graph = one_way + one_way.T
    degree = graph.sum(0)
    known = np.eye(4)[y][:, :3]
    found = known.copy()

    for _ in range(60):
        found = 0.99 * (graph / np.sqrt(np.outer(degree, degree))) @ found + 0.01 * known

    share, codes = (found / found.sum(1, keepdims=True)).max(1), found.argmax(1)
    halves = [np.flatnonzero((codes == code) & (y < 0)) for code in range(3)]
    halves = [half[np.argsort(-share[half])[: round(len(half) / 2)]] for half in halves]
    expected = np.sort(np.concatenate(halves))

    found = spread(x, y, 5)

    assert np.array_equal(found.positions, expected) and np.array_equal(found.codes, codes[expected])


def test_labels_spread_along_a_shape():
    x, y = make_moons(500, noise=0.06, random_state=0)
    hidden = few(y, 1)
    given = np.flatnonzero(hidden >= 0)

    nearest = y[given][pairwise_distances(x, x[given]).argmin(axis=1)]
    found = spread(x, hidden, 10)

    assert (nearest == y).mean() < 0.9
    assert len(found.positions) == pytest.approx(250, abs=10) and np.array_equal(found.codes, y[found.positions])


def test_rows_that_no_label_reaches_get_none():
    x = np.random.default_rng(0).normal(size=(90, 2)) + np.repeat([[0.0], [100.0], [200.0]], 30, axis=0)
    hidden = few(np.repeat([0, 1, 2], 30), 1)

    found = spread(x, np.where(hidden == 2, -1, hidden), 5)

    assert set(found.codes) == {0, 1} and found.positions.max() < 60


def test_many_labels_go_to_their_nearest_rows_only():
    x, y = np.random.default_rng(0).normal(size=(1000, 3)), np.arange(1000) % 10
    hidden = few(y, 50)
    known, others = np.flatnonzero(hidden >= 0), np.flatnonzero(hidden < 0)
    order = others[pairwise_distances(x[known], x[others]).argsort(axis=1)[:, :5]]

    found = spread(x, hidden, 5)

    assert np.array_equal(found.positions, order.ravel()) and np.array_equal(found.codes, np.repeat(y[known], 5))


@pytest.mark.parametrize(("classes", "labels"), [(2, 249), (10, 49), (20, 49)])
def test_fewer_labels_spread_along_the_graph(classes, labels):
    x, y = np.random.default_rng(0).normal(size=(2000, 3)), np.arange(2000) % classes
    found = spread(x, few(y, labels), 5)

    assert len(set(found.positions)) == len(found.positions) == pytest.approx(1000 - classes * labels / 2, abs=classes)


@pytest.mark.parametrize(
    ("noise", "labels", "low", "high"),
    [
        (0.06, 20, 0.9, 1.0),
        (0.06, 250, 0.9, 1.0),
        (1.0, 40, 0.2, 0.7),
        (1.0, 250, 0.2, 0.7),
        (100.0, 100, 0.0, 0.2),
        (100.0, 250, 0.0, 0.2),
        (100.0, 1, 1.0, 1.0),
    ],
)
def test_agreement_measures_predicted_held_out_labels(noise, labels, low, high):
    """A single label of a class cannot be held out."""

    x, y = make_moons(1500, noise=noise, random_state=0)

    assert low <= spread(x, few(y, labels), 10).agreement <= high


def test_held_out_labels_that_no_label_reaches_count_as_wrong():
    """One class: eight labels, each in its own cluster on a ring. The other: eight labels in the central cluster."""

    angles = np.arange(8) * np.pi / 4
    centers = np.r_[100 * np.c_[np.cos(angles), np.sin(angles)], [[0.0, 0.0]]]
    places = np.repeat(np.arange(9), 20)
    x = centers[places] + np.random.default_rng(0).normal(size=(180, 2))
    y = np.where(places == 8, np.where(np.arange(180) < 168, 1, -1), np.where(np.arange(180) % 20, -1, 0))

    # Half of the labels agree; by chance it would be a quarter.
    assert spread(x, y, 5).agreement == pytest.approx(1 / 3)


def test_agreement_is_one_if_only_one_class_can_be_held_out():
    x, y = make_moons(500, noise=100.0, random_state=0)
    hidden = few(y, 9)
    hidden[np.flatnonzero(hidden == 1)[1:]] = -1

    assert spread(x, hidden, 10).agreement == 1


def test_only_some_of_many_rows_are_compared(monkeypatch):
    monkeypatch.setattr(planned, "MOST_ROWS", 60)
    x = torch.randn(500, 3, generator=torch.Generator().manual_seed(0))
    labeled = torch.arange(40, 50)
    unlabeled = torch.cat([torch.arange(40), torch.arange(50, 500)])
    rows = Loader(x, torch.eye(2)[labeled % 2], labeled, unlabeled, 8, 8, 0)

    positions, y, agreement = near.lent(rows, 5, lambda x: x)

    assert 20 <= len(positions) <= 30 and torch.isin(positions, unlabeled).all() and len(set(positions.tolist())) > 20
    assert y.shape == (len(positions), 2) and torch.equal(y.sum(1), torch.ones(len(positions)))
    assert torch.equal(near.lent(rows, 5, lambda x: x)[0], positions) and agreement < 0.5


class Sure:
    """Predicts the class in the only cell of a row, with probability 0.9, among three classes."""

    def predict(self, x: torch.Tensor) -> torch.distributions.OneHotCategorical:
        points = torch.eye(3).double()[x[:, 0].long()]

        return torch.distributions.OneHotCategorical(0.9 * points + 0.05 * (1 - points))


def test_penalty_is_the_mean_over_the_rows_and_falls_to_zero():
    x = torch.tensor([[0.0], [1.0], [2.0], [0.0], [1.0]]).double()
    y = torch.eye(3).double()[[0, 0, 1, 1]]
    penalty = Neighbors(1.0, x, torch.tensor([2, 3, 1, 4]), y)
    batch = Batch(Labeled(x[:1].expand(20_000, 1), y[:1].expand(20_000, 3)), None)
    torch.manual_seed(0)

    # One of four equally likely rows has another class.
    expected = -(3 * np.log(0.9) + np.log(0.05)) / 4
    assert penalty(Sure(), batch, torch.tensor(0.0)).item() == pytest.approx(expected, abs=0.03)
    assert penalty(Sure(), batch, torch.tensor(0.15)).item() == pytest.approx(expected / 2, abs=0.02)
    assert penalty(Sure(), batch, torch.tensor(0.3)) == penalty(Sure(), batch, torch.tensor(1.0)) == 0


def test_neighbors_raise_the_accuracy_with_few_labels():
    """With 0 neighbors they are switched off."""

    x, y = load_digits().images, load_digits().target
    few = np.random.default_rng(0).permutation(len(x))
    hidden = np.where(np.isin(np.arange(len(x)), few[:30]), y, -1)

    def accuracy(neighbors: int) -> float:
        fitted = VAEClassifier(
            "predictor",
            hidden=(64,),
            epochs=10,
            recipe=RecipeOptions(adversarial=0.0, neighbors=neighbors),
            objective=ObjectiveOptions(alpha=20.0),
            random_state=0,
        )

        return fitted.fit(x, hidden).score(x[few[30:]], y[few[30:]])

    assert accuracy(10) > accuracy(0) + 0.05
