r"""Rows larger than memory: files read in blocks, encoded once into a cache, and trained on from there."""
