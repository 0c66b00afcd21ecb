r"""The distribution of each kind of variable, one file a kind."""

__all__ = ["cell_families", "row_families", "row_family", "row_likelihoods"]

from semivae.families.kinds.base import cell_families, row_families, row_family, row_likelihoods

# isort: split
# In this order the features of a row are split, and its cells are drawn: a new kind goes last.
from semivae.families.kinds import real, category, image, count, vector, counts, weights, sequence, ordinal  # noqa: F401, I001
