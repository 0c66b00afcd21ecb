r"""The manifest of a folder: JSON with its own sha256 and the sha256 of every other file."""

from __future__ import annotations

__all__ = ["MANIFEST", "damaged", "digest", "names_in", "signed", "verified"]

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from semivae.errors import StoreError
from semivae.store.files import regular

MANIFEST = "model.json"

# A table of 100,000 columns takes about 46 MiB. A larger file is refused before it fills the memory.
LARGEST = 2**28


def signed(facts: Mapping[str, Any]) -> bytes:
    """Returns a manifest, as bytes of JSON, with the sha256 of its content."""

    text = json.dumps({**facts, "sha256": digest(facts)}, indent=2, ensure_ascii=False)

    # The name of a column may be invalid Unicode.
    return text.encode("utf-8", "surrogatepass")


def verified(path: Path) -> dict[str, Any]:
    r"""Reads a manifest and checks the sha256 of its own content.

    Raises:
        StoreError: If it cannot be read, or has changed since it was saved.
    """

    try:
        if (size := regular(path)) > LARGEST:
            raise damaged(path, f"it has {size:,} bytes, more than the limit of {LARGEST:,}")

        content = path.read_bytes()
        facts = json.loads(content)
        del facts["sha256"]
        # Compare bytes: 1e-05 and 1E-05 are the same number but differ by one flipped bit.
        whole = signed(facts) == content
    except StoreError:
        raise
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise damaged(path, "it cannot be read as JSON with a checksum") from None

    if not whole:
        raise damaged(path, "its content has changed since it was saved")

    return facts


def digest(facts: Mapping[str, Any]) -> str:
    """Returns the sha256 of JSON values, independent of their layout in a file."""

    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def names_in(facts: Mapping[str, Any], path: Path) -> dict[str, str]:
    r"""Returns the sha256 of each file that a manifest lists, by path in the folder.

    Arguments:
        facts: The content of the manifest.
        path: The manifest, for messages.

    Raises:
        StoreError: If the list is malformed, or a path leads out of the folder.
    """

    files = facts.get("files")

    if not isinstance(files, dict) or not all(isinstance(value, str) for value in files.values()):
        raise damaged(path, "its list of files with their sha256 is malformed")

    for name in files:
        parts = PurePosixPath(name).parts

        if not parts or name.startswith("/") or ".." in parts or "\\" in name or "\0" in name or name == MANIFEST:
            raise damaged(path, f"it lists {name!r}, which is not a path inside the folder")

    return files


def damaged(path: Path, what: str) -> StoreError:
    """Returns the error for a damaged file."""

    return StoreError(
        f"{path} is missing or damaged: {what}", "", "save the model again, or restore the folder from a copy"
    )
