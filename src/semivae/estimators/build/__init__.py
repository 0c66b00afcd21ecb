r"""From parameters to a wired model and its added loss terms."""
