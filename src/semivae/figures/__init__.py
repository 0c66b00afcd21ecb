r"""Figures: arrays in, figures out, one file a figure. None touches matplotlib's global state."""

__all__ = [
    "NEEDS",
    "Drawing",
    "agreements",
    "component_variances",
    "confusion_matrix",
    "distributions",
    "figure",
    "figures",
    "image_grid",
    "image_pairs",
    "latent_map",
    "latent_search",
    "loss_curves",
    "reliability_curve",
    "seed_bands",
    "to_bytes",
    "to_png",
    "unit_divergences",
]

from semivae.figures.agreements import agreements
from semivae.figures.bands import seed_bands
from semivae.figures.confusion import confusion_matrix
from semivae.figures.distributions import distributions
from semivae.figures.grid import image_grid
from semivae.figures.latent import latent_map
from semivae.figures.losses import loss_curves
from semivae.figures.pairs import image_pairs
from semivae.figures.registry import NEEDS, Drawing, figure, figures
from semivae.figures.reliability import reliability_curve
from semivae.figures.search import latent_search
from semivae.figures.style import to_bytes, to_png
from semivae.figures.units import unit_divergences
from semivae.figures.variances import component_variances
