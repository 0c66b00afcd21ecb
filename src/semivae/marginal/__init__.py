r"""Ways to marginalize a missing label: label logits in, weighted label points out."""

__all__ = [
    "Marginalize",
    "Support",
    "exact",
    "gumbel",
    "gumbel_st",
    "logistic_normal",
    "logistic_normal_st",
    "marginals",
    "mixed",
    "quadrature",
    "sampled",
    "sparse",
    "sparsemax",
    "topk",
    "topk_sampled",
]

from semivae.marginal.base import Marginalize, Support, marginals, mixed
from semivae.marginal.exact import exact
from semivae.marginal.gumbel import gumbel, gumbel_st
from semivae.marginal.logistic_normal import logistic_normal, logistic_normal_st
from semivae.marginal.quadrature import quadrature
from semivae.marginal.sampled import sampled
from semivae.marginal.sparse import sparse, sparsemax
from semivae.marginal.topk import topk, topk_sampled
