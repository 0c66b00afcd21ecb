r"""Targets: the labels as a model sees them, and what marks a missing label."""
