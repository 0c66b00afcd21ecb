r"""Batches: which rows a step sees."""
