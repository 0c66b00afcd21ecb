r"""Codecs, one for each container of rows: they translate user units to model units and back."""
