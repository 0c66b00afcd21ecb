r"""Trust: what can be believed of a fit, and what not."""

__all__ = ["Row", "Verdict", "compare"]

from semivae.trust.verdict import Row, Verdict, compare
