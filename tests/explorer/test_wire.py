"""Binary frames: arrays come back as they went, aligned for typed arrays; and what is no frame is refused."""

import numpy as np
import pytest

from semivae.errors import DataError
from semivae.explorer.wire import pack, unpack

ARRAYS = {
    "xy": np.arange(6, dtype=np.float32).reshape(3, 2),
    "code": np.array([1, 255, 0], dtype=np.uint8),
    "none": np.zeros((0, 2), dtype=np.int16),
    "label": np.array([[np.nan]], dtype=np.float32),
}


def test_frames_come_back():
    head, arrays = unpack(pack({"id": 3, "word": "ä", "bad": float("nan")}, ARRAYS))

    assert head == {"id": 3, "word": "ä", "bad": None}
    assert all(np.array_equal(arrays[name], ARRAYS[name], equal_nan=name == "label") for name in ARRAYS)
    assert all(arrays[name].shape == ARRAYS[name].shape for name in ARRAYS)


@pytest.mark.parametrize("word", ["", "a", "abcdefg", "ä"])
def test_arrays_are_aligned(word):
    frame = pack({"word": word}, ARRAYS)

    assert len(frame) % 8 == 0
    # Before any number, as a page makes a typed array only at a multiple of the size of its numbers.
    assert frame.index(ARRAYS["xy"].tobytes()) % 8 == 0


@pytest.mark.parametrize("size", [0, 3, 7, 20, 100])
def test_parts_of_frames_are_refused(size):
    with pytest.raises(DataError, match="no frame"):
        unpack(pack({"id": 1}, ARRAYS)[:size])


def test_other_bytes_are_refused():
    with pytest.raises(DataError, match="no frame"):
        unpack(b"PNG1" + bytes(40))
