r"""The features that a network reads of each kind of variable, one file a kind."""

__all__ = ["cell_trunks", "row_trunk", "row_trunks"]

from semivae.networks.kinds.base import cell_trunks, row_trunk, row_trunks

# isort: split
# In this order the features of a row are laid out, and weights are saved for them: a new kind goes last.
from semivae.networks.kinds import real, category, image, count, vector, counts, weights, sequence, ordinal  # noqa: F401, I001
