r"""Rows and targets as an estimator takes them."""
