r"""The loaders of a fit: rows in memory, held-out rows, or rows on disk."""

from __future__ import annotations

__all__ = ["Parts", "loaders", "parts_of", "reference_of", "usual_of"]

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from semivae.data.batches.loader import Loader
from semivae.data.batches.sparse import SparseTensor
from semivae.data.batches.split import hold_out
from semivae.data.batches.steps import Steps
from semivae.data.batches.stream_loader import StreamLoader
from semivae.data.codecs.binarize import binarized
from semivae.data.sparse import SparseRows
from semivae.data.stream.rows import Ingested
from semivae.engine import place
from semivae.estimators.plan.plan import Plan
from semivae.estimators.plan.rows import Counts
from semivae.estimators.rows.target import Target
from semivae.ranks import ALONE, launched
from semivae.schema import Schema
from semivae.trust.novelty import rows_to_keep


@dataclass(frozen=True)
class Parts:
    r"""The split of rows in memory into training rows and others; for rows on disk only the counts.

    Attributes:
        train: The positions of the rows to train on.
        held: The positions of the rows held out to stop early.
        reference: The positions of the unlabeled rows that new rows are compared with.
        counts: The number of rows of each part.
    """

    train: NDArray[np.int64]
    held: NDArray[np.int64]
    reference: NDArray[np.int64]
    counts: Counts


def parts_of(x: Any, target: Target, share: float, seed: int, reference: float | str = 0.0) -> Parts:
    r"""Splits the rows of a fit.

    Arguments:
        x: The rows in the units of a model, or where they are on disk.
        target: Their target.
        share: The share of rows in memory to hold out, 0 for none.
        seed: The seed of the draw.
        reference: The share of unlabeled rows to keep out as a reference, or "auto": the rows held out, if any, or as
            :func:`semivae.trust.novelty.rows_to_keep` says.
    """

    none = np.arange(0)

    if isinstance(x, Ingested):
        return Parts(none, none, none, Counts(target.labeled, target.unlabeled, memory=False))

    train, held = hold_out(target.codes, share, seed) if share else (np.arange(len(x)), none)
    unlabeled = train[~target.mask[train]]
    spare = held[~target.mask[held]]

    if reference != "auto" or not len(spare):
        kept = rows_to_keep(len(unlabeled), reference)
        spare = np.sort(np.random.default_rng([seed, 1]).permutation(unlabeled)[:kept])
        train = np.setdiff1d(train, spare)

    labeled = [int(target.mask[part].sum()) for part in (train, held)]

    return Parts(train, held, spare, Counts(labeled[0], len(train) - labeled[0], labeled[1], len(held) - labeled[1]))


def loaders(plan: Plan, schema: Schema, x: Any, target: Target, parts: Parts) -> tuple[Steps, Steps | None]:
    r"""Returns loaders of the training rows and, if any, of the rows held out for early stopping.

    Arguments:
        plan: The plan of the fit.
        schema: The variables.
        x: The rows in the units of a model, or where they are on disk.
        target: Their target.
        parts: The split of the rows.
    """

    if isinstance(x, Ingested):
        return StreamLoader(x.split, classes_of(target), **steps(plan)), None

    draws = schema.x[0].binarize == "stochastic"
    train = in_memory(plan, x, target, parts.train, draws)

    if not plan.held_out:
        return train, None  # a handful of rows has none to spare

    if draws:
        x = x.copy()
        x[parts.held] = binarized(x[parts.held], "static")

    return train, in_memory(plan, x, target, parts.held)


def reference_of(schema: Schema, x: Any, parts: Parts) -> NDArray[Any]:
    """Returns the reference rows of a fit in the units of a model, with shape (M, *); M may be 0."""

    return fixed(schema, x, parts.reference)


def usual_of(schema: Schema, x: Any, parts: Parts) -> NDArray[Any]:
    """Returns some of the reference rows, or without any, of the training rows of a fit in memory."""

    from semivae.trust.outliers import some_of

    places = parts.reference if len(parts.reference) else parts.train

    return fixed(schema, x, places[some_of(len(places))])


def fixed(schema: Schema, x: Any, places: NDArray[np.int64]) -> NDArray[Any]:
    """Returns some rows, whose pixels no step draws; without a place, no row."""

    if not len(places):
        return np.zeros((0, 1))

    return binarized(x[places], "static") if schema.x[0].binarize == "stochastic" else x[places]


def in_memory(plan: Plan, x: NDArray[Any], target: Target, part: NDArray[Any], draws: bool = False) -> Loader:
    """Returns the loader of some of the rows in memory, whose pixels the steps draw or take as they are."""

    labeled = part[target.mask[part]]
    where = place("cpu" if plan.here.several else plan.here.device, 4 * x.size)

    return Loader(
        SparseTensor(x, where) if isinstance(x, SparseRows) else torch.as_tensor(x, dtype=torch.float32, device=where),
        torch.as_tensor(target.label_points(labeled), dtype=torch.float32, device=where),
        torch.as_tensor(labeled, device=where),
        torch.as_tensor(part[~target.mask[part]], device=where),
        **steps(plan),
        draws=draws,
    )


def classes_of(target: Target) -> int:
    """Returns the number of classes of a single target; 0 for a number, several targets or none."""

    return 0 if target.variable is None else len(target.variable.classes)


def steps(plan: Plan) -> dict[str, Any]:
    """Returns the arguments that all loaders share."""

    return {
        "batch_size": plan.batch_size,
        "labeled_batch": plan.labeled_batch,
        "seed": plan.seed,
        "ranks": launched() if plan.here.several else ALONE,
    }
