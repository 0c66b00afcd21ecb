"""The network that samples are judged by: right about classes apart, and features that its last layer reads."""

import numpy as np
from scipy.special import softmax

from semivae.evaluation import measure
from semivae.evaluation.network import Network


def test_the_network_is_right_about_classes_apart():
    random = np.random.default_rng(0)
    y = np.repeat(["a", "b", "c"], 100)
    x = random.normal(size=(300, 5)) + 3 * np.eye(5)[np.repeat([0, 1, 2], 100)]
    x[::20, 4] = np.nan
    network = Network.fit(x[::2], y[::2], x[1::2], y[1::2])
    features = network.features(x)

    assert network.accuracy > 0.9 and features.shape == (300, 16) and "150 rows" in network.name
    logits = features @ network.classifier.coefs_[-1] + network.classifier.intercepts_[-1]
    np.testing.assert_allclose(network.probabilities(x), softmax(logits, axis=1))
    assert measure("judged", network.probabilities(x))["inception_score"] > 1.9
