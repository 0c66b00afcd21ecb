r"""Which codec fits which rows."""

from __future__ import annotations

__all__ = ["codec_for", "codec_of"]

from collections.abc import Sequence

from semivae.data.codecs.array import ArrayCodec
from semivae.data.codecs.base import Codec, Rows
from semivae.data.codecs.frame import FrameCodec, is_frame
from semivae.data.codecs.images import ImageCodec, is_images
from semivae.data.codecs.selection import EVERYTHING, Selection
from semivae.variables import Schema


def codec_for(X: Rows, selection: Selection = EVERYTHING) -> Codec:
    r"""Fits the codec that suits some rows.

    Arguments:
        X: A frame (pandas, polars); images with shape (N, H, W), (N, H, W, C) or (N, C, H, W), or a list of
            them; or a table of numbers with shape (N, P).
        selection: Which columns of a frame are modeled.

    Returns:
        The fitted codec.

    Raises:
        DataError: If the rows cannot be used.
        SettingError: If columns are selected that are not there, or have no names.
    """

    if is_frame(X):
        return FrameCodec.fit(X, selection)

    selection.refuse("arrays")

    return ImageCodec.fit(X) if is_images(X) else ArrayCodec.fit(X)


def codec_of(schema: Schema, notes: Sequence[str] = ()) -> Codec:
    """Rebuilds the codec that a schema came from, with the notes on its columns."""

    codecs: list[type[Codec]] = [ArrayCodec, FrameCodec, ImageCodec]
    codec = next(codec for codec in codecs if codec.container == schema.container)

    return codec(schema.x, schema.left_out, notes)
