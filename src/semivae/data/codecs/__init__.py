r"""Codecs, one for each container of rows: from the units of the user to those of a model, and back."""
