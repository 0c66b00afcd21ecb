"""Every registered metric: a perfect prediction is best, the order of rows does not matter, and values are finite."""

import numpy as np
import pytest
from tests.contracts.metric_arrays import EDGES, ROWS, SUBJECTS

from semivae.evaluation import Metric, metric, metrics
from semivae.evaluation.registry import measure

# Log-densities have no bounds, and an estimate without bias has none at its best value.
UNBOUNDED = {"log_likelihood", "nll", "kernel_distance"}

# These draw rows, so that their order matters as much as a seed.
DRAWN = {"two_sample_auc", "beta_vae_score", "factor_vae_score"}

every = pytest.mark.parametrize("name", list(metrics))


def perfect(subject):
    return SUBJECTS[subject](np.random.default_rng(0), 1.0)


def others(subject, seed):
    """Arrays of the same subject that are worse than perfect ones."""

    return SUBJECTS[subject](np.random.default_rng(seed), 0.3)


def worth(metric, arrays):
    """The value of a metric, turned so that higher is better."""

    value = metric(*arrays)

    return (
        {"higher": value, "lower": -value}[metric.better]
        if isinstance(metric.better, str)
        else -abs(value - metric.better)
    )


@pytest.mark.parametrize("name", [name for name in metrics if metrics[name].better is not None])
@pytest.mark.parametrize("seed", range(3))
def test_a_perfect_prediction_is_best(name, seed):
    metric = metrics[name]

    assert worth(metric, perfect(metric.subject)) > worth(metric, others(metric.subject, seed))


@pytest.mark.parametrize("name", sorted(set(metrics) - DRAWN))
def test_the_order_of_rows_does_not_matter(name):
    metric = metrics[name]
    arrays = others(metric.subject, 0)
    order = np.random.default_rng(1).permutation(ROWS)
    turned = (array[order] if len(array) == ROWS else array for array in arrays)

    assert metric(*turned) == pytest.approx(metric(*arrays), rel=1e-9)


@pytest.mark.parametrize(
    ("name", "edge"), [(name, edge) for name in metrics for edge in EDGES[metrics[name].subject]], ids=str
)
def test_edges_are_finite(name, edge):
    metric = metrics[name]
    arrays = EDGES[metric.subject][edge]

    # The area under a curve of one class, or of one row, is not defined.
    assert np.isfinite(metric(*arrays)) or name == "auc" or len(arrays[0]) < metric.rows


@every
def test_values_and_intervals_are_in_the_range(name):
    metric = metrics[name]

    for arrays in (perfect(metric.subject), others(metric.subject, 0)):
        value = metric(*arrays)
        low, high = value.interval

        assert metric.range[0] - 1e-9 <= value <= metric.range[1] + 1e-9
        assert np.isnan(low) or low <= value <= high
        assert np.isnan(low) or (metric.range[0] - 1e-9 <= low and high <= metric.range[1] + 1e-9)


@every
def test_it_says_what_it_is(name):
    metric = metrics[name]
    documentation = metric.function.__doc__

    assert metric.better in ("higher", "lower", None) or isinstance(metric.better, float)
    assert 10 < len(metric.meaning) < 80 and "\n" not in metric.meaning
    assert ".. math::" in documentation and "References:" in documentation and "https://" in documentation
    assert documentation.endswith(".") and f"Unit: {metric.unit or 'none'}. Range: " in documentation
    assert (metric.range == (-np.inf, np.inf)) == (name in UNBOUNDED)


@every
def test_too_few_rows_give_no_number(name):
    metric = metrics[name]
    arrays = [array[: metric.rows - 1] for array in perfect(metric.subject)]

    assert metric.rows == 1 or np.isnan(metric(*arrays))


def test_one_function_is_enough(monkeypatch):
    monkeypatch.setattr(metrics, "parts", dict(metrics.parts))

    @metric("worst", "density", "higher", "the log-density of the least likely row, in nats")
    def worst(scores, errors):
        """The log-density of the least likely row."""

        return scores.min()

    assert isinstance(metrics["worst"], Metric) and "higher is better" in worst.__doc__
    assert measure("density", np.array([1.0, -2.0]), np.zeros(2))["worst"] == -2.0
