"""Networks join inputs by broadcasting: the same numbers as concatenation and as a loop over classes."""

import pytest
import torch
from torch import nn

from semivae.conditional import Net
from semivae.families import Bernoulli, Categorical, Gaussian
from semivae.networks import MLP, ConvDecoder, ConvTrunk, Embed, Flatten, Join
from semivae.variables import Variable

B, K = 5, 3
IMAGE = (Variable("image", "image", shape=(1, 13, 14), axes="HW"),)


def test_join_is_a_linear_map_of_the_concatenation():
    torch.manual_seed(0)
    join = Join([4, 3, 2], 6).double()
    whole = nn.Linear(9, 6).double()
    whole.weight.data = torch.cat(list(join.weights), dim=1)
    whole.bias.data = join.bias.data
    parts = [torch.randn(B, size).double() for size in (4, 3, 2)]

    torch.testing.assert_close(join(*parts), whole(torch.cat(parts, dim=-1)))


def test_join_starts_as_wide_as_one_linear_map():
    torch.manual_seed(0)
    join, whole = Join([90, 10], 500), nn.Linear(100, 500)

    for weight in join.weights:
        torch.testing.assert_close(weight.std(), whole.weight.std(), rtol=0.1, atol=0.0)

    assert sum(p.numel() for p in join.parameters()) == sum(p.numel() for p in whole.parameters())


@pytest.mark.parametrize(
    "network",
    [
        Join([4, K], 6),
        MLP([4, K], 6, (8, 8)),
        MLP([4, K], 6, (8,), norm=True),
        MLP([4, K], 6, ()),
        ConvDecoder([4, K], 2 * 13 * 14, (1, 13, 14), (8,)),
    ],
    ids=lambda network: type(network).__name__,
)
def test_class_axis_broadcasts_as_a_loop(network):
    network = network.double().eval()
    x, classes = torch.randn(B, 4).double(), torch.eye(K).double()

    broadcast = network(x, classes[:, None, :])
    loop = torch.stack([network(x, y.expand(B, K)) for y in classes])

    assert broadcast.shape[:2] == (K, B)
    torch.testing.assert_close(broadcast, loop)


@pytest.mark.parametrize("conv", [False, True])
@pytest.mark.parametrize("to", [Gaussian(2), Bernoulli((1, 13, 14)), Categorical(4)], ids=lambda to: type(to).__name__)
def test_conditional_broadcasts_from_images(conv, to):
    p = Net((8,), conv)(IMAGE, K, to=to).double().eval()
    x, classes = torch.rand(B, 1, 13, 14).double(), torch.eye(K).double()

    broadcast = p(x, classes[:, None, :]).mean
    loop = torch.stack([p(x, y.expand(B, K)).mean for y in classes])

    torch.testing.assert_close(broadcast, loop)


@pytest.mark.parametrize("trunk", [ConvTrunk((1, 13, 14)), Flatten((1, 13, 14))], ids=["conv", "flat"])
def test_trunk_keeps_leading_axes(trunk):
    x = torch.rand(K, B, 1, 13, 14)

    assert trunk(x).shape == (K, B, trunk.width)
    torch.testing.assert_close(trunk(x)[1], trunk(x[1]))


def test_what_is_regularized_is_normalized_by_row():
    """Nothing mixes the statistics of labeled and unlabeled rows, or of training and use."""

    for conv in (False, True):
        for regularized in (False, True):
            p = Net((8,), conv, 0.0)(IMAGE, to=Categorical(3), regularized=regularized)
            x = torch.rand(B, 1, 13, 14)

            assert not any(isinstance(part, nn.modules.batchnorm._NormBase) for part in p.modules())
            torch.testing.assert_close(p.train()(x).logits, p.eval()(x).logits)
            torch.testing.assert_close(p(x).logits[:2], p(x[:2]).logits)


def test_dropout_is_only_where_it_is_asked_for():
    def drops(**asked: bool) -> bool:
        return any(
            isinstance(part, nn.Dropout) for part in Net((8,), dropout=0.5)(4, to=Categorical(3), **asked).modules()
        )

    assert drops(regularized=True) and not drops()


def test_cells_are_laid_out_as_numbers():
    columns = (
        Variable("a", "real", missing=True),
        Variable("b", "category", classes=("x", "y", "z"), missing=True),
        Variable("c", "real"),
    )
    nan = torch.nan
    embed = Embed(columns)
    features = embed(torch.tensor([[1.5, 2.0, -1.0], [nan, nan, 0.5]]))

    # values of a and c, whether a is missing, one-hot b
    expected = torch.tensor([[1.5, -1, 0, 0, 0, 1], [0, 0.5, 1, 0, 0, 0]])
    assert embed.width == 6
    torch.testing.assert_close(features, expected)


def test_missing_cell_differs_from_the_mean():
    """A missing cell is told to the network: zero, the mean, is another input."""

    embed = Embed((Variable("a", "real", missing=True),))

    assert not torch.equal(embed(torch.tensor([[0.0]])), embed(torch.tensor([[torch.nan]])))
