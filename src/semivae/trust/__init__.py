r"""Trust: what can be believed of a fit, and what not."""

__all__ = ["Confidence", "Row", "Verdict", "compare", "confidence", "side_by_side", "temperature", "workers"]

from semivae.trust.confidence import Confidence, confidence, temperature
from semivae.trust.processes import side_by_side, workers
from semivae.trust.verdict import Row, Verdict, compare
