"""DB-VAE: row weights against NumPy histograms, and equality with the predictor if no row is rare."""

import copy

import numpy as np
import pytest
import torch

from semivae import ModelOptions, VAEClassifier, VAEEmbedding, VAERegressor
from semivae.batch import Batch, Labeled
from semivae.conditional import Net
from semivae.errors import SettingError
from semivae.families import choose_data
from semivae.models import Debias, Predictor
from semivae.models.debias import rarity
from semivae.objectives import ELBO
from semivae.schema import Schema
from semivae.variables import Variable

LABELED, UNLABELED, COLUMNS, LATENTS = 8, 20, 4, 3
SCHEMA = Schema(tuple(Variable(name, "real") for name in "abcd"), Variable("y", "category", classes=(0, 1)))


def wired(smoothing: float = 0.1) -> Debias:
    torch.manual_seed(0)

    return Debias.build(SCHEMA, choose_data(SCHEMA), Net((8,), dropout=0.5), LATENTS, smoothing).double()


def same_predictor(model: Debias) -> Predictor:
    return Predictor(*(copy.deepcopy(part) for part in (model.encoder, model.decoder, model.head, model.prior)))


@pytest.fixture
def batch() -> Batch:
    random = torch.Generator().manual_seed(0)
    x = 3 * torch.randn(LABELED + UNLABELED, COLUMNS, generator=random).double()

    return Batch(Labeled(x[:LABELED], torch.eye(2).double()[torch.arange(LABELED) % 2]), x[LABELED:])


def at_seed(model: Debias | Predictor, batch: Batch) -> list:
    torch.manual_seed(3)

    return list(model(batch))


def by_numpy(means: np.ndarray, everyone: np.ndarray, smoothing: float) -> np.ndarray:
    """The weights of the paper: one over the product of smoothed histograms, with a mean of one."""

    edges = np.linspace(-3, 3, 11)
    weights = np.ones(len(means))

    for unit in range(means.shape[1]):
        counts, _ = np.histogram(everyone[:, unit].clip(-3, 3), edges)
        bins = np.digitize(means[:, unit], edges[1:-1])
        weights /= (counts / len(everyone))[bins] + smoothing

    return weights / weights.mean()


@pytest.mark.parametrize("smoothing", [0, 0.01, 0.1, 2])
def test_weights_match_histograms(smoothing):
    everyone = 2 * np.random.default_rng(0).standard_normal((300, 4))
    found = rarity(torch.from_numpy(everyone[:40]), torch.from_numpy(everyone), smoothing)

    np.testing.assert_allclose(found, by_numpy(everyone[:40], everyone, smoothing), rtol=1e-10)


def test_equally_full_bins_give_equal_weights():
    middles = torch.linspace(-2.7, 2.7, 10)
    means = torch.stack([middles.repeat(10), middles.repeat_interleave(10)], 1)

    torch.testing.assert_close(rarity(means, means, 0.1), torch.ones(100))


@pytest.mark.parametrize("copies", [1, 9, 500])
def test_copies_of_a_row_share_its_weight(copies):
    """Without smoothing, groups with their own bin have equal total weight, however many rows they have."""

    means = torch.cat([torch.full((copies, 1), -2.0), torch.full((3, 1), 1.0)])
    weights = rarity(means, means, 0)

    assert float(weights[:copies].sum() / weights.sum()) == pytest.approx(0.5)
    assert float(weights.mean()) == pytest.approx(1)


def test_weights_do_not_depend_on_the_size_of_the_batch():
    means = 2 * torch.randn(30, 3, generator=torch.Generator().manual_seed(0))

    torch.testing.assert_close(rarity(means.repeat(7, 1), means.repeat(7, 1), 0.1), rarity(means, means, 0.1).repeat(7))


def test_unused_unit_makes_no_row_rare():
    random = torch.Generator().manual_seed(0)
    means = 2 * torch.randn(30, 3, generator=random)
    nothing = 0.1 + 0.01 * torch.randn(30, 2, generator=random)
    both = torch.cat([means, nothing], 1)

    torch.testing.assert_close(rarity(both, both, 0.1), rarity(means, means, 0.1))


def test_many_units_keep_weights_finite():
    means = 2 * torch.randn(30, 500, generator=torch.Generator().manual_seed(0))
    weights = rarity(means, means, 1e-6)

    assert weights.isfinite().all() and float(weights.mean()) == pytest.approx(1)


def test_full_smoothing_gives_the_predictor(batch):
    """Bit-identical in training precision, with the same random draws."""

    model = wired(smoothing=1e6).float()
    batch = Batch(Labeled(*(part.float() for part in batch.labeled)), batch.unlabeled.float())

    for found, expected in zip(at_seed(model, batch), at_seed(same_predictor(model), batch), strict=True):
        assert torch.equal(found.bound, expected.bound)

        if expected.prediction is not None:
            assert torch.equal(found.prediction, expected.prediction)


def test_only_predictions_are_weighted_by_rarity_over_both_halves(batch):
    model = wired(smoothing=0.01).eval()
    predictor = same_predictor(model).eval()
    means, others = (model.posterior(x)[0].detach().numpy() for x in (batch.labeled.x, batch.unlabeled))
    weights = torch.from_numpy(by_numpy(means, np.concatenate([means, others]), 0.01))
    (labeled, unlabeled), (plain, rest) = at_seed(model, batch), at_seed(predictor, batch)

    assert weights.max() > 2 * weights.min() and (np.abs(means) < 3).any()
    torch.testing.assert_close((labeled.bound, unlabeled.bound), (plain.bound, rest.bound))
    torch.testing.assert_close(labeled.prediction, weights * plain.prediction)
    assert unlabeled.prediction is None

    alone = by_numpy(means, means, 0.01)
    torch.testing.assert_close(model.labeled(*batch.labeled).prediction, torch.from_numpy(alone) * plain.prediction)

    # No gradient flows through the weights.
    found, expected = (
        torch.autograd.grad(ELBO(alpha=5.0)(*terms, torch.ones(()))[0], [*one.parameters()])
        for one, terms in ((model, (labeled, unlabeled)), (predictor, (weighed(plain, weights), rest)))
    )
    torch.testing.assert_close(found, expected)


def weighed(terms, weights):
    terms = copy.copy(terms)
    object.__setattr__(terms, "prediction", weights * terms.prediction)

    return terms


@pytest.mark.parametrize(
    ("estimator", "y", "message"),
    [
        (
            VAEClassifier(model=ModelOptions("predictor", smoothing=0.7)),
            [0, 1] * 5,
            r"'predictor' does not use smoothing=0.7(.|\n)*'debias'",
        ),
        (VAERegressor(model=ModelOptions(smoothing=0.7)), np.arange(10) / 3, "'debias'"),
        (VAEEmbedding(model=ModelOptions(smoothing=0.7)), None, "leave smoothing out"),
        (VAEClassifier(model=ModelOptions("debias", smoothing=-0.1)), [0, 1] * 5, "at least 0"),
    ],
)
def test_smoothing_is_refused_where_it_does_not_apply(estimator, y, message):
    with pytest.raises(SettingError, match=message):
        estimator.fit(np.random.default_rng(0).standard_normal((10, 3)), y)


def test_setting_reaches_the_model():
    x = np.random.default_rng(0).standard_normal((10, 3))

    assert (
        VAEClassifier(model=ModelOptions("debias", smoothing=0.7), epochs=1).fit(x, [0, 1] * 5).model_.smoothing == 0.7
    )
