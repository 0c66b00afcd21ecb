r"""Kinds of variables: what a column is, its values as numbers, and back."""
