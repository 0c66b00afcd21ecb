r"""Trust: how far a fit can be believed."""

__all__ = [
    "Confidence",
    "Doubt",
    "DoubtOfClasses",
    "DoubtOfSeveral",
    "DoubtOfValues",
    "Effort",
    "HeldOut",
    "Row",
    "Suggestion",
    "Verdict",
    "Width",
    "compare",
    "confidence",
    "end_processes",
    "health",
    "side_by_side",
    "suggest",
    "width",
    "workers",
]

from semivae.findings import HeldOut
from semivae.trust.comparison import compare
from semivae.trust.confidence import Confidence, Width, confidence, width
from semivae.trust.doubt import Doubt, DoubtOfClasses, DoubtOfSeveral, DoubtOfValues
from semivae.trust.effort import Effort
from semivae.trust.health import health
from semivae.trust.processes import end_processes, side_by_side, workers
from semivae.trust.suggest import Suggestion, suggest
from semivae.trust.verdict import Row, Verdict
