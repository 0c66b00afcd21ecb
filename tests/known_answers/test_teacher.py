"""The averaged weights as teacher: penalties with the predictions of another model as targets."""

import copy

import numpy as np
import pytest
import torch
from sklearn.datasets import load_wine

from semivae import RecipeOptions, TrainingOptions, VAEClassifier
from semivae.batch import Batch, Labeled
from semivae.conditional import Net
from semivae.errors import SettingError
from semivae.families import choose_data
from semivae.models import M2
from semivae.objectives import Consistency, Penalties
from semivae.priors import LabelPrior
from semivae.schema import Schema
from semivae.variables import Variable

SCHEMA = Schema(tuple(Variable(name, "real") for name in "abc"), Variable("y", "category", classes=(0, 1)))
PRIOR = LabelPrior(torch.tensor([0.5, 0.5])).double()
Y = torch.eye(2).double()[[0, 1]]


@pytest.fixture
def model() -> M2:
    torch.manual_seed(0)

    return M2.build(SCHEMA, choose_data(SCHEMA), Net((8,)), 2, PRIOR).double()


@pytest.fixture
def batch() -> Batch:
    x = torch.randn(9, 3, generator=torch.Generator().manual_seed(0)).double()

    return Batch(Labeled(x[:2], Y), x[2:])


def penalty(model: M2, teacher: M2, batch: Batch, taught: bool) -> torch.Tensor:
    parts = [Consistency(2.0, 0.5, torch.ones(3).double(), None)]
    torch.manual_seed(0)

    return Penalties(parts, taught)(model, batch, torch.zeros(()), teacher)


def test_equal_teacher_changes_nothing(model, batch):
    same, none = (penalty(model, copy.deepcopy(model), batch, taught) for taught in (True, False))

    torch.testing.assert_close(same, none)


def test_student_is_compared_with_the_teacher(model, batch):
    """Without perturbation, the penalty is the divergence between the two."""

    torch.manual_seed(1)
    teacher = M2.build(SCHEMA, choose_data(SCHEMA), Net((8,)), 2, PRIOR).double()
    x = torch.cat([batch.labeled.x, batch.unlabeled])
    p, q = (one.predict(x).probs for one in (teacher, model))

    found = Penalties([Consistency(2.0, 0.0, torch.ones(3).double(), None)], True)(
        model, batch, torch.zeros(()), teacher
    )

    torch.testing.assert_close(found, 2 * (p * (p / q).log()).sum(-1).mean())
    assert found > 0


def test_teacher_gets_no_gradient(model, batch):
    teacher = copy.deepcopy(model)
    penalty(model, teacher, batch, True).backward()

    assert all(weight.grad is None for weight in teacher.parameters())
    assert any(weight.grad is not None for weight in model.classifier.parameters())


def test_average_teaches_in_a_fit():
    """The setting changes the result."""

    x, y = load_wine(return_X_y=True)
    x = (x - x.mean(0)) / x.std(0)

    def fitted(**settings) -> np.ndarray:
        recipe = RecipeOptions(neighbors=0, **settings)
        estimator = VAEClassifier(hidden=(8,), epochs=3, recipe=recipe, random_state=0)

        return estimator.fit(x, np.where(np.arange(len(y)) % 5, -1, y)).predict_proba(x)

    assert not np.array_equal(fitted(), fitted(teacher=True))

    with pytest.raises(SettingError, match=r"adversarial=1\.0"):
        fitted(adversarial=0, teacher=True)


def test_teacher_needs_an_average():
    with pytest.raises(SettingError, match=r"averaging=0\.99"):
        VAEClassifier(recipe=RecipeOptions(teacher=True), training=TrainingOptions(averaging=0)).fit(
            np.eye(4), [0, 1, 0, -1]
        )
