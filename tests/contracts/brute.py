"""The probability of a string, one token at a time."""

from collections.abc import Callable

import numpy as np
import torch
from scipy.special import log_softmax

from semivae.families import Tokens


def tokens(family: Tokens) -> Callable[[np.ndarray, np.ndarray], float]:
    """One string, one token at a time."""

    def brute(x: np.ndarray, f: np.ndarray) -> float:
        w = {name: value.detach().double().numpy() for name, value in family.named_parameters()}
        _, sketch = family.parts(torch.from_numpy(f)[None])
        state = np.tanh(f[:256])
        last, total = 0, 0.0

        for given, code in zip(sketch[0].detach().numpy(), x.astype(int), strict=True):
            gates = w["network.read.weight"] @ np.append(w["embedding.weight"][last], given) + w["network.read.bias"]
            (a, b, c), (r, u, n) = np.split(gates, 3), np.split(w["network.weight"] @ state, 3)
            reset, update = 1 / (1 + np.exp(-a - r)), 1 / (1 + np.exp(-b - u))
            fresh = np.tanh(c + reset * n)
            state, last = fresh + update * (state - fresh), code
            total += log_softmax(w["logits.weight"] @ state + w["logits.bias"])[code]

            if not code:
                break

        return total

    return brute
