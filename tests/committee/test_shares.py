"""Shares of classes: found where labels were drawn evenly, and left alone where they were drawn at random."""

import numpy as np

from semivae.committee.shares import adjusted, shares_of, shifted

RANDOM = np.random.default_rng(0)


def rows(shares, count, trained=(0.5, 0.5)):
    """Exact class probabilities, under shares of the classes in training, of rows from two Gaussians."""

    y = RANDOM.random(count) < shares[1]
    x = RANDOM.normal(size=count) + 2.0 * y
    odds = trained[1] / trained[0] * np.exp(2.0 * x - 2.0)

    return np.stack([1 / (1 + odds), odds / (1 + odds)], axis=1)


def test_shares_are_found():
    np.testing.assert_allclose(shares_of(rows((0.9, 0.1), 20_000), np.array([0.5, 0.5])), [0.9, 0.1], atol=0.015)


def test_a_class_that_is_confused_with_others_does_not_vanish():
    """Of 20 classes the classifier never finds the last likely."""

    unlabeled = RANDOM.dirichlet(np.append(np.ones(19), 0.05), size=500)

    assert shares_of(unlabeled, np.full(20, 0.05))[-1] >= 0.19 * 0.05


def by_one_fit(labeled, unlabeled, counts):
    """Whether labels were chosen, where one fit made all predictions."""

    return shifted(labeled, np.broadcast_to(unlabeled.mean(axis=0), labeled.shape), unlabeled, np.array(counts))


def test_even_labels_of_uneven_classes_are_seen():
    assert by_one_fit(rows((0.5, 0.5), 50), rows((0.85, 0.15), 5000), [25, 25])


def test_labels_drawn_at_random_are_seldom_taken_for_chosen():
    wrong = [by_one_fit(rows((0.7, 0.3), 50), rows((0.7, 0.3), 1000), [35, 15]) for _ in range(300)]

    assert np.mean(wrong) < 0.04


def test_fits_that_prefer_other_classes_are_no_sign_of_a_choice():
    """With few labels, the fit of each fold leans to classes of its own, and so does the fit to all labels."""

    def leaning(probabilities):
        return adjusted(probabilities, np.array([0.5, 0.5]), RANDOM.dirichlet([4.0, 4.0]))

    wrong = []

    for _ in range(100):
        folds, others = [rows((0.7, 0.3), 10) for _ in range(5)], rows((0.7, 0.3), 1000)
        pairs = [np.split(leaning(np.concatenate([fold, others])), [10]) for fold in folds]
        held = np.concatenate([fold for fold, _ in pairs])
        usual = np.repeat([other.mean(axis=0) for _, other in pairs], 10, axis=0)
        wrong.append(shifted(held, usual, leaning(others), np.array([35, 15])))

    assert np.mean(wrong) < 0.04


def test_adjusted_probabilities_are_exact():
    found = adjusted(np.array([[0.5, 0.5]]), np.array([0.5, 0.5]), np.array([0.8, 0.2]))

    np.testing.assert_allclose(found, [[0.8, 0.2]])


def test_a_single_row_says_nothing():
    assert not by_one_fit(np.array([[0.5, 0.5]]), rows((0.5, 0.5), 100), [1, 0])
