"""Steps as one graph: what they compute, and what happens where nothing can be compiled."""

import pytest
import torch
from torch._dynamo.exc import BackendCompilerFailed

from semivae.batch import Batch, Labeled
from semivae.conditional import Net
from semivae.data.batches.loader import Loader
from semivae.engine import Training, train
from semivae.engine.compile import Compiled
from semivae.families import choose_data
from semivae.marginal import marginals
from semivae.models import M2, Debias
from semivae.objectives import ELBO, Consistency, Neighbors, Penalties
from semivae.priors import LabelPrior
from semivae.schema import Schema
from semivae.variables import Variable

COLUMNS = tuple(Variable(name, "real", missing=name == "b") for name in "abcd")
SCHEMA = Schema(COLUMNS, Variable("y", "category", classes=("u", "v", "w")))


def rows(steps: int = 6) -> Loader:
    random = torch.Generator().manual_seed(0)
    x = torch.randn(12 + 16 * steps, 4, generator=random)
    x[::5, 1] = torch.nan
    y = torch.eye(3)[torch.arange(12) % 3]

    return Loader(x, y, torch.arange(12), torch.arange(12, len(x)), 16, 6, 0)


def fitted(compiled: bool, marginalize: str = "exact") -> tuple[list[float], dict[str, torch.Tensor]]:
    """The loss of each epoch and the weights at the end."""

    torch.manual_seed(1)
    prior = LabelPrior.of([4, 4, 4], "labels")
    family = choose_data(SCHEMA)
    model = M2.build(SCHEMA, family, Net((8, 8), dropout=0.1), 2, label_prior=prior, marginalize=marginals[marginalize])
    data = rows()
    lends = Neighbors(1.0, data.x, torch.arange(12, 24), data.y)
    penalty = Penalties([Consistency(2.0, 0.3, torch.ones(4), prior.logits), lends])
    training = Training(3, device="cpu", precision="float32", compiled=compiled)
    history = train(model, ELBO(alpha=3.0), data, training, penalty=penalty)

    return [record["loss"] for record in history.records], model.state_dict()


@pytest.fixture
def traced(monkeypatch):
    """Whole graphs are recorded and run operation by operation, which takes no compiler."""

    recorded = []
    real = torch.compile

    def compile(function, fullgraph, dynamic, options):
        recorded.append(fullgraph)
        return real(function, fullgraph=fullgraph, dynamic=dynamic, backend="aot_eager")

    monkeypatch.setattr(torch, "compile", compile)
    torch._dynamo.reset()

    return recorded


@pytest.mark.parametrize("marginalize", ["exact", "topk_sampled", pytest.param("gumbel", marks=pytest.mark.slow)])
def test_a_step_is_one_graph_with_the_same_losses_and_weights(traced, marginalize):
    losses, weights = fitted(True, marginalize)
    expected, same = fitted(False, marginalize)

    assert traced == [True]
    assert losses == pytest.approx(expected, rel=1e-5)

    for name, value in weights.items():
        torch.testing.assert_close(value, same[name], rtol=1e-3, atol=1e-5)


def test_what_is_rare_is_found_in_the_graph():
    torch._dynamo.reset()
    torch.manual_seed(1)
    model = Debias.build(SCHEMA, choose_data(SCHEMA), Net((8,)), 2, smoothing=0.01)
    graph = torch.compile(model, fullgraph=True, dynamic=False, backend="eager")
    batch = next(iter(rows().epoch(1)))
    # As for every compiled step, the eager one goes first: it looks up the closed form of the divergence.
    expected, found = (one(batch)[0].prediction for one in (model, graph))

    torch.testing.assert_close(found, expected)


@pytest.mark.slow
def test_compiled_steps_learn_the_same():
    torch._dynamo.reset()
    losses, _ = fitted(True)
    again, _ = fitted(True)
    expected, _ = fitted(False)

    assert losses == again
    assert losses == pytest.approx(expected, rel=1e-5)


def test_without_a_compiler_steps_are_only_slower(monkeypatch):
    def broken(batch):
        raise BackendCompilerFailed(lambda: None, RuntimeError("no C++ compiler"), None)

    monkeypatch.setattr(torch, "compile", lambda function, **options: broken)

    def draw(batch: Batch) -> torch.Tensor:
        return batch.unlabeled + torch.rand(3)

    step = Compiled(draw, "cpu")
    batch = Batch(Labeled(torch.zeros(1), torch.zeros(1)), torch.zeros(3))

    torch.manual_seed(0)
    with pytest.warns(UserWarning, match="without compilation, which is slower: .*no C\\+\\+ compiler"):
        found = step(batch)

    second = step(batch)
    torch.manual_seed(0)
    assert torch.equal(found, draw(batch))
    assert torch.equal(second, draw(batch))


def test_what_the_step_does_wrong_is_not_taken_for_the_compiler(monkeypatch):
    def broken(batch):
        raise ValueError("of the step")

    monkeypatch.setattr(torch, "compile", lambda function, **options: broken)

    with pytest.raises(ValueError, match="of the step"):
        Compiled(lambda batch: batch, "cpu")(1)
