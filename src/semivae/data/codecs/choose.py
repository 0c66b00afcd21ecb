r"""Rebuilds the codec of a schema."""

from __future__ import annotations

__all__ = ["codec_of"]

from collections.abc import Sequence

from semivae.data.codecs.array import ArrayCodec
from semivae.data.codecs.base import Codec
from semivae.data.codecs.frame import FrameCodec
from semivae.data.codecs.images import ImageCodec
from semivae.data.codecs.sequences import SequenceCodec
from semivae.data.codecs.sparse import SparseCodec
from semivae.data.codecs.vectors import VectorCodec
from semivae.schema import Schema


def codec_of(schema: Schema, notes: Sequence[str] = ()) -> Codec:
    """Rebuilds the codec of a schema, with the notes on its columns."""

    codecs: list[type[Codec]] = [ArrayCodec, FrameCodec, ImageCodec, VectorCodec, SparseCodec, SequenceCodec]
    codec = next(codec for codec in codecs if codec.container == schema.container)

    return codec(schema.x, schema.left_out, notes)
