r"""The judgment of columns: kind, values and findings, block by block."""
