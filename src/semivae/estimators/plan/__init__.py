r"""The plan of a fit: every parameter that says "auto" resolved once, from the parameters, the schema and the rows."""
