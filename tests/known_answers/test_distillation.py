"""Distillation: the loss of the student, and the joint prediction of student and model."""

import copy
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_wine
from sklearn.exceptions import NotFittedError

from semivae import RecipeOptions, VAEClassifier, VAEEmbedding, VAEPredictor, VAERegressor, load
from semivae.batch import Batch, Labeled
from semivae.conditional import Net
from semivae.errors import SettingError
from semivae.estimators.build.student import student_of
from semivae.estimators.plan.resolve import plan_of
from semivae.estimators.plan.rows import Counts
from semivae.families import choose_data, choose_target
from semivae.models import M2
from semivae.networks import ConvTrunk
from semivae.objectives import Distillation, agreed, mean_divergence
from semivae.priors import LabelPrior
from semivae.schema import Schema
from semivae.variables import Variable

SCHEMA = Schema(tuple(Variable(name, "real") for name in "abc"), Variable("y", "category", classes=(0, 1)))
PRIOR = LabelPrior(torch.tensor([0.5, 0.5])).double()

X, CLASSES = load_wine(return_X_y=True)
Y = np.where(np.random.default_rng(0).permutation(len(X)) < 40, CLASSES, -1)
FIT: dict[str, Any] = {"hidden": (8,), "latents": 2, "epochs": 3, "batch_size": 32, "random_state": 0}


@pytest.fixture
def model() -> M2:
    torch.manual_seed(0)

    return M2.build(SCHEMA, choose_data(SCHEMA), Net((8,), dropout=0.5), 2, PRIOR).double()


@pytest.fixture
def student() -> Any:
    torch.manual_seed(1)

    return Net((8,))(SCHEMA.x, to=choose_target(SCHEMA.target)).double()


@pytest.fixture
def batch() -> Batch:
    x = torch.randn(9, 3, generator=torch.Generator().manual_seed(0)).double()

    return Batch(Labeled(x[:2], torch.eye(2).double()), x[2:])


def loss(student: Any, model: M2, batch: Batch, changed: Any = lambda x: x) -> torch.Tensor:
    distillation = Distillation(student, model, changed).train()

    return mean_divergence(*distillation(batch), torch.zeros(()))[0]


def test_loss_is_the_divergence_from_predictions_and_labels(student, model, batch):
    """The student reads changed rows; the model reads the original rows, in evaluation mode (no dropout)."""

    found = loss(student, model, batch, changed=lambda x: 2 * x)
    p, q = model.eval().predict(batch.unlabeled).probs, student(2 * batch.unlabeled).probs
    known = -student(2 * batch.labeled.x).probs.diagonal().log()

    torch.testing.assert_close(found, torch.cat([known, (p * (p / q).log()).sum(-1)]).mean())


def test_student_with_equal_predictions_has_zero_loss(model, batch):
    twin = copy.deepcopy(model.classifier)
    known, unknown = Distillation(twin, model, lambda x: x).eval()(Batch(None, batch.unlabeled))

    assert known is None
    torch.testing.assert_close(unknown, torch.zeros(7).double())


def test_model_is_not_trained(student, model, batch):
    loss(student, model, batch).backward()

    assert all(weight.grad is None for weight in model.parameters())
    assert all(weight.grad is not None for weight in student.parameters())


def test_joint_prediction_is_the_mean_of_both():
    one, other = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0)).double()

    torch.testing.assert_close(agreed(one, other).exp(), (one.softmax(-1) + other.softmax(-1)) / 2)
    torch.testing.assert_close(agreed(one, one + 7).exp(), one.softmax(-1))


@pytest.mark.parametrize(("model", "stages"), [("m2", [1, 1, 1, 2, 2, 2]), ("gmvae", [1, 1, 1, 2, 2, 2, 3, 3, 3])])
def test_student_changes_only_the_predictions(model, stages, tmp_path):
    recipe = RecipeOptions(committee=False, calibrate=False)
    alone, fitted = (
        VAEClassifier(model=model, **FIT, recipe=recipe).set_params(recipe__student=student).fit(X, Y)
        for student in (False, True)
    )
    rows = fitted.codec_.encode(X)
    student = copy.deepcopy(fitted.student_).double()
    probs = student(torch.as_tensor(rows).double()).probs.detach().numpy()

    np.testing.assert_allclose(fitted.predict_proba(X), (alone.predict_proba(X) + probs) / 2, atol=1e-12)
    np.testing.assert_array_equal(fitted.transform(X), alone.transform(X))
    np.testing.assert_array_equal(fitted.score_samples(X), alone.score_samples(X))
    assert fitted.history_["stage"].tolist() == stages
    assert fitted.history_["loss"].iloc[-1] < fitted.history_["loss"].iloc[-3]

    fitted.save(tmp_path / "model")
    np.testing.assert_array_equal(load(tmp_path / "model").predict_proba(X), fitted.predict_proba(X))


@pytest.mark.slow
def test_student_learns_the_predictions_of_the_model():
    """With enough rows, both agree on nearly all of them."""

    settings = FIT | {"epochs": 60, "hidden": (32,)}
    fitted = VAEClassifier(**settings, recipe=RecipeOptions(student=True)).fit(X, Y)
    student = copy.deepcopy(fitted.student_).double()
    own = student(torch.as_tensor(fitted.codec_.encode(X)).double()).probs.argmax(-1).numpy()
    model = copy.copy(fitted)
    model.student_ = None

    assert (fitted.classes_[own] == model.predict(X)).mean() > 0.95


@pytest.mark.parametrize("network", ["auto", "conv", "mlp"])
def test_images_use_convolutions_by_default(network):
    schema = Schema((Variable("x", "image", shape=(1, 28, 28)),), SCHEMA.y)
    estimator = VAEClassifier(hidden=(8,), network=network, recipe=RecipeOptions(student=True))
    student = student_of(plan_of(estimator, "m2", schema, Counts(9, 90), seed=0), schema)

    assert isinstance(student.trunks[0], ConvTrunk) == (network != "mlp")


@pytest.mark.parametrize(
    ("fit", "said"),
    [
        (lambda: VAEEmbedding(**FIT, recipe=RecipeOptions(student=True)).fit(X), "with no target"),
        (
            lambda: VAERegressor(**FIT, recipe=RecipeOptions(student=True)).fit(X, X[:, 0]),
            "with a target that is not a class",
        ),
        (
            lambda: VAEPredictor(**FIT, recipe=RecipeOptions(student=True)).fit(X, X[:, :2]),
            "with a target that is not a class",
        ),
        (lambda: VAEClassifier(**FIT, recipe=RecipeOptions(student="yes")).fit(X, Y), "one of False, True"),
    ],
)
def test_student_is_refused_where_it_does_not_apply(fit, said):
    with pytest.raises(SettingError, match=said):
        fit()


def test_unfitted_classifier_says_so():
    with pytest.raises(NotFittedError):
        VAEClassifier(recipe=RecipeOptions(student=True)).predict_proba(X)
