"""Pictures in folders and lists: their sizes, types of pixels and labels, and files that cannot be read."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from semivae.data.files.photos import holds_pictures
from semivae.data.files.pictures import read_pictures, sized
from semivae.data.join import with_labels
from semivae.data.read import read
from semivae.errors import DataError
from semivae.variables import Variable

GREY = np.arange(48, dtype=np.uint8).reshape(6, 8)
COLOR = np.stack([GREY, GREY[::-1], GREY[:, ::-1]], axis=-1)


def write(path, pixels, **how):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **how)

    return path


@pytest.fixture
def photos(tmp_path):
    for name in ("cat/1.png", "cat/deep/2.png", "dog/1.tiff", "unlabeled/1.png", "top.PNG"):
        write(tmp_path / name, GREY + len(name))

    (tmp_path / ".hidden").mkdir()
    write(tmp_path / ".hidden" / "1.png", GREY[:2])

    return tmp_path


def test_folders_are_classes(photos):
    rows = read(photos, "label")

    assert rows.x.files.tolist() == ["cat/1.png", "cat/deep/2.png", "dog/1.tiff", "top.PNG", "unlabeled/1.png"]
    assert rows.y.tolist() == ["cat", "cat", "dog", None, None]
    assert rows.x.shape == (5, 6, 8) and rows.x.dtype == np.uint8 and rows.container == "image"
    np.testing.assert_array_equal(rows.x[2], GREY + len("dog/1.tiff"))
    assert rows.x[[2, 0]].files.tolist() == ["dog/1.tiff", "cat/1.png"]
    assert rows.x[rows.y.notna().to_numpy(), ...].files.tolist() == rows.x.files[:3].tolist()
    assert (rows.x / 2).files is None and rows.x[0].files is None


def test_labels_in_a_table(photos):
    table = photos / "labels.csv"
    table.write_text("file,label\ncat/1.png,a\ntop.PNG,b\ndog/1.tiff,\n")

    listed = read(table, "label")
    assert listed.x.files.tolist() == ["cat/1.png", "top.PNG", "dog/1.tiff"]
    assert listed.y.tolist()[:2] == ["a", "b"] and pd.isna(listed.y[2])

    with pytest.warns(UserWarning, match=r"no pictures: 'labels\.csv'"):
        rows = read(photos)

    joined = with_labels(rows, "label", table)
    assert [None if pd.isna(label) else label for label in joined.y] == ["a", None, None, "b", None]

    table.write_text("file,label,age\ncat/1.png,a,1\nlost.png,b,2\n")

    with pytest.raises(DataError, match=r"1 of 2 pictures in 'file' of labels\.csv do not exist: 'lost\.png'"):
        read(table, "label")

    table.write_text("file,label,age\ncat/1.png,a,1\ntop.PNG,b,2\n")

    with pytest.warns(UserWarning, match="'age'"):
        assert len(read(table, "label")) == 2


@pytest.mark.parametrize(
    ("pixels", "shape", "dtype"),
    [
        (GREY, (6, 8), "uint8"),
        (GREY > 20, (6, 8), "uint8"),
        (GREY.astype(np.uint16) * 1000, (6, 8), "uint16"),
        (GREY.astype(np.float32) / 7, (6, 8), "float32"),
        (COLOR, (6, 8, 3), "uint8"),
        (np.concatenate([COLOR, 2 * COLOR[..., :1]], axis=-1), (6, 8, 4), "uint8"),
        (np.concatenate([COLOR, 0 * COLOR[..., :1] + 255], axis=-1), (6, 8, 3), "uint8"),
    ],
    ids=["grey", "black and white", "16 bits", "float", "color", "transparent", "opaque"],
)
def test_pixels_are_read_as_they_are(pixels, shape, dtype, tmp_path):
    (found,) = read_pictures([write(tmp_path / "one.tiff", pixels)])

    assert found.shape == shape and found.dtype == dtype
    np.testing.assert_array_equal(found, (255 * pixels if pixels.dtype == bool else pixels)[..., : shape[-1]])


def test_mixed_pixels_get_the_form_that_holds_all(tmp_path):
    grey, color = write(tmp_path / "1.png", GREY), write(tmp_path / "2.png", COLOR)
    model = Variable("image", "image", shape=(3, 6, 8), axes="HWC")

    np.testing.assert_array_equal(read_pictures([grey, color])[0], np.repeat(GREY[..., None], 3, axis=-1))
    np.testing.assert_array_equal(read_pictures([grey], like=model), read_pictures([grey, color])[:1])

    with pytest.raises(DataError, match=r"types of pixels: .*3\.png .uint16., .*1\.png .uint8."):
        read_pictures([grey, write(tmp_path / "3.png", GREY.astype(np.uint16))])


def test_photographs_stand_upright(tmp_path):
    header = Image.Exif()
    header[274] = 6  # its right side is the top
    write(tmp_path / "1.png", GREY, exif=header)

    np.testing.assert_array_equal(read_pictures([tmp_path / "1.png"])[0], np.rot90(GREY, -1))


def test_sizes(tmp_path):
    paths = [write(tmp_path / f"{i}.png", COLOR[:, : 4 + i]) for i in range(3)]

    with pytest.raises(DataError, match=r"3 different sizes .*1 of 6x4(?s:.*)Fix: resize=64"):
        read_pictures(paths)

    assert read_pictures(paths, (3, 5)).shape == (3, 3, 5, 3)

    model = Variable("image", "image", (3, 2, 2), axes="HWC", resized=True)
    assert read_pictures(paths, like=model).shape == (3, 2, 2, 3)
    assert sized(np.full((5, 7), 40_000, np.uint16), (3, 3)).tolist() == [[40_000] * 3] * 3


def test_files_that_cannot_be_read_are_named(photos):
    for name in ("cat/1.png", "unlabeled/1.png"):
        (photos / name).write_bytes((photos / name).read_bytes()[:50])

    with pytest.raises(DataError, match=r"2 of 5 pictures cannot be read: .*cat/1\.png .*unlabeled/1\.png"):
        read(photos)

    stack = photos / "stack" / "s.tiff"
    write(stack, GREY, save_all=True, append_images=[Image.fromarray(GREY)])

    with pytest.raises(DataError, match=r"s\.tiff holds 2 pictures"):
        read(stack.parent)


def test_folders_that_are_not_meant_so(photos):
    with pytest.raises(DataError, match=r"no 'class'(?s:.*)target='label'"):
        read(photos, "class")

    with pytest.raises(DataError, match="holds no folder with pictures of a class"):
        read(photos / "dog", "label")

    assert holds_pictures(photos)
    (photos / "cat" / "part-0.parquet").touch()
    assert not holds_pictures(photos) and not holds_pictures(photos / "dog" / "1.tiff")

    for part in ("train", "test"):
        write(photos / "parts" / part / "cat" / "1.png", GREY)

    with pytest.raises(DataError, match=r"parts of a data set(?s:.*)parts/test"):
        read(photos / "parts", "label")
