r"""Searches the latent space of a saved model for rows with wanted values, at once or batch by batch."""

from __future__ import annotations

__all__ = ["Asked", "arrays_of", "ask", "figure_of", "refuse_form", "search", "searched", "tell"]

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from semivae.errors import DataError, SettingError

if TYPE_CHECKING:
    from semivae.fitted import Fitted, Saved
    from semivae.latent import Found, Search, SurrogateName
    from semivae.workflows.aims import Aims

# Rows that a model draws where no data are given and no gate needs real ones.
DRAWN = 2_000


@dataclass(frozen=True)
class Asked:
    r"""The wishes for a search, beside its aims.

    Attributes:
        data: A file or the name of a set with reference rows; None to draw rows from the model.
        split: The rows of a named set.
        header: Whether the first line of a text file names the columns.
        gate: Whether designs unlike the rows are refused, or marked; None for no gate.
        prior_weight: The weight of the density of latents.
        history: The file of the history (.json).
        seed: The seed.
        surrogate: The library of the Gaussian process; "auto" is BoTorch if it is installed.
    """

    data: str | None = None
    split: str = "train"
    header: bool = True
    gate: Literal["refuse", "mark"] | None = "refuse"
    prior_weight: float = 0.1
    history: Path | None = None
    seed: int = 0
    surrogate: SurrogateName = "auto"


def search(model: Saved, aims: Aims, asked: Asked, evaluations: int = 50, proposals: int = 10, batch: int = 1) -> Found:
    r"""Searches for rows with wanted values, evaluating designs by the model or by a black box.

    Arguments:
        model: The model.
        aims: The aims.
        asked: The wishes.
        evaluations: The number of designs that are evaluated.
        proposals: The number of designs that are returned.
        batch: The number of designs that are chosen at a time.

    Raises:
        DataError: If the reference rows cannot be read, or are missing.
        SettingError: If an aim cannot be used.
        StoreError: If the history cannot be read or written.
    """

    return searched(model, aims, references(model, asked), asked, evaluations, proposals, batch)


def searched(
    model: Fitted,
    aims: Aims,
    x: Any,
    asked: Asked,
    evaluations: int = 50,
    proposals: int = 10,
    batch: int = 1,
    look: Callable[[Search], bool] | None = None,
) -> Found:
    r"""Searches as :func:`search` does, given the reference rows themselves.

    Arguments:
        model: The model.
        aims: The aims.
        x: The reference rows.
        asked: The wishes; their data are not read.
        evaluations: The number of designs that are evaluated.
        proposals: The number of designs that are returned.
        batch: The number of designs that are chosen at a time.
        look: Sees the search after each batch, and ends it early if it returns True.
    """

    from semivae.latent import optimize

    return optimize(
        model,
        aims.goals(model),
        x,
        evaluations=evaluations,
        proposals=proposals,
        batch=batch,
        constraints=aims.constraints(),
        predict=aims.prediction(model),
        gate=asked.gate,
        prior_weight=asked.prior_weight,
        label=aims.label(model),
        history=asked.history,
        look=look,
        seed=asked.seed,
        surrogate=asked.surrogate,
    )


def ask(model: Saved, aims: Aims, asked: Asked, n: int) -> Found:
    r"""Returns new designs, whose values are to be told; the history is saved first.

    Arguments:
        model: The model.
        aims: The aims, by hand.
        asked: The wishes, with a history.
        n: The number of designs.
    """

    import pandas as pd

    from semivae.latent import CHECKS, Found

    running = by_hand(model, aims, asked)
    designs = running.ask(n)
    running.history.save(path_of(asked))
    facts = pd.DataFrame({"design": designs.numbers}).assign(**dict.fromkeys(running.history.goals, float("nan")))
    facts["trusted"] = [reason == "" for reason in designs.reasons]
    facts["reason"] = [CHECKS.get(reason, "") for reason in designs.reasons]
    counts = dict(running.history.refused)

    return Found(
        designs.rows, facts, designs.latents, int(running.history.told.sum()), counts, running.prior_weight, running
    )


def tell(model: Saved, aims: Aims, asked: Asked, results: Path, proposals: int = 10) -> Found:
    r"""Takes the values of designs from a file, saves the history, and returns the best designs so far.

    Arguments:
        model: The model.
        aims: The aims, by hand.
        asked: The wishes, with the history of :func:`ask`.
        results: A file with the column `design` and one for each goal; lines without values are skipped.
        proposals: The number of designs that are returned.

    Raises:
        DataError: If the file cannot be read, or lacks a column.
    """

    from semivae.data.read import read
    from semivae.latent import best_of

    running = by_hand(model, aims, asked)
    goals = list(running.history.goals)
    table = read(str(results), None).x
    absent = [name for name in ("design", *goals) if not hasattr(table, "columns") or name not in table]

    if absent:
        raise DataError(
            f"{results} has no column {', '.join(absent)}",
            "designs are known by their number, and each goal has a column",
            "fill in the file that the search wrote",
        )

    table = table.dropna(subset=["design", *goals])
    running.tell(table["design"].to_numpy().astype(int), table[goals].to_numpy(dtype=float))
    running.history.save(path_of(asked))

    return best_of(running, proposals, aims.prediction(model))


def by_hand(model: Saved, aims: Aims, asked: Asked) -> Search:
    """Returns the search of a history, or a new one, whose values are told from outside."""

    from semivae.latent import Gate, History, Search, Space, first_of

    path = path_of(asked)
    space = Space(model, references(model, asked), aims.label(model), asked.seed)
    gate = None if asked.gate is None else Gate(space, aims.prediction(model), seed=asked.seed)

    return Search(
        space,
        aims.goals(model),
        constraints=aims.constraints(),
        gate=gate,
        mark=asked.gate == "mark",
        prior_weight=asked.prior_weight,
        first=first_of(space.size, 30),
        predict=aims.prediction(model),
        seed=asked.seed,
        surrogate=asked.surrogate,
        history=History.load(path) if path.exists() else None,
    )


def path_of(asked: Asked) -> Path:
    r"""Returns the path of the history.

    Raises:
        SettingError: If there is none.
    """

    if asked.history is None:
        raise SettingError(
            "history=None",
            "a search that is asked and told keeps its designs in a file between the calls",
            "history='search.json'",
        )

    return asked.history


def references(model: Saved, asked: Asked) -> Any:
    r"""Returns the rows that designs are compared with.

    Raises:
        DataError: If a gate needs rows and none are given.
    """

    from semivae.data.codecs.choose import codec_of
    from semivae.workflows.inputs.rows import read_rows

    if asked.data is not None:
        return codec_of(model.schema_).plain(read_rows(model, asked.data, asked.split, asked.header).x)

    if asked.gate is not None:
        raise DataError(
            "no DATA is given",
            "a saved model keeps no rows, and the gate compares designs with real rows",
            "give DATA, such as the rows of the fit, or gate='none'",
        )

    return codec_of(model.schema_).plain(model.sample(DRAWN, random_state=asked.seed))


def figure_of(model: Fitted, aims: Aims, found: Found, form: str) -> bytes:
    r"""Returns the figure of a search as the content of a file.

    Arguments:
        model: The model.
        aims: The aims. The contours show the first; a black box, or values told by hand, cost too much for them.
        found: The result of the search.
        form: "png", "svg" or "pdf".
    """

    from semivae.figures import latent_search, to_bytes
    from semivae.workflows.found import path_of_search

    outside = aims.black_box is not None or aims.by_hand
    goal = aims.goals(model)[0]

    return to_bytes(latent_search(**path_of_search(found, None if outside else goal.measure, goal.name)), form)


def refuse_form(model: Saved, path: Path) -> None:
    r"""Checks that designs of a model can be written in the form that the ending of a file names.

    Raises:
        SettingError: If they cannot.
    """

    image, arrays = model.schema_.image, path.suffix.lower() == ".npz"

    if image != arrays:
        needed = "the designs are images, not rows of a table" if image else "the designs are rows of a table"
        fix = path.with_suffix(".npz" if image else ".csv")

        raise SettingError(f"out={str(path)!r}", needed, f"out={str(fix)!r}")


def arrays_of(found: Found) -> bytes:
    """Returns images as npz: X, their latents z, and all facts."""

    import numpy as np

    facts = {name: column.to_numpy() for name, column in found.facts.items()}
    arrays = {name: values.astype(str) if values.dtype == object else values for name, values in facts.items()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **{"X": found.rows, "z": found.latents, **arrays})

    return buffer.getvalue()
