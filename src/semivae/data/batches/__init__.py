r"""Batches: the rows of each training step."""
