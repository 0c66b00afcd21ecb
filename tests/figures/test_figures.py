"""Figures show what they are given; none touches matplotlib's global state."""

import io
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from PIL import Image

from semivae.figures import (
    agreements,
    component_variances,
    distributions,
    image_grid,
    image_pairs,
    latent_map,
    loss_curves,
    to_png,
)
from semivae.figures.latent import plane
from semivae.figures.losses import panels_of
from semivae.figures.style import COLORS, palette
from semivae.figures.tiles import mosaic, tiles_of

RANDOM = np.random.default_rng(0)


def pixels(figure):
    return np.asarray(Image.open(io.BytesIO(to_png(figure))).convert("RGB")).astype(int)


def shows(figure, color):
    """Whether a color is in a figure."""

    wanted = [int(color[i : i + 2], 16) for i in (1, 3, 5)]

    return bool((np.abs(pixels(figure) - wanted).sum(axis=-1) < 12).any())


def texts(figure):
    return " ".join(text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text")))


# Style


def test_png_is_the_same_at_each_call_and_holds_no_version():
    history = pd.DataFrame({"epoch": [1, 2], "loss": [2.0, 1.0]})

    assert to_png(loss_curves(history)) == to_png(loss_curves(history))
    assert b"Matplotlib" not in to_png(loss_curves(history))


def test_no_global_state():
    code = "import semivae.figures, sys; sys.exit('matplotlib.pyplot' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_first_70_classes_differ():
    assert len({(look["color"], look["marker"]) for look in map(palette, range(70))}) == 70


# Curves


def test_every_term_is_drawn_once():
    terms = ["loss", "unlabeled_bound", "labeled_bound", "unlabeled_kl_y", "something_new"]
    panels = panels_of(terms)

    assert sorted(name for names in panels.values() for name in names) == sorted(terms)
    assert panels["other terms"] == ["something_new"]


def test_curves():
    history = pd.DataFrame({"epoch": [1, 2, 3], "seconds": [0.1, 0.2, 0.3], "loss": [3.0, 2.0, 1.0]})
    history["labeled_bound"] = history["unlabeled_bound"] = -history["loss"]
    figure = loss_curves(history)
    lines = [line for axes in figure.axes for line in axes.lines]

    assert [line.get_ydata().tolist() for line in lines] == [[3, 2, 1], [-3, -2, -1], [-3, -2, -1]]
    assert "seconds" not in texts(figure) and "unlabeled bound" in texts(figure)
    assert shows(figure, COLORS[0]) and shows(figure, COLORS[1])


def test_one_epoch_is_a_dot():
    assert shows(loss_curves(pd.DataFrame({"epoch": [1], "loss": [3.0]})), COLORS[0])


def test_variances():
    figure = component_variances(pd.DataFrame({"component": [1, 2], "variance": [3.0, 1.0]}))

    assert [bar.get_height() for bar in figure.axes[0].patches] == [3.0, 1.0]


# Maps


def test_two_latents_are_shown_as_they_are():
    z = RANDOM.normal(size=(5, 2))
    points, names = plane(z)

    assert np.array_equal(points, z) and names == ("latent 1", "latent 2")
    assert plane(z[:, :1])[0].shape == (5, 2)


def test_more_latents_are_shown_by_principal_components():
    z = RANDOM.normal(size=(500, 4)) * [1, 5, 0.1, 3]
    points, names = plane(z)
    values = np.linalg.eigvalsh(np.cov(z.T))

    assert np.var(points, axis=0, ddof=1) == pytest.approx(values[:-3:-1])
    assert names[0] == f"principal component 1 of 4 latents ({values[-1] / values.sum():.0%} of the variance)"


def test_identical_latents():
    assert np.isfinite(plane(np.ones((4, 3)))[0]).all()
    assert pixels(latent_map(np.ones((4, 3)), np.full(4, np.nan))).std() > 0


def test_map_of_classes():
    codes = np.array([0, 1, 1, np.nan, np.nan])
    figure = latent_map(RANDOM.normal(size=(5, 2)), codes, "kind", ["big", "small"])

    assert all(word in texts(figure) for word in ("kind", "big", "small", "unlabeled"))
    assert shows(figure, COLORS[0]) and shows(figure, COLORS[1]) and not shows(figure, COLORS[2])


def test_map_of_many_classes():
    figure = latent_map(RANDOM.normal(size=(80, 2)), np.arange(80.0) % 40, "y", [f"class {i}" for i in range(40)])

    assert "first 30 of 40" in texts(figure) and "class 29" in texts(figure) and "class 30" not in texts(figure)


def test_map_of_predicted_classes_separates_them():
    """The classes differ in a unit that varies little, which principal components would miss."""

    predicted = np.arange(60.0) % 3
    z = RANDOM.normal(size=(60, 5)) * [9, 9, 9, 9, 0.1]
    z[:, 4] += predicted
    axes = latent_map(z, np.where(np.arange(60) < 6, predicted, np.nan), "kind", ["a", "b", "c"], predicted).axes[0]
    points = np.concatenate([dots.get_offsets() for dots in axes.collections[-3:]])
    spread = points[:, 0].reshape(3, 2)

    assert np.abs(np.diff(np.sort(spread.mean(1)))).min() > 5 * spread.std(1).max()
    assert "small marks are predicted" in axes.get_title(loc="left")


@pytest.mark.parametrize("predicted", [[0, 0, 0, 0, 0], [0, 1, 2, 3, 3], [0, 1, 1, 2, 2]])
def test_map_of_few_predicted_rows_is_drawn(predicted):
    figure = latent_map(
        RANDOM.normal(size=(5, 4)), np.full(5, np.nan), "kind", ["a", "b", "c", "d"], np.array(predicted)
    )

    assert pixels(figure).std() > 0


def test_map_of_predicted_values_follows_them():
    values = np.linspace(0, 1, 50)
    z = np.c_[RANDOM.normal(size=(50, 3)), values]
    axes = latent_map(z, np.full(50, np.nan), "price", predicted=values).axes[0]

    assert abs(np.corrcoef(axes.collections[0].get_offsets()[:, 0], values)[0, 1]) > 0.99


def test_map_of_values():
    figure = latent_map(RANDOM.normal(size=(5, 3)), np.array([1.0, 2, 3, 4, np.nan]), "price")

    assert len(figure.axes) == 2  # the map and its bar of colors
    assert "price" in texts(figure) and "unlabeled" in texts(figure)
    assert "unlabeled" not in texts(latent_map(RANDOM.normal(size=(3, 2)), np.arange(3.0), "price"))
    assert shows(figure, "#440154") and shows(figure, "#FDE725")


def test_dollar_signs_are_no_mathematics():
    figure = agreements(*[RANDOM.normal(size=(5, 1))] * 2, ["$\\alpha$"], [[]])
    title = figure.axes[0].get_title(loc="left")
    to_png(figure)
    drawn = next(text for text in figure.findobj(Text) if text.get_text() == title)

    # As mathematics it is one letter wide.
    assert drawn.get_window_extent().width > 3 * drawn.get_fontsize()
    assert to_png(latent_map(RANDOM.normal(size=(4, 2)), np.array([0.0, 1, 0, 1]), "$x^{", ["$a_{", "b"]))


# Grids


@pytest.mark.parametrize("shape", [(6, 8, 8), (6, 8, 8, 1), (6, 1, 8, 8), (6, 8, 8, 3), (6, 3, 8, 8), (6, 8, 8, 4)])
def test_axes_of_images(shape):
    tiles = tiles_of(RANDOM.random(shape))

    assert tiles.shape[:3] == (6, 8, 8)
    assert pixels(image_grid(RANDOM.random(shape), 3)).std() > 1


def test_channels_keep_their_color():
    red = np.zeros((1, 3, 8, 8))
    red[:, 0] = 1.0

    assert shows(image_grid(red, 1), "#FF0000")


def test_bytes_are_not_stretched():
    assert tiles_of(np.full((1, 8, 8), 51, dtype=np.uint8)).max() == pytest.approx(0.2)
    assert tiles_of(np.full((1, 8, 8), 16)).max() == 1


def test_mosaic_goes_row_by_row():
    tiles = np.arange(4.0)[:, None, None, None] * np.ones((4, 2, 2, 1))
    picture = mosaic(tiles, 2)[..., 0]

    assert picture.tolist() == [
        [0, 0, 1, 1, 1, 1],
        [0, 0, 1, 1, 1, 1],
        [1, 1, 1, 1, 1, 1],
        [2, 2, 1, 3, 3, 1],
        [2, 2, 1, 3, 3, 1],
        [1, 1, 1, 1, 1, 1],
    ]


def test_last_row_may_be_short():
    assert pixels(image_grid(RANDOM.random((5, 8, 8)), 3)).std() > 1


def test_pairs_stand_above_each_other():
    figure = image_pairs(np.zeros((3, 4, 4)), np.ones((3, 4, 4)), columns=2)
    picture = figure.axes[0].images[0].get_array()

    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["data", "rebuilt"] * 2
    assert [picture[5 * row, 0] for row in range(4)] == [0, 1, 0, 1]
    assert picture[0, 5] == 0 and picture[10, 5] == 1  # the place of a fourth image is blank


def test_rows_have_names():
    figure = image_grid(RANDOM.random((4, 8, 8)), 2, ["zero", "one"], "digits")

    assert all(word in texts(figure) for word in ("zero", "one", "digits"))


# Columns


def test_columns():
    observed = np.column_stack([RANDOM.normal(size=50), RANDOM.integers(0, 2, 50), np.full(50, np.nan)])
    figure = distributions(
        observed,
        {"sampled": observed[:10], "other": observed[:5]},
        ["size", "shade", "empty"],
        [[], ["red", "blue"], []],
    )

    assert all(word in texts(figure) for word in ("size", "shade", "all missing", "red", "blue", "observed", "sampled"))
    assert "other" in texts(figure) and shows(figure, COLORS[0]) and shows(figure, COLORS[1])
    assert len(figure.axes) == 3


def test_agreements():
    observed = np.array([[1.0, 0, np.nan], [2.0, 0, np.nan], [np.nan, 1, np.nan], [4.0, 1, np.nan]])
    rebuilt = np.array([[1.5, 0, 3.0], [2.5, 1, 3.0], [9.0, 1, 3.0], [3.5, 1, 3.0]])
    figure = agreements(observed, rebuilt, ["size", "shade", "empty"], [[], ["red", "blue"], []])
    size, shade, _ = figure.axes

    assert size.collections[0].get_offsets().tolist() == [[1, 1.5], [2, 2.5], [4, 3.5]]
    assert [bar.get_width() for bar in shade.patches] == [0.5, 1.0]
    assert all(word in texts(figure) for word in ("size", "shade", "red", "blue", "all missing"))
    assert "first 12 of 30" in texts(agreements(*[RANDOM.normal(size=(5, 30))] * 2, list("abc") * 10, [[]] * 30))


def test_letters_without_a_glyph_are_no_warning():
    assert to_png(latent_map(RANDOM.normal(size=(4, 2)), np.arange(4.0) % 2, "名前", ["a", "b"]))


def test_first_columns_are_shown():
    cells = RANDOM.normal(size=(20, 30))
    figure = distributions(cells, {"rebuilt": cells}, [f"column {i}" for i in range(30)], [[]] * 30)

    assert len(figure.axes) == 12
    assert "first 12 of 30 columns" in texts(figure)


@pytest.mark.parametrize("value", [0.0, 7.0, -1e6, 1e12, 0.5])
def test_constant_column(value):
    cells = np.full((20, 1), value)

    assert shows(distributions(cells, {"rebuilt": cells}, ["constant"], [[]]), COLORS[0])


def test_shares_sum_to_one():
    cells = RANDOM.integers(0, 3, size=(40, 1)).astype(float)
    bars = distributions(cells, {"rebuilt": cells}, ["shade"], [["a", "b", "c"]]).axes[0].patches

    assert sum(bar.get_width() for bar in bars) == pytest.approx(2)
