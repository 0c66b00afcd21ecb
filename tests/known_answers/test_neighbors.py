"""Labels lent to neighbors: who they are, and what it costs not to believe them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.neighbors import NearestNeighbors

from semivae import VAEClassifier
from semivae.batch import Batch, Labeled
from semivae.objectives import Neighbors, nearest_rows, neighbors


@pytest.mark.parametrize("block", [7, 8192])
def test_nearest_rows_are_those_of_scikit_learn(block, monkeypatch):
    monkeypatch.setattr(neighbors, "BLOCK", block)
    x = torch.randn(60, 2, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    labeled, unlabeled = torch.arange(0, 60, 6), torch.tensor([i for i in range(60) if i % 6])

    near = nearest_rows(x, labeled, unlabeled, 4, lambda rows: rows.flatten(1))

    flat = x.flatten(1).numpy()
    _, expected = NearestNeighbors(n_neighbors=4).fit(flat[unlabeled]).kneighbors(flat[labeled])
    assert np.array_equal(near, unlabeled[torch.from_numpy(expected)])


class Sure:
    """Believes that a row has the class that its only cell says, with probability 0.9 of three."""

    def predict(self, x: torch.Tensor) -> torch.distributions.OneHotCategorical:
        points = torch.eye(3).double()[x[:, 0].long()]

        return torch.distributions.OneHotCategorical(0.9 * points + 0.05 * (1 - points))


def test_penalty_is_the_mean_over_the_pairs_and_falls_to_zero():
    x = torch.tensor([[0.0], [1.0], [2.0], [0.0]]).double()
    y = torch.eye(3).double()[[0, 1]]
    penalty = Neighbors(1.0, x, torch.tensor([[2, 3], [1, 1]]), y)
    batch = Batch(Labeled(x[:1].expand(20_000, 1), y[:1].expand(20_000, 3)), None)
    torch.manual_seed(0)

    # Of four equally likely pairs one is of another class.
    expected = -(3 * np.log(0.9) + np.log(0.05)) / 4
    assert penalty(Sure(), batch, torch.tensor(0.0)).item() == pytest.approx(expected, abs=0.03)
    assert penalty(Sure(), batch, torch.tensor(0.15)).item() == pytest.approx(expected / 2, abs=0.02)
    assert penalty(Sure(), batch, torch.tensor(0.3)) == penalty(Sure(), batch, torch.tensor(1.0)) == 0


def test_neighborhoods_tell_between_two_ways_to_cut():
    """They raise what few labels teach, and 0 leaves them out."""

    x, y = load_digits().images, load_digits().target
    few = np.random.default_rng(0).permutation(len(x))
    hidden = np.where(np.isin(np.arange(len(x)), few[:30]), y, -1)

    def accuracy(neighbors: int) -> float:
        fitted = VAEClassifier(
            "predictor", hidden=(64,), epochs=10, adversarial=0.0, neighbors=neighbors, random_state=0
        )

        return fitted.fit(x, hidden).score(x[few[30:]], y[few[30:]])

    assert accuracy(10) > accuracy(0) + 0.05
