"""Every registered figure draws small data of the group that it needs, and leaves nothing open."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from semivae.figures import NEEDS, figure, figures, to_png

RANDOM = np.random.default_rng(0)
CELLS = np.column_stack([RANDOM.normal(size=6), RANDOM.integers(2, size=6), np.full(6, np.nan)])
TABLE = {"observed": CELLS, "names": ["size", "shade", "empty"], "classes": [[], ["red", "blue"], []]}
IMAGES = RANDOM.random((5, 4, 4))
GRID = {"images": IMAGES[:4], "columns": 2, "rows": ["one", "two"], "title": "walks"}
BINS = np.array([[0.5, 0.9], [0.4, 1.0], [0.2, 0.9], [0.6, 1.0], [5, 40]])

# The smallest and a usual group of arrays for every need.
SMALL = {
    "epochs": [
        {"history": pd.DataFrame({"epoch": [1], "seconds": [0.1], "loss": [2.0]})},
        {"history": pd.DataFrame({"epoch": [1, 2], "loss": [2.0, 1.0], "unlabeled_bound": [-2.0, -1.0]})},
    ],
    "components": [
        {"variances": pd.DataFrame({"component": [1], "variance": [1.0]})},
        {"variances": pd.DataFrame({"component": [1, 2], "variance": [3.0, 1.0]})},
    ],
    "latents": [
        {"z": np.zeros((1, 1)), "labels": np.array([np.nan])},
        {"z": RANDOM.normal(size=(6, 3)), "labels": np.array([0, 1, np.nan] * 2), "target": "y", "classes": ["a", "b"]},
    ],
    "rebuilt images": [
        {"originals": IMAGES[:1], "rebuilt": IMAGES[:1]},
        {"originals": IMAGES, "rebuilt": 1 - IMAGES, "columns": 2, "title": "pairs"},
    ],
    "new images": [
        {"images": IMAGES[:1], "columns": 1},
        {"images": IMAGES, "columns": 3, "rows": ["one", "two"], "title": "new"},
    ],
    "rebuilt cells": [{**TABLE, "rebuilt": CELLS}],
    "new cells": [{**TABLE, "made": {"sampled": CELLS[:2]}}, {**TABLE, "made": {"a": CELLS, "b": CELLS[::-1]}}],
    "units": [{"units": pd.DataFrame({"epoch": [1, 2], "stage": "whole", "unit 1": [0.0, 1.0], "unit 2": [0.0, 0.1]})}],
    "confidence": [dict(zip(("confidence", "accuracy", "low", "high", "rows"), BINS, strict=True))],
    "confusion": [{"counts": np.array([[3, 1], [0, 2]]), "classes": ["a", "b"], "target": "kind"}],
    "manifold": [GRID],
    "interpolations": [GRID],
    "traversals": [GRID],
    "repaired images": [GRID],
    "surprising images": [GRID],
    "search": [
        {"path": np.zeros((1, 2)), "scores": np.zeros(1)},
        {
            "path": CELLS[:5, :2],
            "scores": CELLS[:5, 0],
            "grid": (np.arange(3.0), np.arange(2.0)),
            "objective": IMAGES[0, :2, :3],
            "designs": IMAGES,
        },
    ],
    "draws": [
        {"curves": {"loss": {"m2": np.array([[1.0]])}}},
        {
            "curves": {
                "loss": {"m2": RANDOM.random((3, 5)), "vae": np.array([[1, np.nan]])},
                "KL": {"vae": np.ones((2, 4))},
            }
        },
    ],
}


def test_every_need_has_small_data():
    assert set(SMALL) == set(NEEDS)


@pytest.mark.parametrize(
    ("name", "case"), [(name, case) for name in figures for case in range(len(SMALL[figures[name].needs]))], ids=str
)
def test_it_draws_and_leaves_nothing_open(name, case):
    import matplotlib.pyplot as plt

    drawing = figures[name]
    arrays = SMALL[drawing.needs][case]
    picture = to_png(drawing(**arrays))
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("L"))

    assert pixels.std() > 0, "an empty figure"
    assert picture == to_png(drawing(**arrays)), "another figure at each call"
    assert plt.get_fignums() == []


def test_no_two_figures_of_one_group_share_a_file():
    places = [(figures[name].needs, figures[name].file) for name in figures]

    assert len(set(places)) == len(places)


def test_a_need_that_nothing_offers_is_refused():
    with pytest.raises(KeyError, match="none of epochs"):
        figure("new", needs="wishes", file="new")
