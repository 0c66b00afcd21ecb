r"""Ways to sum over a missing label: logits in, weighted label points out."""

__all__ = ["Marginalize", "Support", "exact", "marginals"]

from semivae.marginal.base import Marginalize, Support, marginals
from semivae.marginal.exact import exact
