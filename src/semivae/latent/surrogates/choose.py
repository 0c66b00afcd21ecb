r"""The choice of the library that does the arithmetic of Gaussian processes."""

from __future__ import annotations

__all__ = ["SurrogateName", "surrogate_named"]

from importlib.util import find_spec
from typing import Literal

from semivae.errors import SettingError
from semivae.latent.surrogates.base import Surrogate
from semivae.latent.surrogates.botorch import BotorchSurrogate
from semivae.latent.surrogates.scikit import ScikitSurrogate

SurrogateName = Literal["auto", "scikit-learn", "botorch"]


def surrogate_named(name: SurrogateName) -> type[Surrogate]:
    r"""Returns the Gaussian process of a library.

    Arguments:
        name: "scikit-learn" or "botorch"; "auto" is BoTorch if it is installed.

    Raises:
        SettingError: If there is no such library, or it is not installed.
    """

    if name not in ("auto", "scikit-learn", "botorch"):
        raise SettingError(f"surrogate={name!r}", "it must be 'auto', 'scikit-learn' or 'botorch'", "surrogate='auto'")

    installed = name != "scikit-learn" and find_spec("botorch") is not None

    if name == "botorch" and not installed:
        raise SettingError(
            "botorch is not installed", "surrogate='botorch' needs it", "pip install 'semivae[optimize]'"
        )

    return BotorchSurrogate if installed else ScikitSurrogate
