r"""Named data sets, on this machine or downloaded on request."""
