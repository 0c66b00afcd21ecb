r"""Atomic files and folders: complete or absent, and written by one process at a time."""

from __future__ import annotations

__all__ = [
    "MANIFEST",
    "Place",
    "SavedFolder",
    "digest",
    "exists",
    "known_files",
    "open_folder",
    "read_folder",
    "refuse_to_replace",
    "regular",
    "remove_folder",
    "replaced",
    "resolved",
    "signed",
    "sync",
    "taken",
    "unwritable",
    "verified",
    "write_file",
    "write_folder",
]

from semivae.store.files import exists, regular, replaced, sync, write_file
from semivae.store.folder import known_files, refuse_to_replace, remove_folder, write_folder
from semivae.store.lock import resolved, unwritable
from semivae.store.manifest import MANIFEST, digest, signed, verified
from semivae.store.place import Place, taken
from semivae.store.saved import SavedFolder, open_folder, read_folder
