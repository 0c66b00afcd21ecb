"""Batched use: the same answer in any batch."""

import numpy as np
import pytest
import torch

from semivae.engine import apply, normal_noise, seeded


@pytest.mark.parametrize("size", [1, 3, 10, 512])
def test_rows_come_back_in_order(size):
    x = np.arange(20.0).reshape(10, 2)
    double, total = apply(lambda rows: (rows * 2, rows.sum(1)), x, batch_size=size)

    np.testing.assert_array_equal(double, x * 2)
    np.testing.assert_array_equal(total, x.sum(1))


def test_several_arrays_are_cut_alike():
    (total,) = apply(lambda a, b: a + b, np.arange(7), np.arange(7)[::-1].astype(np.float32), batch_size=2)

    assert total.tolist() == [6.0] * 7 and total.dtype == np.float64


def test_nothing_is_kept_for_gradients():
    weight = torch.ones(1, dtype=torch.float64, requires_grad=True)
    (result,) = apply(lambda rows: rows * weight, np.ones(3))

    assert result.tolist() == [1, 1, 1] and weight.grad is None


def test_noise_is_the_same_at_each_call():
    before = torch.get_rng_state()

    assert torch.equal(normal_noise(5, 3), normal_noise(5, 3))
    assert not torch.equal(normal_noise(5, 3), normal_noise(5, 3, seed=1))
    assert torch.equal(before, torch.get_rng_state())


def test_seeded_block_gives_the_state_back_even_after_an_error():
    torch.manual_seed(5)
    before = torch.get_rng_state()

    with pytest.raises(ValueError, match="inside"), seeded(1):
        first = torch.randn(3)
        raise ValueError("inside")

    with seeded(1):
        assert torch.equal(first, torch.randn(3))

    assert torch.equal(before, torch.get_rng_state())
