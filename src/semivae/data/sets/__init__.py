r"""Named data sets: those at hand, and those that are fetched when asked."""
