r"""Model folders that were made to do harm, and how long they keep a process busy.

As a script, `python hostile.py FOLDER` loads each of them once and prints a line of JSON: the number of folders, those
that were not refused, the longest time in seconds, and the memory beyond a normal load in MB.
"""

import functools
import itertools
import json
import operator
import os
import resource
import shutil
import struct
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
import torch
from places import PLACES

from semivae.errors import StoreError
from semivae.store import signed

ODD = {
    "null": None,
    "list": [],
    "object": {},
    "text": "x",
    "huge": 10**9,
    "larger": 10**40,
    "negative": -1,
    "nan": float("nan"),
    "infinite": float("inf"),
    "half": 0.5,
    "bool": True,
    "nested": [[[[1]]]],
}

VAMP = (("prior", "vamp"), ("components", 10**9))


def place(facts: Any, path: tuple[Any, ...], value: Any) -> None:
    """Puts a value at a path of nested facts."""

    for key in path[:-1]:
        facts = facts[key]

    facts[path[-1]] = value


def set_to(path: tuple[Any, ...], value: Any) -> Callable[[Path], None]:
    """Returns what changes one fact of a folder, and signs it again."""

    def change(folder: Path) -> None:
        facts = read(folder)
        place(facts, path, value)
        write(folder, facts)

    return change


def read(folder: Path) -> dict[str, Any]:
    """Returns the facts of a folder without their checksum."""

    facts = json.loads((folder / "model.json").read_bytes())
    del facts["sha256"]

    return facts


def write(folder: Path, facts: dict[str, Any]) -> None:
    """Signs facts as one who knows how could."""

    (folder / "model.json").write_bytes(signed(facts))


def listed(name: str, make: Callable[[Path], None]) -> Callable[[Path], None]:
    """Returns what lists one more file and makes it."""

    def change(folder: Path) -> None:
        facts = read(folder)
        facts["files"][name] = "0" * 64
        write(folder, facts)
        make(folder / name)

    return change


def in_place_of(name: str, make: Callable[[Path], None]) -> Callable[[Path], None]:
    """Returns what puts something else in the place of a file."""

    def change(folder: Path) -> None:
        (folder / name).unlink()
        make(folder / name)

    return change


def tensors(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    """Returns what changes the tensors, and signs them again."""

    def changed(folder: Path) -> None:
        held = safetensors.numpy.load((folder / "model.safetensors").read_bytes())
        held = {name: value.copy() for name, value in held.items()}
        change(held)
        content(safetensors.numpy.save(held))(folder)

    return changed


def content(raw: bytes, name: str = "model.safetensors") -> Callable[[Path], None]:
    """Returns what gives a file another content, and signs it again."""

    def change(folder: Path) -> None:
        import hashlib

        (folder / name).write_bytes(raw)
        facts = read(folder)
        facts["files"][name] = hashlib.sha256(raw).hexdigest()
        write(folder, facts)

    return change


def in_turn(*changes: Callable[[Path], None]) -> Callable[[Path], None]:
    """Returns what makes several changes."""

    def change(folder: Path) -> None:
        for one in changes:
            one(folder)

    return change


def manifest(raw: bytes) -> Callable[[Path], None]:
    """Returns what writes another manifest."""

    return lambda folder: (folder / "model.json").write_bytes(raw) and None


def sparse(path: Path) -> None:
    """Makes a file of 100 GB that takes no room."""

    with path.open("wb") as file:
        file.truncate(10**11)


def first(held: dict[str, Any], value: float) -> None:
    """Puts a value into the first tensor."""

    held[min(held)].flat[0] = value


def changes(facts: Any, path: tuple[Any, ...], value: Any) -> bool:
    """Whether a value differs from the one at a path: a model that uses no `prior` has null there."""

    *groups, last = path
    group = functools.reduce(operator.getitem, groups, facts)

    # As text, because True equals 1.
    return isinstance(group, list) or last not in group or json.dumps(group[last]) != json.dumps(value)


def cases(facts: Any) -> Iterator[tuple[str, Callable[[Path], None]]]:
    """Yields changes that make a model folder with such facts hostile, each with its name."""

    for path, kinds in PLACES.items():
        odd = {kind: ODD[kind] for kind in kinds.split() if changes(facts, path, ODD[kind])}
        yield from ((f"{'.'.join(map(str, path))} {kind}", set_to(path, value)) for kind, value in odd.items())

    for path in (
        (),
        ("parameters",),
        ("plan",),
        ("plan", "machine"),
        ("schema",),
        ("schema", "x", 0),
        ("schema", "y"),
        ("fit",),
    ):
        yield f"unknown key in {'.'.join(map(str, path)) or 'all'}", set_to((*path, "predict"), "harm")

    for key in ("format", "estimator", "model", "parameters", "plan", "schema", "fit", "metrics", "versions", "files"):

        def without(folder: Path, key: str = key) -> None:
            facts = read(folder)
            del facts[key]
            write(folder, facts)

        yield f"without {key}", without

    yield "hidden=[10**7]", set_to(("plan", "hidden"), [10**7])
    yield "hidden of a million layers", set_to(("plan", "hidden"), [1] * 10**6)
    yield "components=10**9", in_turn(*(set_to(("plan", name), value) for name, value in VAMP))
    yield "another model", set_to(("model",), "vae")
    yield "the plan of another model", set_to(("plan", "model"), "vae")
    yield "another model in all", in_turn(*(set_to(path, "vae") for path in (("model",), ("plan", "model"))))
    yield "scale 0", set_to(("schema", "x", 0, "scale"), 0)
    yield "scale=0", set_to(("plan", "scale"), 0)
    yield "temperature 0", set_to(("fit", "calibration_temperature_"), 0)
    yield "no classes", set_to(("schema", "y", "classes"), [])
    yield "one class more", set_to(("schema", "y", "classes"), ["a", "b", "c"])

    for depth in (1000, 200_000):
        yield f"nested {depth} deep", manifest(b'{"sha256": "", "files": ' + b"[" * depth + b"]" * depth + b"}")
        yield f"objects nested {depth} deep", manifest(b'{"a":' * depth + b"1" + b"}" * depth)

    for name, raw in {"empty": b"", "text": b"years", "number": b"1", "list": b"[]", "zeros": bytes(1000)}.items():
        yield f"manifest of {name}", manifest(raw)

    yield "manifest of a long number", manifest(b'{"sha256": ' + b"1" * 10**6 + b"}")

    for name in ("../outside", "/etc/passwd", "a/../../outside", "..", "", ".", "a\\..\\b", "model.json", "a\0b", "/"):
        yield f"lists {name!r}", listed(name, lambda path: None)

    for name, other in itertools.product(("model.safetensors", "history.csv", "model.json"), range(6)):
        makers: list[tuple[str, Callable[[Path], Any]]] = [
            ("a pipe", os.mkfifo),
            ("a device", lambda path: path.symlink_to("/dev/zero")),
            ("a file outside", lambda path: path.symlink_to("/etc/passwd")),
            ("a loop", lambda path: path.symlink_to(path.name)),
            ("a folder", Path.mkdir),
            ("100 GB", sparse),
        ]
        yield f"{name} is {makers[other][0]}", in_place_of(name, makers[other][1])

    for value in (float("nan"), float("inf"), -float("inf")):
        yield f"{value} in a tensor", tensors(lambda held, value=value: first(held, value))

    yield "a tensor less", tensors(lambda held: held.pop(min(held)))
    yield "a tensor more", tensors(lambda held: held.update(more=np.zeros(3, np.float32)))
    yield "another shape", tensors(lambda held: held.update({min(held): np.zeros((7, 7), np.float32)}))
    yield "another type", tensors(lambda held: held.update({min(held): held[min(held)].astype(np.float16)}))
    yield "no tensors", tensors(lambda held: held.clear())

    for length in (0, 7, 10**6, 2**40, 2**64 - 1):
        yield f"a list of {length} bytes", content(struct.pack("<Q", length) + b"{}" * 10)

    yield "tensors of text", content(b"years")
    yield "no bytes", content(b"")
    yield "history of nothing", content(b"", "history.csv")
    yield "history of zeros", content(bytes(1000), "history.csv")


def measured(whole: Path) -> dict[str, Any]:
    """Loads every hostile folder; returns what was seen."""

    from semivae import load

    load(whole).predict_proba(np.zeros((4, 3)))
    # Some models calculate with tensors without values, which imports the compiler once, in seconds.
    torch.ones(1, device="meta").log()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    longest, taken_in, count = (0.0, ""), [], 0

    for name, change in cases(read(whole)):
        folder = whole.with_name("hostile")
        shutil.copytree(whole, folder)
        change(folder)
        start = time.perf_counter()

        try:
            load(folder)
            taken_in.append(name)
        except StoreError:
            pass
        except BaseException as error:
            taken_in.append(f"{name}: {error!r}"[:300])

        longest, count = max(longest, (time.perf_counter() - start, name)), count + 1
        shutil.rmtree(folder)

    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024

    return {"folders": count, "not refused": taken_in, "longest": longest, "MB": round(memory, 1)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measured(Path(sys.argv[1]))))
