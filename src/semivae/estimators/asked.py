r"""The private side of estimators, as the files around them use it: protocols beside those of :mod:`semivae.fitted`."""

from __future__ import annotations

__all__ = ["Coded", "Stored"]

from typing import TYPE_CHECKING, Any, Protocol

from semivae.fitted import Fitted

if TYPE_CHECKING:
    from torch import Tensor

    from semivae.data.codecs.base import Codec


class Coded(Protocol):
    r"""An estimator that keeps the translation of its rows.

    Attributes:
        codec_: The translation.
    """

    codec_: Codec


class Stored(Fitted, Protocol):
    r"""A fitted estimator that can be saved.

    Attributes:
        random_state: The parameter that its seed came from.
    """

    random_state: Any

    def _tensors(self) -> dict[str, Tensor]:
        """Returns the arrays of a saved model by name."""
        ...
