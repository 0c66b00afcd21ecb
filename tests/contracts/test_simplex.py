"""What the model of class probabilities keeps, whatever they are, and steps of models with two latents."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_iris

import semivae
from semivae import ModelOptions, VAEClassifier
from semivae.engine import normal_noise
from semivae.errors import SettingError
from semivae.objectives import ELBO
from semivae.priors import simplexes

every_simplex = pytest.mark.parametrize("simplex", list(simplexes))


@pytest.mark.parametrize("schema_of", ["table"], indirect=True)
@pytest.mark.parametrize("name", ["adgm", "sdgm", *simplexes])
def test_step_is_one_graph(name, schema_of, build, batch):
    """Without a look at a value or a jump of Python: it can be compiled."""

    options = {"simplex": name} if name in simplexes else {}
    model = build("alpha" if name in simplexes else name, schema_of("category"), **options)
    rows = batch(schema_of("category"))

    def loss(progress: torch.Tensor) -> torch.Tensor:
        return ELBO(alpha=3.0)(*model(rows, progress), progress)[0]

    torch._dynamo.reset()
    torch.manual_seed(0)
    found = torch.compile(loss, fullgraph=True, backend="eager")(torch.tensor(0.3))
    torch.manual_seed(0)

    torch.testing.assert_close(found, loss(torch.tensor(0.3)))


@every_simplex
def test_every_parameter_learns(simplex, schema_of, build, batch):
    schema = schema_of("category")
    model = build("alpha", schema, simplex=simplex)
    labeled, unlabeled = model(batch(schema))
    (labeled.bound + labeled.prediction + unlabeled.bound).mean().backward()

    for parameter, value in model.named_parameters():
        assert value.grad is not None and value.grad.isfinite().all() and value.grad.any(), parameter


@every_simplex
def test_evaluation_draws_nothing_and_looks_at_one_row(simplex, schema_of, build, rows):
    schema = schema_of("category")
    model, x = build("alpha", schema, simplex=simplex).double().eval(), rows(schema).double()
    noise, before = normal_noise(4, model.noise), torch.get_rng_state()

    def answers(x: torch.Tensor) -> list[torch.Tensor]:
        return [*model.posterior(x), model.predict(x).mean, model.log_evidence(x, noise)]

    for whole, again, first in zip(answers(x), answers(x), answers(x[:1]), strict=True):
        assert torch.equal(whole, again) and whole.isfinite().all()
        torch.testing.assert_close(whole[:1], first, rtol=1e-11, atol=1e-11)

    assert torch.equal(before, torch.get_rng_state())


@every_simplex
def test_saved_model_is_the_same(simplex, tmp_path):
    data, classes = load_iris(return_X_y=True)
    labels = np.where(np.arange(150) % 5 == 0, classes, -1)
    settings = {"hidden": (8,), "latents": 2, "epochs": 2, "random_state": 0}
    classifier = VAEClassifier(model=ModelOptions("alpha", simplex=simplex), **settings).fit(data, labels)
    classifier.save(tmp_path / "model")
    loaded = semivae.load(tmp_path / "model")

    assert isinstance(loaded.model_.simplex, simplexes[simplex])
    assert "unlabeled_kl_alpha" in classifier.history_ and "unlabeled_bound" in classifier.history_

    for method in ("predict_proba", "score_samples", "transform"):
        assert np.array_equal(getattr(classifier, method)(data), getattr(loaded, method)(data))

    assert classifier.sample(3, y=1, random_state=0).shape == (3, 4)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"simplex": "beta"}, ["simplex='beta'", "'logistic_normal', 'dirichlet'"]),
        ({"marginalize": "gumbel"}, ["model='alpha' does not use marginalize='gumbel'", "'m2'"]),
    ],
)
def test_what_cannot_work_is_said(settings, words):
    with pytest.raises(SettingError) as error:
        VAEClassifier(model=ModelOptions("alpha", **settings)).fit(*load_iris(return_X_y=True))

    assert all(word in str(error.value) for word in words)
