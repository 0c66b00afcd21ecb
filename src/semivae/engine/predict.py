r"""Batched use of a fitted model: arrays in, arrays out, constant memory."""

from __future__ import annotations

__all__ = ["apply", "normal_noise", "row_hashes", "row_noise", "seeded"]

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b

import numpy as np
import torch
from torch import Tensor


def apply(
    function: Callable[..., Tensor | tuple[Tensor, ...]], *arrays: np.ndarray, batch_size: int = 512
) -> tuple[np.ndarray, ...]:
    r"""Applies a function to rows, a batch at a time, in double precision.

    In single precision the last digits of a row's answer would depend on the other rows of its batch.

    Arguments:
        function: Maps tensors of shape (B, *) to one or several of shape (B, *).
        arrays: The rows, each with shape (N, *).
        batch_size: Rows of a batch.

    Returns:
        One array per result, with shape (N, *).
    """

    parts = []
    with torch.inference_mode():
        for start in range(0, len(arrays[0]), batch_size):
            batch = (torch.from_numpy(np.array(a[start : start + batch_size], dtype=np.float64)) for a in arrays)
            result = function(*batch)
            parts.append(result if isinstance(result, tuple) else (result,))

    return tuple(torch.cat(column).numpy() for column in zip(*parts, strict=True))


def normal_noise(draws: int, size: int, seed: int = 0) -> Tensor:
    """Draws standard normal numbers in double precision, with shape (draws, size), the same at each call."""

    generator = torch.Generator().manual_seed(seed)

    return torch.randn(draws, size, generator=generator, dtype=torch.float64)


def row_noise(rows: Tensor, draws: int, size: int, *key: int) -> Tensor:
    r"""Draws standard normal numbers for each row from a hash of its values, with shape (draws, B, size).

    So rows have noise of their own, the same at each call and in any batch.

    Arguments:
        rows: The rows in double precision, with shape (B, *).
        draws: The number of draws.
        size: The values of a draw.
        key: Numbers that tell apart several calls for the same rows.
    """

    hashes = row_hashes(rows, *key)
    drawn = [np.random.Generator(np.random.Philox(key=value)).standard_normal((draws, size)) for value in hashes]

    return torch.from_numpy(np.stack(drawn, axis=1))


def row_hashes(rows: Tensor, *key: int) -> list[int]:
    """Returns a whole number of 128 bits for each row and key, the same at each call and in any batch."""

    # Single precision, so that rounding does not draw other noise; adding 0 makes -0 and 0 one value.
    values = rows.numpy().astype(np.float32) + np.float32(0)
    salt = np.array(key, dtype=np.int64).tobytes()

    return [int.from_bytes(blake2b(row.tobytes() + salt, digest_size=16).digest()) for row in values]


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Runs a block with its own random state; the state of the caller is neither used nor changed."""

    with torch.random.fork_rng():
        torch.manual_seed(seed)

        yield
