r"""The history of a search: every design with its values, and the refused ones by reason, as JSON and CSV."""

from __future__ import annotations

__all__ = ["History"]

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.errors import StoreError
from semivae.store import replaced

Values = NDArray[np.float64]

FORMAT = 1


@dataclass(eq=False)
class History:
    r"""The history of a search. A search is exactly continued from it, as its draws depend on the seed and the round.

    Attributes:
        goals: The names of the goals.
        facts: The settings and the place of the search, by which another one is told apart.
        z: The latents of all designs that were asked for, with shape (N, D).
        values: Their values, NaN where they were not told, with shape (N, M).
        rounds: The round that each was asked in, with shape (N,).
        reasons: The check of the gate that each fails; empty where it passes.
        p_values: The lowest p-value of each in the gate, NaN without a gate.
        refused: The number of designs that the gate refused before any evaluation, by check.
    """

    goals: tuple[str, ...]
    facts: dict[str, Any]
    z: Values
    values: Values
    rounds: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    p_values: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    @classmethod
    def empty(cls, goals: tuple[str, ...], facts: dict[str, Any]) -> Self:
        """Returns a history without designs; the facts hold the number of latents."""

        return cls(goals, facts, np.empty((0, facts["latents"])), np.empty((0, len(goals))))

    def __len__(self) -> int:
        return len(self.z)

    @property
    def told(self) -> NDArray[np.bool_]:
        """Marks the designs with all their values, with shape (N,)."""

        return np.logical_not(np.isnan(self.values).any(axis=1))

    @property
    def asked(self) -> int:
        """The number of rounds."""

        return self.rounds[-1] + 1 if self.rounds else 0

    def add(self, z: Values, reasons: list[str], p_values: Values) -> NDArray[np.int64]:
        """Adds designs of a new round, and returns their numbers, with shape (N,)."""

        first, turn = len(self), self.asked
        self.z = np.concatenate([self.z, z])
        self.values = np.concatenate([self.values, np.full((len(z), len(self.goals)), np.nan)])
        self.rounds += [turn] * len(z)
        self.reasons += reasons
        self.p_values += p_values.tolist()

        return np.arange(first, len(self))

    def best_by_round(self, scores: Values, usable: NDArray[np.bool_]) -> list[float]:
        """Returns the best score after each round that has been told, from the end of the first designs on."""

        rounds = np.array(self.rounds)
        start = rounds[min(int(self.facts["first"]), len(rounds)) - 1]
        turns = [turn for turn in range(start, self.asked) if (usable & (rounds <= turn)).any()]

        return [float(scores[usable & (rounds <= turn)].max()) for turn in turns]

    @property
    def surrogates(self) -> list[str]:
        """The libraries whose Gaussian processes chose designs, in the order of their first use."""

        return self.facts.get("surrogates", [])

    def note_surrogate(self, name: str) -> None:
        """Notes the library of a Gaussian process that chooses a design."""

        self.facts["surrogates"] = [*dict.fromkeys([*self.surrogates, name])]

    def refuse_other(self, goals: tuple[str, ...], facts: dict[str, Any]) -> None:
        r"""Checks that this is the history of a search with some goals and facts.

        Raises:
            StoreError: If it is of another search.
        """

        other = [name for name in facts if self.facts.get(name) != facts[name]]

        if self.goals != goals or other:
            raise StoreError(
                f"the history is of another search: it differs in {', '.join(other) or 'its goals'}",
                "a search continues with the same model, rows, goals and settings",
                "give these, or start a new history",
            )

    def table(self) -> pd.DataFrame:
        """Returns one row a design: its number, round, values, latent, and verdict of the gate."""

        latents = {f"z{i}": self.z[:, i] for i in range(self.z.shape[1])}
        values = {name: self.values[:, i] for i, name in enumerate(self.goals)}
        verdict = {"p_value": self.p_values, "reason": self.reasons}

        return pd.DataFrame({"design": range(len(self)), "round": self.rounds, **values, **latents, **verdict})

    def save(self, path: str | Path) -> None:
        r"""Writes the history: everything as .json, the table of designs as .csv.

        Raises:
            StoreError: If the ending is another one, or the file cannot be written.
        """

        path = Path(path)

        match path.suffix.lower():
            case ".json":
                content = json.dumps(self.to_json(), indent=1, allow_nan=False)
            case ".csv":
                content = self.table().to_csv(index=False)
            case ending:
                raise StoreError(f"a history cannot be written as {ending or 'no ending'}", "", "use .json or .csv")

        with replaced(path) as file:
            file.write(content.encode())

    def to_json(self) -> dict[str, Any]:
        """Returns the history as plain JSON values; numbers keep every bit."""

        return {
            "format": FORMAT,
            "goals": list(self.goals),
            "facts": self.facts,
            "refused": dict(self.refused),
            "rounds": self.rounds,
            "reasons": self.reasons,
            "p_values": plain(np.asarray(self.p_values)),
            "values": plain(self.values),
            "z": plain(self.z),
        }

    @classmethod
    def load(cls, path: str | Path) -> Self:
        r"""Reads a history that was saved as JSON.

        Raises:
            StoreError: If it cannot be read, or is no whole history.
        """

        try:
            content = json.loads(Path(path).read_bytes())
            rounds = [int(turn) for turn in content["rounds"]]
            goals = tuple(map(str, content["goals"]))
            facts = dict(content["facts"])
            history = cls(
                goals,
                facts,
                np.asarray(content["z"], dtype=np.float64).reshape(len(rounds), int(facts["latents"])),
                np.asarray(content["values"], dtype=np.float64).reshape(len(rounds), len(goals)),
                rounds,
                list(map(str, content["reasons"])),
                np.asarray(content["p_values"], dtype=np.float64).tolist(),
                Counter({str(name): int(count) for name, count in content["refused"].items()}),
            )
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror or error}", "", "give another file") from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(
                f"{path} is no history of a search ({type(error).__name__}: {error})",
                "a file that a search saved as .json is needed",
                "give another file",
            ) from None

        return history


def plain(values: Values) -> Any:
    """Returns an array as lists, with None for NaN."""

    found = values.astype(object)
    found[np.isnan(values)] = None

    return found.tolist()
