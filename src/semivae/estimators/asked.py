r"""The private side of estimators, as nearby files use it: protocols that extend :mod:`semivae.fitted`."""

from __future__ import annotations

__all__ = ["Coded", "Stored"]

from typing import TYPE_CHECKING, Any, Protocol

from semivae.fitted import Fitted

if TYPE_CHECKING:
    from torch import Tensor

    from semivae.data.codecs.base import Codec


class Coded(Protocol):
    r"""An estimator that keeps the codec of its rows.

    Attributes:
        codec_: The codec.
    """

    codec_: Codec


class Stored(Fitted, Protocol):
    r"""A fitted estimator that can be saved.

    Attributes:
        random_state: The parameter that gave its seed.
    """

    random_state: Any

    def _check(self) -> None:
        """Checks the value of every parameter."""
        ...

    def _tensors(self) -> dict[str, Tensor]:
        """Returns the arrays of a saved model by name."""
        ...
