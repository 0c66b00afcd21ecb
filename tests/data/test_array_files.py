"""Arrays in npy, npz and idx files are checked by their headers before anything is read or unpacked."""

import gzip
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

from semivae.data.read import read
from semivae.data.stream.choose import is_blocks
from semivae.data.stream.rows import stream
from semivae.errors import DataError


def npy(shape, descr="'<f8'"):
    """The header of an npy file."""

    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()

    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(text)) + text


def npz(path, **arrays):
    """A zip of raw entries."""

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in arrays.items():
            archive.writestr(f"{name}.npy", content)

    return path


def claiming(path, size):
    """Makes a zip of one entry say that it unpacks to a size."""

    raw = path.read_bytes()

    with zipfile.ZipFile(path) as archive:
        held = struct.pack("<I", archive.infolist()[0].file_size)

    path.write_bytes(raw.replace(held, struct.pack("<I", size)))

    return path


@pytest.fixture
def small(monkeypatch):
    """A machine with 4 MiB of memory."""

    monkeypatch.setattr("semivae.data.files.memory.memory", lambda: 4 * 2**20)


@pytest.mark.parametrize("shape", ["(10000000, 1000000, 1000)", "(-5, 2)", "(" * 4000, "-" * 9000 + "1", "(3, 2)"])
@pytest.mark.parametrize("ending", ["npy", "npz"])
def test_header_that_is_not_true_is_damage(tmp_path, shape, ending):
    path = tmp_path / f"t.{ending}"

    if ending == "npz":
        npz(path, X=npy(shape))
    else:
        path.write_bytes(npy(shape))

    with pytest.raises(DataError, match="cannot be read"):
        read(path)


def test_arrays_that_do_not_fit_are_refused_before_they_are_unpacked(tmp_path, small):
    path = npz(tmp_path / "t.npz", X=npy("(2000000,)", "'|u1'") + bytes(2_000_000), y=npy("(1,)") + bytes(8))

    with pytest.raises(DataError, match=r"(?s)take 1.91 MiB of memory, and this machine has 4 MiB.*at most 1 MiB.*Fix"):
        read(path)

    # Arrays that are not asked for do not count.
    path = npz(tmp_path / "t.npz", other=npy("(2000000,)", "'|u1'") + bytes(2_000_000), X=npy("(1,2)") + bytes(16))
    assert read(path).x.tolist() == [[0, 0]]

    np.save(tmp_path / "t.npy", np.zeros((2000, 30, 30), np.uint8))
    (tmp_path / "t-ubyte").write_bytes(b"\0\0\x08\x01" + struct.pack(">I", 2_000_000) + bytes(2_000_000))
    (tmp_path / "t-ubyte.gz").write_bytes(gzip.compress((tmp_path / "t-ubyte").read_bytes()))

    for name in ("t.npy", "t-ubyte", "t-ubyte.gz"):
        with pytest.raises(DataError, match="of memory, and this machine has 4 MiB"):
            read(tmp_path / name)


def test_size_that_an_archive_claims_is_refused_too(tmp_path):
    whole = npy("(4294967000,)", "'|u1'")
    path = claiming(npz(tmp_path / "t.npz", X=whole + bytes(9)), len(whole) + 4_294_967_000)

    with pytest.raises(DataError, match=r"of memory, and this machine has|cannot be read"):
        read(path)


def test_no_more_is_unpacked_than_an_idx_file_claims(tmp_path):
    path = tmp_path / "t-ubyte.gz"
    path.write_bytes(gzip.compress(b"\0\0\x08\x02" + struct.pack(">II", 2, 2) + bytes(50_000_000)))
    tracemalloc.start()

    with pytest.raises(DataError, match="truncated or damaged: 4 bytes of values and more"):
        read(path)

    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()

    path.write_bytes(gzip.compress(b"\0\0\x08\x03" + b"\xff" * 12))
    with pytest.raises(DataError, match="truncated or damaged"):
        read(path)


def test_archives_that_cannot_be_unpacked(tmp_path):
    path = npz(tmp_path / "t.npz", X=npy("(1,2)") + bytes(16))
    raw = bytearray(path.read_bytes())

    for place in (raw.index(b"PK\3\4") + 6, raw.index(b"PK\1\2") + 8):
        raw[place] |= 1  # says that it is encrypted

    path.write_bytes(raw)

    with pytest.raises(DataError, match=r"cannot be read \(RuntimeError.*encrypted"):
        read(path)

    np.save(tmp_path / "t.npy", np.zeros(3))
    path.write_bytes((tmp_path / "t.npy").read_bytes())

    with pytest.raises(DataError, match="is an npy file"):
        read(path)


def test_npy_files_hold_tables_or_images(tmp_path):
    path = tmp_path / "t.npy"

    for shape in [(4, 3), (4, 5, 5), (4, 5, 5, 3)]:
        x = np.random.default_rng(0).random(shape)
        np.save(path, x)

        np.testing.assert_array_equal(read(path).x, x)
        assert is_blocks(path) == (len(shape) == 2)
        np.testing.assert_array_equal(np.concatenate(list(stream(path).rows())), x)

    np.save(path, np.zeros((2, 3, 4, 5, 6)))

    with pytest.raises(DataError, match="an array with shape"):
        len(stream(path))

    np.save(path, np.asfortranarray(np.arange(6.0).reshape(2, 3)))
    assert read(path).x.tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    "array",
    [
        np.arange(5.0),
        np.array(3.0),
        np.zeros((2, 3, 4, 5, 6)),
        np.array([[{}]], dtype=object),
        np.zeros((3, 2), dtype=[("a", "f8")]),
        np.ones((3, 2)) * 1j,
        np.array([["a"]]),
        np.zeros((0, 2)),
    ],
)
def test_other_arrays_are_refused(tmp_path, array):
    path = tmp_path / "t.npy"
    np.save(path, array, allow_pickle=True)

    for use in (read, lambda path: len(stream(path))):
        with pytest.raises(DataError, match=r"(?s)must hold numbers with shape.*Fix: np.save"):
            use(path)


def test_labels_of_an_array_come_from_a_second_file(tmp_path):
    np.save(tmp_path / "t.npy", np.zeros((3, 2)))

    for use in (read, stream):
        for target in ("y", "x1"):
            with pytest.raises(DataError, match=r"(?s)second file, with the columns row.*labels='labels.csv'"):
                getattr(use(tmp_path / "t.npy", target), "label_column")  # noqa: B009
