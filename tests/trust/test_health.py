"""A healthy fit has no finding; each way to be sick has one, with the setting that mends it."""

import copy
import warnings
from dataclasses import replace

import numpy as np
import pytest
from tests.trust.sick import LABELS, LINE, X, classifier, embedding

from semivae.errors import HealthWarning
from semivae.findings import HeldOut
from semivae.trust import health
from semivae.trust.health import findings
from semivae.trust.vitals import Vitals

GOOD = Vitals(10, 9, 0.7, 0.74, 0.38, 0.9, 0.9, 0.8, 1.0, by_class=True)


@pytest.fixture(scope="module")
def healthy():
    """A classifier without a fault, as warnings are errors."""

    return classifier().fit(X, LABELS)


def names(found):
    """The names of findings."""

    return [finding.name for finding in found.findings]


def with_weights(fitted, part, change):
    """A copy of a classifier with other weights for one input of its decoder: 0 is the latent, 1 the class."""

    sick = copy.deepcopy(fitted)
    weights = sick.model_.decoder.body.first.weights[part].data
    weights.copy_(change(weights))

    return sick


def test_healthy_classifier_has_no_finding(healthy):
    assert healthy.health_ == health(healthy, X)
    assert not healthy.health_.findings and not healthy.health_.not_judged
    assert str(healthy.health_) == "no fault found"


def test_healthy_embedding_draws_no_warning():
    assert not embedding().fit(X).health_.findings


def test_collapsed_posterior():
    with pytest.warns(
        HealthWarning, match=r"posterior collapse: .* explains 0% of the variance of rows, .*; try beta=1"
    ):
        fitted = embedding(beta=50.0).fit(X)

    assert names(fitted.health_) == ["posterior collapse"]
    assert abs(fitted.health_.findings[0].measured) < 0.1


def test_dead_units():
    with pytest.warns(HealthWarning, match=r"dead units: 15 of the 16 units .*; try latents=2"):
        fitted = embedding(model="vae", latents=16, learning_rate=0.01).fit(LINE)

    assert names(fitted.health_) == ["dead units"]


def test_generator_that_repeats_itself():
    repeats = pytest.warns(HealthWarning, match=r"repeats itself: .* 0% of .* rows within a class; try beta=1")

    with pytest.warns(HealthWarning, match="posterior collapse"), repeats:
        fitted = classifier(beta=20.0).fit(X, LABELS)

    assert names(fitted.health_) == ["posterior collapse", "repeats itself"]


def test_decoder_that_ignores_the_label(healthy):
    assert "label ignored" in names(health(with_weights(healthy, 1, lambda weights: 0 * weights), X))


def test_decoder_that_confuses_the_labels(healthy):
    assert "label ignored" in names(health(with_weights(healthy, 1, lambda weights: weights.roll(1, 1)), X))


def test_samples_far_from_the_rows(healthy):
    found = health(with_weights(healthy, 0, lambda weights: 6 * weights), X)

    assert "far off" in names(found) and "repeats itself" not in names(found)


def test_undertrained_and_stopped_fits_are_not_judged(healthy):
    short, stopped = classifier(beta=50.0, epochs=2).fit(X, LABELS), copy.copy(healthy)
    stopped.stopped_ = "interrupted"

    assert short.health_.not_judged == "the fit had 12 steps, and fewer than 500 show little"
    assert health(stopped, X).not_judged == "the fit was stopped by hand"
    assert "49 rows" in health(healthy, X[:49]).not_judged


def test_columns_with_nothing_in_common_leave_nothing_to_say():
    noise = np.random.default_rng(0).normal(size=X.shape)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not embedding(beta=4.0).fit(noise).health_.findings


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        ({}, []),
        ({"active": 3}, []),
        ({"active": 2}, ["dead units"]),
        ({"explained": 0.25}, []),
        ({"explained": 0.2}, ["posterior collapse"]),
        ({"explained": 0.2, "unrelated": 0.7}, []),
        ({"explained": float("nan"), "possible": float("nan"), "active": 0}, ["posterior collapse"]),
        ({"echoed": 0.1}, ["label ignored"]),
        ({"echoed": 0.0, "readable": 0.04}, []),
        ({"variety": 0.19}, ["repeats itself"]),
        ({"variety": 0.0, "by_class": False, "active": 0}, []),
        ({"spread": 2.1}, ["far off"]),
        ({"echoed": float("nan"), "readable": float("nan"), "variety": float("nan"), "spread": float("nan")}, []),
    ],
)
def test_thresholds(sign, expected):
    assert [finding.name for finding in findings(replace(GOOD, **sign), {})] == expected


@pytest.mark.parametrize(
    ("settings", "mend"),
    [
        ({}, "free_bits=0.5"),
        ({"objective__beta": 4.0}, "beta=1"),
        ({"objective__beta": "auto", "objective__free_bits": 0.5}, "free_bits=1"),
        ({"objective__importance_samples": 5}, "importance_samples=1 with free_bits=0.5"),
    ],
)
def test_setting_that_keeps_the_latent_in_use(settings, mend):
    (finding,) = findings(replace(GOOD, explained=0.0), settings)

    assert finding.mend == mend


def test_setting_that_brings_the_prior_closer():
    far = replace(GOOD, spread=3.0)

    assert [finding.mend for finding in findings(far, {"objective__beta": 0.1})] == ["beta=1"]
    assert [finding.mend for finding in findings(far, {})] == ["prior='mixture' with warmup=0.5"]


def test_records_of_a_fit_that_is_too_sure_and_has_labels_elsewhere(healthy):
    rows, moved, sick = np.arange(60), X.copy(), copy.copy(healthy)
    wrong = (rows % 3 + rows % 2) % 3
    sick.held_out_ = HeldOut(rows, rows % 5, rows % 3, np.log(np.full((60, 3), 1e-6) + np.eye(3)[wrong]), True)
    sick.calibration_temperature_ = 1.0
    moved[:60] += 3 * X.std()

    assert {"overconfident", "labels elsewhere"} <= set(names(health(sick, moved)))
    assert "labels elsewhere" not in names(health(sick, X))
