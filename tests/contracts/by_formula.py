"""The log-density of each family at one row of features, written from the formula."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from scipy import special, stats

from semivae.families import Tokens

Brute = Callable[[np.ndarray, np.ndarray], float]


def normal(loc: np.ndarray, scale: np.ndarray | float) -> Brute:
    return lambda x, _: stats.norm.logpdf(x.ravel(), loc, scale).sum()


def gaussian_shared(x: np.ndarray, f: np.ndarray) -> float:
    return stats.norm.logpdf(x.ravel(), f, 1.0).sum()


def gaussian_learned(x: np.ndarray, f: np.ndarray) -> float:
    return stats.norm.logpdf(x.ravel(), f[: len(f) // 2], np.exp(f[len(f) // 2 :])).sum()


def gaussian_fixed(x: np.ndarray, f: np.ndarray) -> float:
    return stats.norm.logpdf(x.ravel(), f, 0.3).sum()


def bernoulli(x: np.ndarray, f: np.ndarray) -> float:
    p = 1 / (1 + np.exp(-f))

    return (x.ravel() * np.log(p) + (1 - x.ravel()) * np.log(1 - p)).sum()


def logistic(scale: float) -> Brute:
    """Five levels, each with the probability of a quarter around it, and the tails at the ends."""

    edges = np.array([-np.inf, 0.125, 0.375, 0.625, 0.875, np.inf])
    cumulative = stats.logistic(scale=scale * math.sqrt(3) / math.pi).cdf

    def brute(x: np.ndarray, f: np.ndarray) -> float:
        level = (4 * x.ravel()).astype(int)

        return np.log(cumulative(edges[level + 1] - f) - cumulative(edges[level] - f)).sum()

    return brute


def categorical(x: np.ndarray, f: np.ndarray) -> Any:
    return np.log(np.exp(f) / np.exp(f).sum()) @ x


def poisson(x: np.ndarray, f: np.ndarray) -> float:
    # Far below the bound on the rate, the features are standard units of the logarithm.
    return stats.poisson.logpmf(x, np.exp([0.5, 2.0] + f * [1.0, 0.3])).sum()


def negative_binomial_columns(x: np.ndarray, f: np.ndarray) -> float:
    rates, theta = np.exp([0.5, 2.0] + f * [1.0, 0.3]), np.e

    return stats.nbinom.logpmf(x, theta, theta / (theta + rates)).sum()


def ordinals(x: np.ndarray, f: np.ndarray) -> float:
    # Four classes with thresholds at equal distances, and two with one threshold.
    first = np.diff([0, *special.expit(np.array([-2.0, 0.0, 2.0]) - f[0]), 1])
    second = np.diff([0, special.expit(-f[1]), 1])

    return np.log(first[int(x[0])]) + np.log(second[int(x[1])])


def dirichlet(x: np.ndarray, f: np.ndarray) -> float:
    # By the product of d alpha / alpha, one factor of which is not in SciPy's density over the simplex.
    return stats.dirichlet.logpdf(np.exp(x) / np.exp(x).sum(), np.exp(f)) + x.sum()


def mixed(x: np.ndarray, f: np.ndarray) -> float:
    (a, c), b, d = f[:2], f[2:5], f[5:]

    return (
        stats.norm.logpdf(x[0], a, 1.0)
        + stats.norm.logpdf(x[2], c, 1.0)
        + categorical(np.eye(3)[int(x[1])], b)
        + categorical(np.eye(2)[int(x[3])], d)
    )


def categoricals(x: np.ndarray, f: np.ndarray) -> float:
    return categorical(np.eye(3)[int(x[0])], f[:3]) + categorical(np.eye(2)[int(x[1])], f[3:])


def reals(x: np.ndarray, f: np.ndarray) -> float:
    (a, c, e), first, last = f[:3], np.append(0, f[3:5]), np.append(0, f[5:])
    shares = [categorical(np.eye(len(one)), one) for one in (first, last)]
    spikes = [{-1.0: 1, 2.0: 2}, {0.5: 1}]
    cells = [
        shares[i][spikes[i].get(value, 0)] + (0 if value in spikes[i] else stats.norm.logpdf(value, loc, 1.0))
        for i, value, loc in ((0, x[0], a), (1, x[2], e))
    ]

    return sum(cells) + stats.norm.logpdf(x[1], c, 1.0)


def tokens(family: Tokens) -> Brute:
    """One string, one token at a time, given the sketch of the string."""

    def brute(x: np.ndarray, f: np.ndarray) -> float:
        w = {name: value.detach().double().numpy() for name, value in family.named_parameters()}
        sketch = family.parts(torch.as_tensor(f)[None])[1][0].detach().double().numpy()
        state, last, total = np.tanh(f[:256]), 0, 0.0

        for code, given in zip(x.astype(int), sketch, strict=True):
            gates = w["network.read.weight"] @ np.append(w["embedding.weight"][last], given) + w["network.read.bias"]
            (a, b, c), (r, u, n) = np.split(gates, 3), np.split(w["network.weight"] @ state, 3)
            reset, update = 1 / (1 + np.exp(-a - r)), 1 / (1 + np.exp(-b - u))
            fresh = np.tanh(c + reset * n)
            state, last = fresh + update * (state - fresh), code
            total += categorical(np.eye(5)[code], w["logits.weight"] @ state + w["logits.bias"])

            if not code:
                break

        return total

    return brute


def shares(f: np.ndarray) -> np.ndarray:
    return np.exp(f) * [0.25, 0.25, 0.5] / (np.exp(f) @ [0.25, 0.25, 0.5])


def negative_binomial(x: np.ndarray, f: np.ndarray) -> float:
    return stats.nbinom.logpmf(x, 1.0, 1 / (1 + x.sum() * shares(f))).sum()


def zero_inflated(x: np.ndarray, f: np.ndarray) -> float:
    gate = 1 / (1 + np.exp(-f[3:]))
    counted = (1 - gate) * stats.nbinom.pmf(x, 1.0, 1 / (1 + x.sum() * shares(f[:3])))

    return np.log(np.where(x > 0, counted, gate + counted)).sum()


def multinomial(x: np.ndarray, f: np.ndarray) -> float:
    return stats.multinomial.logpmf(x, x.sum(), shares(f))
