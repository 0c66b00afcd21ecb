r"""Public files: found on this machine or downloaded on request, and always checked.

Pooch (https://www.fatiando.org/pooch) downloads a file under a temporary name and gives it its own name when our check
has passed. A broken download is therefore never kept, and processes may download the same file at once.
"""

from __future__ import annotations

__all__ = ["Remote", "cache", "fetch", "find"]

import hashlib
import logging
import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from semivae.data.files.idx import contents
from semivae.errors import DataError

LOG = logging.getLogger(__name__)
TIMEOUT = 30  # seconds without an answer, after which the next mirror is tried
CHUNK = 2**18  # bytes written at a time


@dataclass(frozen=True)
class Remote:
    r"""A public file.

    Attributes:
        folder: The folder of its set.
        file: Its name, without .gz.
        sha256: The hash of its unpacked content; mirrors pack the same content differently.
        mirrors: The addresses of folders that have the packed file.
    """

    folder: str
    file: str
    sha256: str
    mirrors: tuple[str, ...]


def folders() -> list[Path]:
    """Returns the folders to search: $SEMIVAE_DATA if it is set, then the cache."""

    named = os.environ.get("SEMIVAE_DATA")

    return [*([Path(named).expanduser()] if named else []), cache()]


def cache() -> Path:
    """Returns the folder for downloaded files and for encoded rows of streams."""

    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "semivae"


def find(folder: str, files: Sequence[str]) -> str | None:
    """Returns the first place that has all files of a set, or None."""

    places = [place / folder for place in folders()]

    return next((str(place) for place in places if all(located(place, file) for file in files)), None)


def located(place: Path, file: str) -> Path | None:
    """Returns the path of a file, packed or not, or None."""

    return next((path for path in (place / f"{file}.gz", place / file) if path.is_file()), None)


def fetch(remote: Remote, *, download: bool = False) -> bytes:
    r"""Returns the unpacked content of a public file.

    Arguments:
        remote: The file.
        download: Whether to download the file if it is not on this machine.

    Raises:
        DataError: If the file is damaged, or is not on this machine and is not or cannot be downloaded.
    """

    found = filter(None, (located(place / remote.folder, remote.file) for place in folders()))
    path = next(found, None)

    if path is None:
        path = downloaded(remote) if download else refuse(remote, "it is not on this machine", "download=True, or ")

    try:
        return checked(path, remote)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DataError(f"{path} is damaged ({error})", "the whole file is needed", f"rm '{path}'") from error


def checked(path: Path, remote: Remote) -> bytes:
    r"""Returns the unpacked content of a file.

    Raises:
        ValueError: If its hash is wrong.
        OSError, EOFError, zlib.error: If it cannot be read or unpacked.
    """

    content = contents(path)

    if hashlib.sha256(content).hexdigest() != remote.sha256:
        raise ValueError("its sha256 is wrong")

    return content


def downloaded(remote: Remote) -> Path:
    """Downloads a file into the cache, from the first mirror that has it, and returns its path."""

    import pooch

    pooch.get_logger().setLevel(logging.WARNING)  # it prints every download; a library logs instead
    reasons = []

    for mirror in remote.mirrors:
        url, name = f"{mirror}/{remote.file}.gz", f"{remote.file}.gz"
        LOG.info("downloading %s", url)

        try:
            # known_hash would be the hash of the packed file, which differs between mirrors.
            return Path(pooch.retrieve(url, None, name, cache() / remote.folder, downloader=checking(remote)))
        except (OSError, EOFError, ValueError, zlib.error) as error:
            reasons.append(f"{mirror}: {error}")

    refuse(remote, "; ".join(reasons))


def checking(remote: Remote) -> Any:
    """Returns a downloader for pooch that checks the file while it still has a temporary name."""

    from pooch import HTTPDownloader

    def download(url: str, file: str, _: Any) -> None:
        HTTPDownloader(chunk_size=CHUNK, timeout=TIMEOUT)(url, file, None)
        checked(Path(file), remote)

    return download


def refuse(remote: Remote, reason: str, fix: str = "") -> NoReturn:
    """Raises an error that says which file to put where, after a simpler fix if there is one."""

    raise DataError(
        f"{remote.folder} needs the file {remote.file}.gz ({reason})",
        f"it is looked for in {', '.join(str(place / remote.folder) for place in folders())}",
        f"{fix}put it there, for instance from {remote.mirrors[0]}/{remote.file}.gz, "
        f"or set SEMIVAE_DATA to a folder that holds it in {remote.folder}/",
    )
