"""The detector keeps the conventions of pyod."""

import numpy as np
import pytest

from semivae import OutlierDetector, VAEEmbedding
from semivae.errors import SettingError

ROWS = np.random.default_rng(0).normal(size=(100, 3))
SMALL = VAEEmbedding(epochs=2, hidden=(8,), latents=2, random_state=0, device="cpu")


def test_scores_labels_and_threshold():
    detector = OutlierDetector(0.05, SMALL).fit(ROWS)

    assert detector.labels_.sum() == 5 and set(detector.labels_) == {0, 1}
    assert np.array_equal(detector.predict(ROWS), detector.labels_)
    assert np.array_equal(detector.decision_function(ROWS), detector.decision_scores_)
    assert detector.predict([[30.0, 30.0, 30.0]]).tolist() == [1]
    assert not hasattr(SMALL, "model_")


def test_labels_are_known_outliers():
    known = np.arange(100) < 5
    detector = OutlierDetector(estimator=SMALL).fit(ROWS, known)

    assert detector.estimator_.known_outliers_ is not None and len(detector.decision_scores_) == 100


def test_wrong_share_is_refused():
    with pytest.raises(SettingError, match=r"at most 0\.5"):
        OutlierDetector(0.7).fit(ROWS)
