"""The levels of pixels, and pixels that are made 0 or 1."""

import json

import numpy as np
import pytest
from tests.understood import codec_for

from semivae import PCA, DataOptions, VAEEmbedding
from semivae.data.codecs.choose import codec_of
from semivae.data.codecs.images import ImageCodec
from semivae.data.codecs.selection import Selection
from semivae.data.in_memory import InMemory
from semivae.data.sets.named import load
from semivae.data.survey import survey
from semivae.errors import SettingError
from semivae.schema import Schema

BYTES = np.random.default_rng(0).integers(0, 256, (60, 6, 5)).astype(np.uint8)
GREY = BYTES / np.float32(255)


@pytest.mark.parametrize(
    ("images", "levels"),
    [
        (BYTES, 256),
        (BYTES.astype(float), 256),
        (GREY, 256),
        (BYTES / 127.5 - 1, 256),
        (load("digits").x, 17),
        (load("digits").x / 16, 17),
        (BYTES.astype(np.uint16) * 16, 4081),
        (BYTES // 128, 2),
        (BYTES // 128 * 255, 2),
        (BYTES > 128, 2),
        (GREY.round(), 2),
        (np.random.default_rng(0).random((9, 4, 4)), None),
        (np.random.default_rng(0).normal(size=(9, 4, 4)), None),
        (BYTES.astype(np.int64) * 1000, 256),
        (np.random.default_rng(0).integers(0, 10**6, (9, 4, 4)), None),
    ],
    ids=lambda one: str(getattr(one, "dtype", one)),
)
def test_levels_are_counted(images, levels):
    codec = codec_for(images)

    assert codec.variables[0].levels == levels
    assert Schema.from_json(json.loads(json.dumps(codec.schema().to_json()))) == codec.schema()

    if levels:
        places = codec.encode(images) * np.float32(levels - 1)
        np.testing.assert_allclose(places, places.round(), atol=1e-3)


def test_schema_of_an_older_version_has_no_levels():
    fields = codec_for(BYTES).schema().to_json()
    del fields["x"][0]["levels"], fields["x"][0]["binarize"]

    assert Schema.from_json(fields).x[0].levels is None


def binary(binarize: str, images: np.ndarray = BYTES) -> tuple[ImageCodec, np.ndarray]:
    codec = survey(InMemory(images), Selection(binarize=binarize)).codec
    again = codec_of(Schema.from_json(codec.schema().to_json()))
    values = codec.encode(images)

    np.testing.assert_array_equal(again.encode(images), values)
    assert set(np.unique(values)) == {0, 1} and codec.variables[0].pixels == "bernoulli"

    return codec, values


def test_threshold():
    codec, values = binary("threshold")

    np.testing.assert_array_equal(values[:, 0], GREY >= 0.5)
    assert codec.variables[0].mean == pytest.approx((GREY >= 0.5).mean())


@pytest.mark.parametrize("binarize", ["static", "stochastic"])
def test_a_draw_is_given_by_the_image_alone(binarize):
    _, values = binary(binarize)
    codec, scaled = binary(binarize, GREY)

    np.testing.assert_array_equal(scaled, values, "in any type")
    np.testing.assert_array_equal(codec.encode(GREY[7:9]), values[7:9], "in any batch")


def test_draws_have_the_grey_levels_as_probabilities():
    """The levels differ a little, so that each image has a draw of its own."""

    images = np.repeat(np.linspace(0, 1, 5), 8).reshape(1, 5, 8) * np.linspace(0.9, 1, 4000)[:, None, None]
    _, values = binary("static", images)

    np.testing.assert_allclose(values.mean(axis=(0, 1)), images.mean(0), atol=0.04)
    assert not values[:, 0, 0].any() and values[-1, 0, -1].all(), "black stays black, and white white"
    assert abs(np.corrcoef(values[:, 0, 2, :2].T)[0, 1]) < 0.06, "each pixel is drawn on its own"


def test_steps_draw_anew_and_scores_do_not():
    codec, values = binary("stochastic")

    np.testing.assert_allclose(codec.to_train(BYTES)[:, 0], GREY)
    np.testing.assert_array_equal(binary("static")[0].to_train(BYTES), values)


def test_binarized_fits_score_the_same_pixels():
    fits = [
        VAEEmbedding(model="vae", epochs=1, random_state=0, data=DataOptions(binarize=binarize)).fit(images)
        for binarize, images in ((None, binary("static")[1][:, 0]), ("static", BYTES), ("stochastic", BYTES))
    ]
    expected = fits[0].score_samples(binary("static")[1][:, 0])

    # The mean that networks subtract is that of the grey levels.
    np.testing.assert_allclose(fits[1].score_samples(BYTES), expected, rtol=1e-3)
    assert not np.allclose(fits[2].score_samples(BYTES), expected, rtol=1e-3), "other pixels were trained on"
    np.testing.assert_array_equal(fits[2].score_samples(BYTES), fits[2].score_samples(BYTES.astype(float)))
    assert [fit.plan_.likelihood for fit in fits] == ["bernoulli"] * 3
    assert fits[1].inverse_transform(np.zeros((1, 10))).dtype == np.uint8


def test_baseline_reads_the_same_pixels():
    binarized, given = (PCA(2, data=DataOptions(binarize="stochastic")).fit(BYTES), PCA(2).fit(binary("static")[1]))

    np.testing.assert_allclose(binarized.transform(BYTES), given.transform(binary("static")[1]), atol=1e-6)


@pytest.mark.parametrize("estimator", [VAEEmbedding, PCA])
def test_tables_are_not_binarized(estimator):
    with pytest.raises(SettingError, match="binarize='static' with a table"):
        estimator(data=DataOptions(binarize="static")).fit(GREY[:, 0])
