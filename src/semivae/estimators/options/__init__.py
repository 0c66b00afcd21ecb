r"""Parameters of estimators: declared once, checked, and held in groups."""

__all__ = ["DataOptions", "ModelOptions", "ObjectiveOptions", "RecipeOptions", "TrainingOptions"]

from semivae.estimators.options.data import DataOptions
from semivae.estimators.options.groups import ModelOptions, ObjectiveOptions, TrainingOptions
from semivae.estimators.options.recipe import RecipeOptions
