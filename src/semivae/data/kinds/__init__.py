r"""Kinds of variables: one file a kind, with the handler that turns its values into numbers and back."""

__all__ = ["CellKind", "Kind", "RowKind", "cell_handler", "cell_kinds", "handler", "kinds", "problems_of_kind"]

from semivae.data.kinds.base import CellKind, Kind, RowKind, cell_handler, cell_kinds, handler, kinds, problems_of_kind

# isort: split
# In this order messages name the kinds.
from semivae.data.kinds import real, category, image, count, vector, counts, weights, sequence, ordinal  # noqa: F401, I001
