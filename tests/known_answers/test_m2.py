"""The unlabeled bound of M2 is the brute-force sum over classes, and each term counts once."""

import pytest
import torch

from semivae.batch import Batch, Labeled
from semivae.conditional import Net
from semivae.families import Categorical, Point, choose_data
from semivae.models import M2
from semivae.objectives import ELBO
from semivae.priors import LabelPrior, StandardNormal
from semivae.schema import Schema
from semivae.variables import Variable

ROWS, CLASSES, LATENTS = 7, 4, 3

SCHEMA = Schema(
    (Variable("a", "real", missing=True), Variable("b", "category", classes=("x", "y")), Variable("c", "real")),
    Variable("label", "category", classes=tuple(range(CLASSES))),
)
PRIOR = torch.tensor([0.4, 0.3, 0.2, 0.1]).double()


@pytest.fixture
def model() -> M2:
    """An M2 model whose latent is a point, so that both bounds are exact numbers."""

    torch.manual_seed(0)
    net = Net((8,))

    return M2(
        encoder=net(SCHEMA.x, CLASSES, to=Point(LATENTS)),
        decoder=net(LATENTS, CLASSES, to=choose_data(SCHEMA)),
        classifier=net(SCHEMA.x, to=Categorical(CLASSES)),
        prior=StandardNormal(LATENTS),
        label_prior=LabelPrior(PRIOR),
    ).double()


@pytest.fixture
def x() -> torch.Tensor:
    """Rows, one with a missing cell."""

    x = torch.randn(ROWS, 3, generator=torch.Generator().manual_seed(0)).double()
    x[:, 1] = torch.tensor([0.0, 1, 0, 1, 1, 0, 1])
    x[3, 0] = torch.nan

    return x


def one_hot(c: int) -> torch.Tensor:
    return torch.eye(CLASSES).double()[c].expand(ROWS, CLASSES)


def test_unlabeled_bound_is_the_sum_over_classes(model, x):
    probs = model.classifier(x).probs
    sum_of_bounds = sum(probs[:, c] * model.labeled(x, one_hot(c)).bound for c in range(CLASSES))
    entropy = -(probs * probs.log()).sum(-1)

    torch.testing.assert_close(model.unlabeled(x).bound, sum_of_bounds + entropy)
    assert (entropy > 0.5).all(), "entropy too small: the test could not fail"


def test_unlabeled_terms_are_sums_over_classes(model, x):
    probs = model.classifier(x).probs
    likelihood = sum(probs[:, c] * model.labeled(x, one_hot(c)).likelihood for c in range(CLASSES))
    divergence = (probs * (probs.log() - PRIOR.log())).sum(-1)
    terms = model.unlabeled(x)

    torch.testing.assert_close(terms.likelihood, likelihood)
    torch.testing.assert_close(terms.kl["y"], divergence)


def test_labeled_terms(model, x):
    for c in range(CLASSES):
        terms = model.labeled(x, one_hot(c))

        torch.testing.assert_close(terms.prior, PRIOR.log()[c].expand(ROWS))
        torch.testing.assert_close(terms.prediction, model.classifier(x).probs.log()[:, c])


def test_label_reaches_encoder_and_decoder(model, x):
    """Neither encoder nor decoder ignores the class."""

    z = torch.zeros(ROWS, LATENTS).double()

    assert not torch.allclose(model.encoder(x, one_hot(0)).mean, model.encoder(x, one_hot(1)).mean)
    assert not torch.allclose(model.decode(z, one_hot(0)).mean, model.decode(z, one_hot(1)).mean)
    torch.testing.assert_close(model.decode(z).mean, model.decode(z, one_hot(0)).mean)  # the likeliest class


def test_gradient_matches_the_sum_over_classes(model, x):
    weights = list(model.parameters())
    probs = model.classifier(x).probs
    brute = sum(probs[:, c] * model.labeled(x, one_hot(c)).bound for c in range(CLASSES)) - (probs * probs.log()).sum(
        -1
    )

    expected = torch.autograd.grad(brute.sum(), weights, allow_unused=True)
    found = torch.autograd.grad(model.unlabeled(x).bound.sum(), weights, allow_unused=True)

    for (name, _), one, other in zip(model.named_parameters(), expected, found, strict=True):
        assert one is not None and one.any(), name
        torch.testing.assert_close(other, one, msg=name)


# The objective


def loss(objective: ELBO, model: M2, batch: Batch, progress: float = 1.0) -> tuple[torch.Tensor, dict]:
    return objective(*model(batch), torch.tensor(progress))


def test_loss_matches_its_formula(model, x):
    y = one_hot(1)
    objective = ELBO(alpha=7.0, beta=0.5, share=0.3)
    value, logs = loss(objective, model, Batch(Labeled(x[:3], y[:3]), x))

    labeled, unlabeled = model.labeled(x[:3], y[:3]), model.unlabeled(x)
    expected = (
        -0.3 * (labeled.likelihood + labeled.prior - 0.5 * labeled.kl["z"]).mean()
        - 0.7 * (unlabeled.likelihood - 0.5 * unlabeled.kl["z"] - unlabeled.kl["y"]).mean()
        - 7.0 * labeled.prediction.mean()
    )

    torch.testing.assert_close(value, expected)
    torch.testing.assert_close(logs["unlabeled_bound"], unlabeled.bound.mean())
    torch.testing.assert_close(logs["labeled_prediction"], labeled.prediction.mean())
    assert not any(term.requires_grad for term in logs.values())


@pytest.mark.parametrize("half", ["labeled", "unlabeled", "both"])
def test_loss_does_not_depend_on_the_batch_size(model, x, half):
    def batch(times: int) -> Batch:
        rows, y = x.repeat(times, 1), one_hot(2).repeat(times, 1)

        return Batch(None if half == "unlabeled" else Labeled(rows, y), None if half == "labeled" else rows)

    objective = ELBO(alpha=3.0)

    torch.testing.assert_close(loss(objective, model, batch(1))[0], loss(objective, model, batch(5))[0])


def test_size_of_one_half_does_not_change_the_weight_of_the_other(model, x):
    """Twice as many unlabeled rows do not lower the weight of labeled rows."""

    y = one_hot(2)
    once = loss(ELBO(), model, Batch(Labeled(x, y), x))[0]

    torch.testing.assert_close(loss(ELBO(), model, Batch(Labeled(x, y), x.repeat(3, 1)))[0], once)


def test_divergence_counts_once_and_is_not_clamped(model, x):
    """One nat more of any divergence, even a negative one, adds one nat to the loss."""

    from dataclasses import replace

    objective, progress = ELBO(alpha=0.0), torch.ones(())
    terms = model.unlabeled(x)

    for name in ("z", "y"):
        for nats in (1.0, -50.0):
            more = replace(terms, kl=terms.kl | {name: terms.kl[name] + nats})
            change = objective(None, more, progress)[0] - objective(None, terms, progress)[0]
            torch.testing.assert_close(change.item(), nats, rtol=1e-6, atol=1e-6)


def test_warm_up_scales_only_the_latent(model, x):
    from dataclasses import replace

    terms = model.unlabeled(x)
    terms = replace(terms, kl=terms.kl | {"z": torch.ones(ROWS).double()})
    objective = ELBO(beta=2.0, warmup=0.5)
    losses = [objective(None, terms, torch.tensor(done))[0].item() for done in (0.0, 0.25, 0.5, 1.0)]
    rises = [value - losses[0] for value in losses]

    assert rises == pytest.approx([0, 1, 2, 2])
    assert losses[0] == pytest.approx(-(terms.likelihood - terms.kl["y"]).mean().item())
