r"""A committee as named arrays, and back: they are stored with a model."""

from __future__ import annotations

__all__ = ["arrays_of", "committee_of"]

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.committee.committee import MODEL, Committee, seen
from semivae.committee.learners import learners
from semivae.committee.linear import Linear
from semivae.committee.trees import Trees

Arrays = Mapping[str, NDArray[Any]]

# The arrays beside those of the members.
WEIGHT, BEFORE, AFTER = "weight", "before", "after"

KINDS: dict[str, type[Any]] = {"trees": Trees, "linear": Linear}


def arrays_of(committee: Committee) -> dict[str, NDArray[Any]]:
    """Returns the arrays of a committee, by name."""

    shares = {BEFORE: committee.before, AFTER: committee.after}
    found = {name: part for name, part in shares.items() if part is not None}

    for name, weight in committee.weights.items():
        found[f"{WEIGHT}.{name}"] = np.array([weight])

    for name, member in committee.members.items():
        kind = next(kind for kind, learned in KINDS.items() if isinstance(member, learned))
        found |= {f"{name}.{kind}.{part}": value for part, value in vars(member).items()}

    return {name: np.ascontiguousarray(value) for name, value in found.items()}


def committee_of(arrays: Arrays, target: str, row: int, latent: int, outputs: int) -> Committee:
    r"""Returns the committee of named arrays.

    Arguments:
        arrays: The arrays.
        target: The form of the target, "category" or "real".
        row: The numbers of a row.
        latent: The size of the latent.
        outputs: The classes, or 1 for a number.

    Raises:
        ValueError: If the arrays are not a committee.
    """

    weights = {name.split(".")[1]: float(value[0]) for name, value in arrays.items() if name.startswith(f"{WEIGHT}.")}
    members = {}

    for name in weights.keys() - {MODEL}:
        if name not in learners or learners[name].target != target:
            raise ValueError(f"there is no learner {name!r} of this target")

        width = seen(name, np.empty((0, row)), np.empty((0, latent))).shape[1]
        members[name] = member_of(arrays, name, width, outputs)

    shares = [arrays.get(name) for name in (BEFORE, AFTER)]
    found = Committee({name: members[name] for name in learners if name in members}, weights, *shares)
    problem = problem_of(found, outputs) or unknown(arrays, found)

    if problem:
        raise ValueError(problem)

    return found


def member_of(arrays: Arrays, name: str, width: int, outputs: int) -> Any:
    """Returns the member of a name, whose arrays must fit rows of a width and a number of outputs."""

    for kind, learned in KINDS.items():
        fields = [field.name for field in dataclasses.fields(learned)]
        parts = [arrays.get(f"{name}.{kind}.{field}") for field in fields]

        if all(part is not None for part in parts):
            member = learned(*parts)

            if problem := member.problem(width, outputs):
                raise ValueError(f"{name}: {problem}")

            return member

    raise ValueError(f"{name}: an array is missing")


def problem_of(committee: Committee, outputs: int) -> str | None:
    """Returns the reason why a committee read from a file is impossible, in words, if it is."""

    weights = np.array(list(committee.weights.values()))

    if MODEL not in committee.weights or not (weights >= 0).all() or abs(weights.sum() - 1) > 1e-6:
        return "its weights do not sum to 1"

    for shares in (committee.before, committee.after):
        if shares is not None and (shares.shape != (outputs,) or not (shares > 0).all()):
            return "its shares of the classes are impossible"

    return None


def unknown(arrays: Arrays, committee: Committee) -> str | None:
    """Returns the names of arrays that do not belong to a committee, in words, if there are any."""

    strange = sorted(arrays.keys() - arrays_of(committee).keys())

    return f"unknown arrays {', '.join(strange)}" if strange else None
