"""Arrays of .mat, HDF5 and npz files, one of which is named."""

import numpy as np
import pytest
from scipy.io import savemat

from semivae.data.files.arrays import picked
from semivae.data.read import read
from semivae.errors import DataError

FACES = np.arange(60, dtype=np.uint8).reshape(12, 5)  # images of 4x3 in columns
KIND = np.array([0, 1, 0, 1, 1])


def write_hdf5(path, arrays):
    h5py = pytest.importorskip("h5py")

    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array


WRITERS = {
    "mat": savemat,
    "npz": lambda path, arrays: np.savez(path, **arrays),
    "h5": write_hdf5,
}


@pytest.fixture(params=list(WRITERS))
def file(request, tmp_path):
    path = tmp_path / f"faces.{request.param}"
    WRITERS[request.param](path, {"ff": FACES, "kind": KIND, "spread": np.array([[1.5, 2.5]])})

    return path


def test_an_array_is_picked_turned_and_shaped(file):
    np.testing.assert_array_equal(read(f"{file}::ff").x, FACES)
    np.testing.assert_array_equal(read(f"{file}::ff.T").x, FACES.T)

    images = read(f"{file}::ff.T:4x3", "kind")

    assert images.container == "image" and images.name == file.name and images.y.tolist() == KIND.tolist()
    np.testing.assert_array_equal(images.x, FACES.T.reshape(5, 4, 3))


def test_refusals_list_what_there_is(file):
    for name, words in (
        ("fff", r"has no array 'fff'; it holds the arrays ff \(12x5 uint8\), kind .*did you mean 'ff'"),
        ("ff:4x3", r"a row of 'ff' in faces\..* has 5 values; an image of 4x3 has 12.*::ff\.T"),
        ("spread.T:4x3", "has 1 values"),
    ):
        with pytest.raises(DataError, match=f"(?s){words}"):
            read(f"{file}::{name}")

    with pytest.raises(DataError, match="has no 'age'"):
        read(f"{file}::ff", "age")

    with pytest.raises(DataError, match=r"(?s)ff has 12 rows, and kind has 5 labels.*target='NAME'"):
        read(f"{file}::ff", "kind")

    with pytest.raises(DataError, match=r"(?s)ff has 5 rows, and spread has 2 labels.*target='kind'"):
        read(f"{file}::ff.T", "spread")

    if file.suffix != ".npz":
        with pytest.raises(DataError, match=r"(?s)holds the arrays ff \(12x5 uint8\), .*Fix: .*::ff"):
            read(file)


def test_files_that_are_none(tmp_path):
    (tmp_path / "text.mat").write_text("a,b\n1,2\n" * 100)

    with pytest.raises(DataError, match="cannot be read"):
        read(f"{tmp_path / 'text.mat'}::a")

    with pytest.raises(DataError, match="does not exist"):
        read(f"{tmp_path / 'none.mat'}::a")

    (tmp_path / "table.csv").write_text("a,b\n1,2\n")

    with pytest.raises(DataError, match="holds no arrays by name"):
        read(f"{tmp_path / 'table.csv'}::a")

    assert picked(str(tmp_path / "table.csv")) is None


def test_hdf5_without_its_library(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    (tmp_path / "rows.h5").write_bytes(b"\x89HDF\r\n\x1a\n")

    with pytest.raises(DataError, match=r"pip install 'semivae\[hdf5\]'"):
        read(f"{tmp_path / 'rows.h5'}::a")


def test_frey_faces(data_root):
    faces = read(f"{data_root / 'frey_face' / 'frey_rawface.mat'}::ff.T:28x20")

    assert faces.x.shape == (1965, 28, 20) and (faces.x.min(), faces.x.max()) == (8, 238)
