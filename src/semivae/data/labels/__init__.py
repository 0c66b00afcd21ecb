r"""Targets: the labels as a model sees them, and the markers of missing labels."""
