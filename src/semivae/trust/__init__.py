r"""Trust: what can be believed of a fit, and what not."""

__all__ = [
    "Confidence",
    "Row",
    "Verdict",
    "Width",
    "compare",
    "confidence",
    "deviation_scale",
    "end_processes",
    "side_by_side",
    "temperature",
    "width",
    "workers",
]

from semivae.trust.confidence import Confidence, Width, confidence, deviation_scale, temperature, width
from semivae.trust.processes import end_processes, side_by_side, workers
from semivae.trust.verdict import Row, Verdict, compare
