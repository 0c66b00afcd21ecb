r"""Sentences as vectors, by a small language model that is installed beside the package and reads no network."""
