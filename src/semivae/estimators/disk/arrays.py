r"""Files of named arrays beside the weights of a saved model."""

from __future__ import annotations

__all__ = ["read_arrays"]

from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from semivae.store import SavedFolder


def read_arrays(saved: SavedFolder, name: str) -> dict[str, NDArray[Any]]:
    r"""Reads a file of named arrays.

    Arguments:
        saved: The folder.
        name: The file.

    Raises:
        StoreError: If it is damaged, or holds NaN or infinity.
    """

    try:
        arrays = safetensors.numpy.load(saved.read(name))
    except Exception as error:
        raise saved.wrong(f"{name} is damaged: {error}") from None

    if not all(np.isfinite(value).all() for value in arrays.values()):
        raise saved.wrong(f"{name} holds NaN or infinity")

    return arrays
