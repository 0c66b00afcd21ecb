r"""From parameters to a wired model and what its loss adds."""
