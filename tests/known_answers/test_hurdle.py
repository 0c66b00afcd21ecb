"""Columns with spikes, heavy tails, whole numbers and missing cells: densities that integrate to one, and samples."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import truncnorm

import semivae
from semivae import PCA, DataOptions, VAEEmbedding
from semivae.data.columns.tally import NumberTally
from semivae.families.gaussian import Within
from semivae.families.reals import Reals
from semivae.variables import Variable

RANDOM = np.random.default_rng(0)
N = 600
FIT = {"hidden": (16,), "latents": 1, "epochs": 20, "batch_size": 100, "learning_rate": 0.01, "random_state": 0}

Z = RANDOM.normal(size=N)
GAIN = np.where(Z + RANDOM.normal(size=N) < 1, 0.0, np.exp(1.5 * RANDOM.normal(size=N)) + 1)
ROWS = pd.DataFrame(
    {
        "gain": GAIN,
        "age": np.minimum(RANDOM.normal(40, 9, N) + 5 * Z, 52).round(),  # capped, and of whole numbers
        "hours": RANDOM.integers(1, 90, N),
        "free": RANDOM.normal(size=N),
    }
)
ROWS.loc[RANDOM.random(N) < 0.2, ["age", "free"]] = np.nan
ROWS.loc[RANDOM.random(N) < 0.1, "gain"] = np.nan
ROWS["hours"] = ROWS["hours"].astype("Int64").mask(RANDOM.random(N) < 0.05)


@pytest.fixture(scope="module")
def model() -> VAEEmbedding:
    return VAEEmbedding(**FIT).fit(ROWS)


def test_density_and_mass_of_a_spike_integrate_to_one(model):
    """Over the numbers beside the spike, in the units of the user; there it has a probability instead."""

    gain = model.schema_.x[0]

    assert gain.spikes == (0.0,) and gain.knots, "the log-normal has heavy tails"

    # Closer where the density is higher; below zero, too, where a Gaussian has a rest.
    steps = np.sinh(np.linspace(-9, 12, 2001)) * 1e-3
    steps = np.append(steps[steps != 0], 0.0)
    density = np.exp(model.evidence(pd.DataFrame({"gain": steps}, columns=list(ROWS)), draws=512).log_density)
    mass, rest = density[-1], np.trapezoid(density[:-1], steps[:-1])

    assert mass == pytest.approx((ROWS["gain"] == 0).sum() / ROWS["gain"].count(), abs=0.08)
    assert mass + rest == pytest.approx(1, abs=0.02)


def test_samples_are_missing_as_often_as_rows_and_together(model):
    made, gaps = model.sample(4000, random_state=0).isna(), ROWS.isna()

    assert (made["age"] == made["free"]).all()
    np.testing.assert_allclose(made.mean(), gaps.mean(), atol=0.03)
    assert (made["age"] & made["gain"]).mean() == pytest.approx((gaps["age"] & gaps["gain"]).mean(), abs=0.02)
    assert model.sample(50, random_state=0, noise=False).notna().all(axis=None)
    assert model.inverse_transform(model.transform(ROWS)).notna().all(axis=None)


def test_whole_numbers_stay_whole(model):
    for rows in (model.sample(300, random_state=0), model.inverse_transform(model.transform(ROWS))):
        assert (rows["age"].dropna() % 1 == 0).all() and rows["age"].dtype == float
        assert rows["hours"].dtype == ROWS["hours"].dtype
        assert (rows["free"].dropna() % 1 != 0).all()

    whole = np.where(np.isnan(ROWS["age"]), 3.0, ROWS["age"])[:, None]
    pca = PCA(1).fit(np.hstack([whole, whole + 0.5]))

    assert (pca.sample(20, random_state=0)[:, 0] % 1 == 0).all()


def test_ends_of_a_range_hold_as_many_samples_as_rows(model):
    made = model.sample(4000, random_state=0)

    for name in ROWS:
        for end in (ROWS[name].min(), ROWS[name].max()):
            assert (made[name] == end).mean() == pytest.approx((ROWS[name] == end).mean(), abs=0.04), name


def test_a_file_keeps_patterns_spikes_and_knots(model, tmp_path):
    model.save(tmp_path / "model")
    loaded = semivae.load(tmp_path / "model")

    assert loaded.schema_ == model.schema_ and loaded.gaps_ == model.gaps_
    pd.testing.assert_frame_equal(loaded.sample(50, random_state=1), model.sample(50, random_state=1))


def test_a_stream_is_fitted_as_rows_in_memory(model, tmp_path):
    ROWS.to_parquet(tmp_path / "rows.parquet", index=False)
    rows = semivae.stream(tmp_path / "rows.parquet", cache=tmp_path / "cache")
    streamed = VAEEmbedding(**FIT | {"epochs": 1}).fit(rows)

    assert streamed.schema_ == model.schema_ and sorted(map(str, streamed.gaps_)) == sorted(map(str, model.gaps_))


@pytest.mark.parametrize("mean", [-30.0, 0.0, 1.9, 5.0, 60.0])
def test_cut_draws_are_those_of_a_cut_gaussian(mean):
    torch.manual_seed(0)
    low, high, deviation = -1.0, 2.0, 0.8
    p = Within(torch.tensor(mean), torch.tensor(deviation), torch.tensor(low), torch.tensor(high))
    drawn = p.sample(torch.Size([20_000])).numpy()
    truth = truncnorm((low - mean) / deviation, (high - mean) / deviation, mean, deviation)

    assert drawn.min() >= low and drawn.max() <= high
    assert drawn.mean() == pytest.approx(truth.mean() if abs(mean) < 9 else np.clip(mean, low, high), abs=0.03)


def test_columns_that_the_user_calls_counts_have_no_spikes():
    counts = pd.DataFrame({"n": RANDOM.poisson(0.2, 300), "m": RANDOM.normal(size=300)})
    model = VAEEmbedding(data=DataOptions(kinds={"n": "count"}), **FIT | {"epochs": 1}).fit(counts)

    assert not model.schema_.x[0].spikes and model.sample(5, random_state=0)["n"].dtype == counts["n"].dtype


def test_the_mean_of_a_bent_column_is_that_of_its_values():
    """A long tail pulls the mean of the values up; other columns keep the mean of their cut normal distribution."""

    random = np.random.default_rng(0)
    values = np.where(random.random(3000) < 0.6, 0.0, random.lognormal(0, 1.5, 3000))
    tally = NumberTally()
    tally.add(values)
    heavy = tally.found("heavy", "float64", 0).variables[0]
    plain = Variable("plain", "real", low=-1.0, high=3.0)

    torch.manual_seed(0)
    family = Reals([heavy, plain]).double()
    p = family(torch.randn(4, family.size, dtype=torch.float64)).base_dist

    with torch.no_grad():
        drawn, mean = p.sample(torch.Size([100_000])).numpy(), p.mean.numpy()

    heavy_drawn = heavy.restored(drawn[..., 0])
    np.testing.assert_allclose(heavy.restored(mean[:, 0]), heavy_drawn.mean(0), atol=5 * heavy_drawn.std() / 300)
    np.testing.assert_allclose(mean[:, 1], drawn[..., 1].mean(0), atol=0.02)
    assert heavy.spikes == (0.0,) and heavy.knots
