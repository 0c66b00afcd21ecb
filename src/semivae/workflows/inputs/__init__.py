r"""The inputs of a use-case: wishes, sources of rows, labels, settings, and what cannot go together."""
