r"""File formats, one file each."""
