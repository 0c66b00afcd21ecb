r"""Public files, found on this machine or downloaded, and always checked."""

from __future__ import annotations

__all__ = ["Remote", "cache", "fetch", "find", "folders"]

import gzip
import hashlib
import http.client
import logging
import os
import tempfile
import urllib.request
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from semivae.data.files.idx import contents
from semivae.errors import DataError

LOG = logging.getLogger(__name__)
TIMEOUT = 30  # seconds without an answer, after which the next mirror is tried


@dataclass(frozen=True)
class Remote:
    r"""A public file.

    Attributes:
        folder: The folder of its set.
        file: Its name, without .gz.
        sha256: The hash of its content when unpacked, as mirrors differ in how they packed it.
        mirrors: Where its packed form can be had.
    """

    folder: str
    file: str
    sha256: str
    mirrors: tuple[str, ...]


def folders() -> list[Path]:
    """Returns where files are looked for: $SEMIVAE_DATA, `shared/data` beside the checkout, the cache."""

    named = os.environ.get("SEMIVAE_DATA")
    checkouts = [Path.cwd(), Path(__file__).resolve().parents[3]]

    return [
        *([Path(named).expanduser()] if named else []),
        *(checkout.parent / "shared" / "data" for checkout in checkouts),
        cache(),
    ]


def cache() -> Path:
    """Returns the folder into which files are downloaded, and streams are ingested."""

    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "semivae"


def find(folder: str, files: Sequence[str]) -> str | None:
    """Returns the first folder that has all the files of a set, or None."""

    places = [place / folder for place in folders()]

    return next((str(place) for place in places if all(located(place, file) for file in files)), None)


def located(place: Path, file: str) -> Path | None:
    """Returns the path of a file, packed or not, or None."""

    return next((path for path in (place / f"{file}.gz", place / file) if path.is_file()), None)


def fetch(remote: Remote, *, download: bool = False) -> bytes:
    r"""Returns the unpacked content of a public file.

    Arguments:
        remote: The file.
        download: Whether it may be downloaded if it is not on this machine.

    Raises:
        DataError: If it is not on this machine and may not or cannot be downloaded, or if it is damaged.
    """

    found = filter(None, (located(place / remote.folder, remote.file) for place in folders()))
    path = next(found, None)

    if path is not None:
        return checked(path, remote)

    return downloaded(remote) if download else refuse(remote, "it is not on this machine")


def checked(path: Path, remote: Remote) -> bytes:
    """Returns the content of a file whose hash is right."""

    try:
        content = contents(path)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({error})", "it must be a whole file", f"rm '{path}'") from error

    if hashlib.sha256(content).hexdigest() != remote.sha256:
        raise DataError(f"{path} is damaged, or another file of that name", "its hash must be right", f"rm '{path}'")

    return content


def downloaded(remote: Remote) -> bytes:
    """Downloads a file from the first mirror that has it, and keeps it in the cache."""

    reasons = []

    for mirror in remote.mirrors:
        url = f"{mirror}/{remote.file}.gz"
        LOG.info("downloading %s", url)

        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
                packed = answer.read()

            content = gzip.decompress(packed)
        except (OSError, EOFError, ValueError, zlib.error, http.client.HTTPException) as error:
            reasons.append(f"{mirror}: {error}")
            continue

        if hashlib.sha256(content).hexdigest() == remote.sha256:
            keep(packed, cache() / remote.folder / f"{remote.file}.gz")

            return content

        reasons.append(f"{mirror}: the hash of the file is wrong")

    return refuse(remote, "; ".join(reasons))


def keep(packed: bytes, path: Path) -> None:
    """Writes a file so that it is whole or not there, also if two processes do it at once."""

    path.parent.mkdir(parents=True, exist_ok=True)

    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(packed)

    os.replace(file.name, path)


def refuse(remote: Remote, reason: str) -> bytes:
    """Says which file to put where."""

    raise DataError(
        f"{remote.folder} needs the file {remote.file}.gz ({reason})",
        f"it is looked for in {', '.join(str(place / remote.folder) for place in dict.fromkeys(folders()))}",
        f"put it there, for instance from {remote.mirrors[0]}/{remote.file}.gz, "
        "or set SEMIVAE_DATA to a folder that holds it in "
        f"{remote.folder}/",
    )
