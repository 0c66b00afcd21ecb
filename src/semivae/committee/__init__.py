r"""A committee of simple learners beside a model. Arrays in, arrays out; a new learner is one decorated function."""

__all__ = [
    "MODEL",
    "Committee",
    "Taught",
    "adjusted",
    "arrays_of",
    "committee_of",
    "learners",
    "shares_of",
    "shifted",
    "taught",
    "weighed",
    "weights_of_classes",
    "weights_of_values",
]

from semivae.committee.committee import MODEL, Committee
from semivae.committee.learners import learners
from semivae.committee.shares import adjusted, shares_of, shifted
from semivae.committee.stored import arrays_of, committee_of
from semivae.committee.taught import Taught, taught
from semivae.committee.weights import weighed, weights_of_classes, weights_of_values
