r"""What a person does, written once for all faces: prepare, fit, judge, draw, evaluate."""
