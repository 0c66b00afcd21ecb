r"""Kinds of variables: what a column is, its values as numbers, and back. One file a kind, with its handler."""

__all__ = ["CellKind", "Kind", "Tally", "cell_handler", "cell_kinds", "handler", "kinds"]

from semivae.data.kinds.base import CellKind, Kind, Tally, cell_handler, cell_kinds, handler, kinds

# isort: split
# In this order messages name the kinds.
from semivae.data.kinds import real, category, image, count  # noqa: F401, I001
