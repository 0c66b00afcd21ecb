"""M1 and M1+M2: bounds written out by hand, at the features that the model drew."""

import math

import numpy as np
import pytest
import torch
from scipy import special, stats
from torch.distributions import Categorical as Classes
from torch.distributions import Normal

from semivae.batch import Batch, Labeled
from semivae.conditional import Net
from semivae.engine import normal_noise
from semivae.families import Categorical, Gaussian, Point, choose_data
from semivae.models import M1, M1M2, M2, VAE
from semivae.objectives import Consistency
from semivae.priors import LabelPrior, StandardNormal
from semivae.schema import Schema
from semivae.variables import Variable

ROWS, CLASSES, LATENTS, FEATURES = 7, 4, 2, 3

SCHEMA = Schema(
    (Variable("a", "real", missing=True), Variable("b", "category", classes=("x", "y")), Variable("c", "real")),
    Variable("label", "category", classes=tuple(range(CLASSES))),
)
PRIOR = torch.tensor([0.4, 0.3, 0.2, 0.1]).double()
NET = Net((8,))


@pytest.fixture
def features() -> VAE:
    torch.manual_seed(0)

    return VAE.build(SCHEMA, choose_data(SCHEMA), NET, FEATURES).double()


@pytest.fixture
def stack(features) -> M1M2:
    """A stack with a point as second latent, so that only the features are random."""

    top = M2(
        encoder=NET(FEATURES, CLASSES, to=Point(LATENTS)),
        decoder=NET(LATENTS, CLASSES, to=Gaussian(FEATURES)),
        classifier=NET(FEATURES, to=Categorical(CLASSES)),
        prior=StandardNormal(LATENTS),
        label_prior=LabelPrior(PRIOR),
    )

    return M1M2(features, top.double())


@pytest.fixture
def x() -> torch.Tensor:
    """Rows, one with a missing cell."""

    x = torch.randn(ROWS, 3, generator=torch.Generator().manual_seed(0)).double()
    x[:, 1] = torch.tensor([0.0, 1, 0, 1, 1, 0, 1])
    x[3, 0] = torch.nan

    return x


def one_hot(c: int) -> torch.Tensor:
    return torch.eye(CLASSES).double()[c].expand(ROWS, CLASSES)


def by_hand(model: M1M2, x: torch.Tensor, z: torch.Tensor, c: int) -> torch.Tensor:
    """The logarithm of p(x, z1 | z2, y) / q(z1 | x) for a class, with shape (B,)."""

    q = model.features.encoder(x)
    p = model.top.decoder(model.top.encoder(z, one_hot(c)).mean, one_hot(c))
    features = Normal(p.mean, p.variance.sqrt()).log_prob(z) - Normal(q.mean, q.variance.sqrt()).log_prob(z)

    return model.features.decoder(z).log_prob(x) + features.sum(-1)


def test_labeled_bound_by_hand(stack, x):
    for c in range(CLASSES):
        torch.manual_seed(1)
        z = stack.features.encoder(x).rsample()
        torch.manual_seed(1)
        terms = stack.labeled(x, one_hot(c))
        label = Classes(logits=stack.top.classifier(z).logits)

        torch.testing.assert_close(terms.bound, by_hand(stack, x, z, c) + PRIOR[c].log())
        torch.testing.assert_close(terms.prediction, label.log_prob(torch.tensor(c)))


def test_unlabeled_bound_by_hand(stack, x):
    """The sum over classes reads the same draw of the features as the classifier."""

    torch.manual_seed(1)
    z = stack.features.encoder(x).rsample()
    torch.manual_seed(1)
    terms = stack.unlabeled(x)

    label = Classes(logits=stack.top.classifier(z).logits)
    given = torch.stack([by_hand(stack, x, z, c) for c in range(CLASSES)], dim=-1)
    expected = (label.probs * (given + PRIOR.log() - label.logits)).sum(-1)

    torch.testing.assert_close(terms.bound, expected)
    assert (label.entropy() > 0.5).all(), "entropy too small: the test could not fail"


def test_features_are_drawn_anew(stack, x):
    bounds = [stack.unlabeled(x).bound for _ in range(2)]

    assert (bounds[0] != bounds[1]).all()


def test_stages_are_the_features_and_the_whole(stack, x):
    first, last = stack.stages()
    torch.manual_seed(1)
    expected = VAE.unlabeled(stack.features, x).bound
    torch.manual_seed(1)

    assert last is stack
    torch.testing.assert_close(first.unlabeled(x).bound, expected)


def test_prediction_reads_the_mean_of_the_features(stack, x):
    expected = stack.top.classifier(stack.features.encoder(x).mean).probs

    torch.testing.assert_close(stack.predict(x).mean, expected)


def test_consistency_acts_on_the_features(stack, x):
    """Perturbed features stand for a similar, realistic row; a perturbed row may be unrealistic."""

    penalty = Consistency(1.0, 0.5, torch.ones(FEATURES).double(), PRIOR.log())
    rows = stack.features.encoder(x).mean

    torch.manual_seed(0)
    found = penalty(stack, Batch(Labeled(x[:2], one_hot(0)[:2]), x[2:]), torch.zeros(()))
    torch.manual_seed(0)
    expected = penalty(stack.top, Batch(Labeled(rows[:2], one_hot(0)[:2]), rows[2:]), torch.zeros(()))

    torch.testing.assert_close(found, expected)
    assert found > 0


def test_rows_of_a_class_are_drawn_from_its_features(stack):
    """Draws go z2, z1, x: the features of a class have the moments of the mixture over z2."""

    torch.manual_seed(0)
    n = 20_000
    y = torch.eye(CLASSES).double()[torch.full((n,), 2)]

    with torch.no_grad():
        z, label = stack.draw(n, y)
        p = stack.top.decoder(torch.randn(n, LATENTS).double(), y)

    variance = p.variance.mean(0) + p.mean.var(0)
    assert label is None
    assert ((z.mean(0) - p.mean.mean(0)).abs() < 6 * (variance / n).sqrt()).all()
    torch.testing.assert_close(z.var(0), variance, rtol=0.05, atol=0)


# M1


def test_terms_of_m1_equal_the_terms_of_its_features(features, x):
    model = M1(features, NET(FEATURES, to=Categorical(CLASSES)).double())
    torch.manual_seed(1)
    bound = features.unlabeled(x).bound
    z = features.encoder(x).rsample()
    torch.manual_seed(1)
    terms = model.labeled(x, one_hot(2))

    torch.testing.assert_close(terms.bound, bound)
    torch.testing.assert_close(terms.prediction, Classes(logits=model.head(z).logits).log_prob(torch.tensor(2)))


# The linear case


def test_evidence_of_a_linear_stack_matches_its_components(linear_m1m2):
    """Without class effect, p(z1) is a mixture of equal Gaussians, and every posterior is exact."""

    expected = linear_m1m2.pca.score_samples(linear_m1m2.x.numpy())
    evidence = linear_m1m2.model.log_evidence(linear_m1m2.x, normal_noise(3, 4))

    np.testing.assert_allclose(evidence.detach(), expected, rtol=1e-6)


def test_evidence_of_a_linear_stack_is_a_mixture(linear_m1m2):
    """With class effect, draws are unbiased estimates of the mixture; their logarithm is a lower bound."""

    linear, draws = linear_m1m2, 1000
    model, probs = linear.model, np.exp(linear.model.top.label_prior.logits.numpy())
    shift = np.array([[0.5, -0.3, 0.0], [0.0, 0.4, -0.6]])
    model.top.decoder.body.first.weights[1].data = torch.from_numpy(shift)

    means = linear.pca.mean_ + (linear.loading @ shift).T
    parts = [stats.multivariate_normal(mean, linear.covariance).logpdf(linear.x.numpy()) for mean in means]
    evidence = torch.from_numpy(special.logsumexp(np.stack(parts) + np.log(probs)[:, None], axis=0))

    with torch.no_grad():
        ratios = torch.stack([model.log_evidence(linear.x, noise) for noise in normal_noise(draws, 4).split(1)])

    ratios = (ratios - evidence).exp()
    error = ratios.std(0) / math.sqrt(draws)

    assert (((ratios.mean(0) - 1).abs() / error) < 5).all() and error.median() < 0.03
    assert ratios.log().mean() < -0.01


def test_unlabeled_bound_of_a_linear_stack_is_below_its_evidence(linear_m1m2):
    """With exact latent posteriors, the gap is the divergence of the label posterior."""

    model, x = linear_m1m2.model, linear_m1m2.x
    evidence = linear_m1m2.pca.score(x.numpy())
    model.top.classifier.body.first.bias.data = model.top.label_prior.logits.clone()

    for weight in model.top.classifier.body.first.weights:
        weight.data.zero_()

    torch.manual_seed(0)

    with torch.no_grad():
        drawn = model.unlabeled(x.repeat(300, 1)).bound.view(300, -1).mean(1)
        model.top.classifier.body.first.bias.data += torch.tensor([1.0, 0, -1]).double()
        worse = model.unlabeled(x.repeat(300, 1)).bound.view(300, -1).mean(1)

    assert drawn.mean().item() == pytest.approx(evidence, abs=4 * drawn.std().item() / math.sqrt(300))
    assert worse.mean() < evidence - 0.1
