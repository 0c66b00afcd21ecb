r"""The versions of a model: folders v1, v2, ... beside the file of labels. None is ever overwritten."""

from __future__ import annotations

__all__ = ["Versions"]

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semivae.errors import StoreError
from semivae.store import open_folder, resolved

if TYPE_CHECKING:
    from semivae.fitted import Fitted

NAME = re.compile(r"v[1-9][0-9]{0,6}")


class Versions:
    r"""Opens a folder of versions; it is made when the first one is kept.

    Arguments:
        folder: The folder.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = resolved(folder)

    @property
    def names(self) -> list[str]:
        """The names of the versions, oldest first."""

        if not self.folder.is_dir():
            return []

        found = [path.name for path in self.folder.iterdir() if NAME.fullmatch(path.name) and path.is_dir()]

        return sorted(found, key=lambda name: int(name[1:]))

    def place(self, name: str) -> Path:
        r"""Returns the folder of a version.

        Raises:
            StoreError: If there is none of this name.
        """

        if name not in self.names:
            raise StoreError(f"there is no version {name[:20]!r}", f"the versions are {', '.join(self.names)}")

        return self.folder / name

    def keep(self, estimator: Fitted, facts: dict[str, Any]) -> str:
        r"""Saves an estimator as the next version, unless one holds the same weights; returns the name of the version.

        Arguments:
            estimator: The estimator.
            facts: Plain values to keep with it.
        """

        from semivae.workflows.explore.refit import keep

        numbers = [int(name[1:]) for name in self.names]
        name = f"v{max(numbers, default=0) + 1}"
        keep(estimator, self.folder / name, facts)

        return name

    def same(self, folder: Path) -> str | None:
        """Returns the version that holds the weights of a saved model, if there is one."""

        return next((name for name in self.names if sums(self.folder / name) == sums(folder)), None)

    def facts(self, name: str) -> dict[str, Any]:
        """Returns the values that were kept with a version; none if they cannot be read."""

        try:
            found = open_folder(self.place(name)).facts["metrics"].get("explorer", {})
        except (StoreError, KeyError, AttributeError):
            return {}

        return found if isinstance(found, dict) else {}


def sums(folder: Path) -> dict[str, str]:
    """Returns the sums of the files with weights of a saved model."""

    try:
        found = open_folder(folder).sums
    except StoreError:
        return {}

    return {name: value for name, value in found.items() if name.endswith(".safetensors")}
