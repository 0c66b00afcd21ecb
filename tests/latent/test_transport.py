"""Latents that are moved from class to class."""

import numpy as np

from semivae.latent.transport import moved

RANDOM = np.random.default_rng(0)
CLASSES = np.repeat(["a", "b"], 4000)
CLOUDS = np.concatenate(
    [
        RANDOM.multivariate_normal([0, 0], [[1.0, 0.5], [0.5, 2.0]], 4000),
        RANDOM.multivariate_normal([5, -3], [[2.0, -0.4], [-0.4, 0.5]], 4000),
    ]
)


def test_a_moved_class_lies_as_the_other():
    z = CLOUDS[:4000]
    found = moved(z, CLASSES[:4000], np.repeat("b", 4000), CLOUDS, CLASSES)

    np.testing.assert_allclose(found.mean(axis=0), CLOUDS[4000:].mean(axis=0), atol=1e-8)
    np.testing.assert_allclose(np.cov(found.T), np.cov(CLOUDS[4000:].T), atol=0.02)


def test_there_and_back_is_nowhere():
    z, first, last = CLOUDS[:50], np.repeat("a", 50), np.repeat("b", 50)
    there = moved(z, first, last, CLOUDS, CLASSES)

    np.testing.assert_allclose(moved(there, last, first, CLOUDS, CLASSES), z, atol=1e-6)


def test_own_and_rare_classes_stay():
    classes = np.where(np.arange(8000) < 5, "c", CLASSES)
    start, end = np.array(["a", "a"]), np.array(["a", "c"])

    np.testing.assert_array_equal(moved(CLOUDS[:2], start, end, CLOUDS, classes), CLOUDS[:2])
