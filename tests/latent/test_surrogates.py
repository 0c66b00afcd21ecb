"""Gaussian processes by both libraries predict a known function, and either one continues a search."""

import importlib.util

import numpy as np
import pytest
from sklearn.decomposition import PCA

from semivae.errors import SettingError
from semivae.latent import History, optimize
from semivae.latent.surrogates import log_improvement, surrogate_named

RANDOM = np.random.default_rng(0)
U = RANDOM.random((16, 2))
BOTORCH = pytest.param(
    "botorch", marks=pytest.mark.skipif(importlib.util.find_spec("botorch") is None, reason="an extra")
)


def hill(u):
    return 100 + 5 * np.sin(3 * u[:, 0])


@pytest.mark.parametrize("name", ["scikit-learn", BOTORCH])
def test_a_known_function_is_predicted(name):
    surrogate = surrogate_named(name)(U, hill(U))
    new = RANDOM.random((50, 2))
    mean, deviation = surrogate.predict(new)

    assert surrogate.name == name and mean.shape == deviation.shape == (50,)
    assert np.sqrt(np.mean(np.square(mean - hill(new)))) < 0.5
    assert (np.abs(mean - hill(new)) < 4 * deviation + 1e-6).mean() > 0.9
    # The second dimension changes nothing.
    assert surrogate.length_scales.shape == (2,) and surrogate.length_scales[1] > 2 * surrogate.length_scales[0]


@pytest.mark.parametrize("name", ["scikit-learn", BOTORCH])
def test_a_pretended_design_lowers_the_deviation_alone(name):
    surrogate = surrogate_named(name)(U, hill(U))
    far, scales = np.array([[1.3, 1.3], [0.2, 0.2]]), surrogate.length_scales.copy()
    mean, deviation = surrogate.predict(far)
    surrogate.pretend(far[:1])
    after, less = surrogate.predict(far)

    np.testing.assert_allclose(after, mean, rtol=1e-3)
    assert less[0] < 0.5 * deviation[0]
    np.testing.assert_array_equal(surrogate.length_scales, scales)


@pytest.mark.parametrize("name", [BOTORCH])
def test_a_search_goes_on_with_the_other_library(name, tmp_path):
    rows = RANDOM.normal(size=(60, 2)) @ RANDOM.normal(size=(2, 3))
    history = tmp_path / "h.json"
    torch = pytest.importorskip("torch")
    state = torch.random.get_rng_state()

    def search(evaluations, surrogate):
        return optimize(
            PCA(2).fit(rows),
            lambda rows: -np.square(rows).sum(axis=1),
            rows,
            evaluations=evaluations,
            gate=None,
            history=history,
            surrogate=surrogate,
        )

    assert search(7, "scikit-learn").surrogates == ["scikit-learn"]

    found = search(8, name)

    assert found.surrogates == found.to_json()["surrogates"] == ["scikit-learn", name]
    assert History.load(history).surrogates == found.surrogates
    assert torch.equal(torch.random.get_rng_state(), state)


def test_libraries_are_named(monkeypatch):
    with pytest.raises(SettingError, match="must be 'auto', 'scikit-learn' or 'botorch'"):
        surrogate_named("gpy")

    monkeypatch.setattr("semivae.latent.surrogates.choose.find_spec", lambda name: None)

    assert surrogate_named("auto").name == "scikit-learn"

    with pytest.raises(SettingError, match=r"semivae\[optimize\]"):
        surrogate_named("botorch")

    monkeypatch.setattr("semivae.latent.surrogates.choose.find_spec", lambda name: object())

    assert surrogate_named("auto").name == "botorch"


def test_log_improvement_is_exact_and_finite_far_below():
    from scipy.stats import norm

    u = np.array([-8.0, -1.0, -0.999999, 0.0, 3.0])
    exact = 2.0 * (norm.pdf(u) + u * norm.cdf(u))

    np.testing.assert_allclose(np.exp(log_improvement(2 * u, np.full(5, 2.0), 0.0)), exact, rtol=1e-5)
    far = log_improvement(np.array([-1e3, -1e4, -1e5]), np.ones(3), 0.0)
    assert np.isfinite(far).all() and (np.diff(far) < 0).all()
