r"""Saved models."""
