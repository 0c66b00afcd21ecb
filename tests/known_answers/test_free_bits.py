"""Free bits against their formula, with divergences written out unit by unit."""

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from semivae.batch import Batch, Labeled
from semivae.conditional import Net
from semivae.families import choose_data
from semivae.marginal import marginals
from semivae.models import M2, Terms
from semivae.objectives import ELBO
from semivae.priors import LabelPrior, priors
from semivae.schema import Schema
from semivae.variables import Variable

ROWS, CLASSES, LATENTS = 7, 3, 5
DONE = torch.ones(())

SCHEMA = Schema(
    tuple(Variable(name, "real") for name in "abc"), Variable("label", "category", classes=tuple(range(CLASSES)))
)
X = torch.randn(ROWS, 3, generator=torch.Generator().manual_seed(0)).double()
Y = torch.eye(CLASSES).double()[torch.arange(ROWS) % CLASSES]


def build(**options) -> M2:
    torch.manual_seed(0)
    net, prior = Net((8,)), LabelPrior(torch.tensor([0.5, 0.3, 0.2]))

    return M2.build(SCHEMA, choose_data(SCHEMA), net, LATENTS, prior, **options).double()


def units(model: M2, y: torch.Tensor) -> torch.Tensor:
    """The divergences of a standard normal prior, written out, with shape (B, D)."""

    q = model.encoder(X, y)

    return 0.5 * (q.mean.square() + q.variance - q.variance.log() - 1)


def units_of_halves(model: M2) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean divergence of each unit over labeled rows, and over unlabeled rows and their possible classes."""

    probs = model.classifier(X).probs
    classes = torch.eye(CLASSES).double()
    unlabeled = sum(probs[:, c, None] * units(model, classes[c].expand(ROWS, -1)) for c in range(CLASSES))

    return units(model, Y).mean(0), unlabeled.mean(0)


def test_loss_matches_its_formula():
    model = build()
    labeled, unlabeled = model(Batch(Labeled(X, Y), X))
    known, unknown = units_of_halves(model)
    bits = known.median().item()
    assert all((half > bits).any() and (half < bits).any() for half in (known, unknown)), "all on one side"

    loss, _ = ELBO(alpha=7.0, beta=0.5, share=0.3, free_bits=bits)(labeled, unlabeled, DONE)
    expected = (
        0.3 * (0.5 * sum(max(bits, unit) for unit in known) - (labeled.likelihood + labeled.prior).mean())
        + 0.7 * (0.5 * sum(max(bits, unit) for unit in unknown) + (unlabeled.kl["y"] - unlabeled.likelihood).mean())
        - 7.0 * labeled.prediction.mean()
    )

    torch.testing.assert_close(loss, expected)


def test_only_units_above_the_free_bits_have_a_gradient():
    model = build()
    terms = model.labeled(X, Y)
    known, _ = units_of_halves(model)
    bits = known.median().item()

    (found,) = torch.autograd.grad(ELBO(alpha=0.0, free_bits=bits)(terms, None, DONE)[0], terms.units["z"])

    torch.testing.assert_close(found, (known >= bits).double().expand(ROWS, -1) / ROWS)


def test_reported_bound_ignores_free_bits():
    model = build()
    terms = model.unlabeled(X)
    logs, free = (ELBO(free_bits=bits)(None, terms, DONE)[1] for bits in (0.0, 3.0))

    assert free["loss"] > logs["loss"] + 1
    assert all(torch.equal(logs[name], free[name]) for name in logs if name != "loss")


def test_divergence_without_units_is_one_unit():
    terms = Terms(torch.zeros(2), {"z": torch.tensor([0.5, 1.5]), "a": torch.tensor([4.0, 2.0])})

    assert ELBO(free_bits=2.0)(None, terms, DONE)[0] == 2.0 + 3.0


def test_divergence_of_the_label_is_never_free():
    terms = Terms(torch.zeros(2), {"z": torch.ones(2), "y": torch.tensor([0.1, 0.3])})

    torch.testing.assert_close(ELBO(free_bits=2.0)(None, terms, DONE)[0], torch.tensor(2.2))


@pytest.mark.parametrize("way", list(marginals))
@pytest.mark.parametrize("prior", list(priors))
def test_units_add_up_to_the_divergence(way, prior):
    model = build(marginalize=marginals[way], prior=priors[prior])

    for terms in model(Batch(Labeled(X, Y), X)):
        torch.testing.assert_close(terms.units["z"].sum(-1), terms.kl["z"])
        assert terms.units["z"].shape == (ROWS, 1 if prior == "vamp" else LATENTS)


def test_units_under_a_class_mixture_match_its_gaussians():
    model = build(prior=priors["mixture"])
    model.prior.features.data.normal_(std=0.5)
    loc, log_scale = (Y @ model.prior.features).chunk(2, -1)
    q = model.encoder(X, Y)
    expected = kl_divergence(Normal(q.mean, q.variance.sqrt()), Normal(loc, log_scale.exp()))

    torch.testing.assert_close(model.labeled(X, Y).units["z"], expected)
