r"""Objectives: from the terms of a bound to a loss, and penalties that join it."""

__all__ = ["ELBO", "VirtualAdversarial"]

from semivae.objectives.consistency import VirtualAdversarial
from semivae.objectives.elbo import ELBO
