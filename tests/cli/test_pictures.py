"""A folder of pictures goes through every command and comes back as pictures."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from semivae import DataOptions, VAEEmbedding
from semivae.errors import DataError


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    root = tmp_path_factory.mktemp("photos")
    x, y = load_digits(n_class=2, return_X_y=True)

    for i, (row, label) in enumerate(zip(x[:60], y[:60], strict=True)):
        folder = root / (str(label) if i % 3 == 0 else "unlabeled")
        folder.mkdir(exist_ok=True)
        pixels = np.repeat(np.uint8(15 * row.reshape(8, 8)), 1 + i % 2, axis=0)  # of two sizes
        Image.fromarray(pixels).save(folder / f"{i}.png")

    return root


def test_every_command_takes_a_folder_of_pictures(photos, tmp_path, run):
    model, out, new = tmp_path / "model", tmp_path / "out.csv", tmp_path / "new"

    refused = run("check", photos, "--target", "label", code=2)
    assert "30 of 16x8" in refused.stderr and "--resize 64" in refused.stderr

    assert "1x10x9" in run("check", photos, "--target", "label", "--resize", "10x9").stdout
    fit = ("fit", photos, "--target", "label", "--resize", "10x9", "--out", model)
    run(*fit, "--set", "epochs=2", "--set", "hidden=(8,)", "--no-compare", "--no-figures", "--quiet")

    for command in ("predict", "score"):
        run(command, model, photos, "--out", out, "--overwrite")
        table = pd.read_csv(out)
        assert table["file"].tolist()[:1] == ["0/0.png"] and len(table) == 60 and table.notna().all(axis=None)

    run("sample", model, "--out", new, "-n", "3", "--given", "label=1")
    assert sorted(path.name for path in (new / "1").iterdir()) == ["1.png", "2.png", "3.png"]
    with Image.open(new / "1" / "1.png") as picture:
        assert picture.size == (9, 10)
    run("score", model, new, "--out", out, "--overwrite")
    assert pd.read_csv(out)["file"].tolist() == ["1/1.png", "1/2.png", "1/3.png"]

    assert "a new or an empty folder" in run("sample", model, "--out", new, code=2).stderr


def test_images_in_python_are_scaled_to_one_size():
    random = np.random.default_rng(0)
    images = [random.integers(0, 256, (8 + i % 2, 9, 3), dtype=np.uint8) for i in range(30)]
    options = {"epochs": 1, "hidden": (8,), "random_state": 0}

    with pytest.raises(DataError, match="resize=64"):
        VAEEmbedding(**options).fit(images)

    estimator = VAEEmbedding(data=DataOptions(resize=(6, 5)), **options).fit(images)

    assert estimator.schema_.x[0].shape == (3, 6, 5) and estimator.sample(2).shape == (2, 6, 5, 3)
    assert estimator.score_samples([np.moveaxis(images[0], -1, 0)[:, :7].transpose(1, 2, 0)]).shape == (1,)
