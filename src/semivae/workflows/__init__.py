r"""Use-cases, written once for all faces: prepare, fit, judge, draw, evaluate."""
