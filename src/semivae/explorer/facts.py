r"""The facts that the page shows, as plain values and frames."""

from __future__ import annotations

__all__ = ["column_frame", "facts", "points_frame", "rows_of", "selected", "selection_csv"]

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semivae.errors import DataError
from semivae.explorer.places import PROJECTIONS
from semivae.explorer.wire import pack
from semivae.explorer.workspace import Workspace


def facts(work: Workspace) -> dict[str, Any]:
    """Returns everything about an exploration but its rows."""

    session, marking = work.session, work.marking
    middle, deviation = session.z.mean(axis=0), session.z.std(axis=0)

    return {
        "data": work.name,
        "rows": len(session),
        "model": session.estimator.model_name_,
        "estimator": type(session.estimator).__name__,
        "version": session.version,
        "versions": [{"name": name, **work.versions.facts(name)} for name in work.versions.names],
        "learns": work.learns,
        "targets": [
            {
                "name": name,
                "classes": [str(entry) for entry in marking.classes[name]] if marking.has_classes(name) else None,
                "quoted": all(isinstance(entry, str) for entry in marking.classes[name]),
                "low": goal.low,
                "high": goal.high,
            }
            for name, goal in marking.goals.items()
        ],
        "counts": marking.counts(),
        "sequence": work.log.sequence,
        "undo": len(work.log.done),
        "redo": len(work.log.undone),
        "columns": session.names,
        "numbers": session.numbers,
        "frame": isinstance(work.X, pd.DataFrame),
        "picture": session.shape,
        "takes_label": session.takes_label,
        "units": [
            {"unit": unit, "effect": session.effects[unit], "mean": middle[unit], "deviation": deviation[unit]}
            for unit in session.units
        ],
        "projection": session.map.name,
        "projections": [{"name": name, "words": PROJECTIONS[name]} for name in session.projections],
        "retraining": work.running("retraining"),
        "search": work.designs() | {"running": work.running("search") is not None},
        "forecast": work.forecast,
        "forecasting": work.running("forecast"),
        "labels_file": str(work.log.path),
        "versions_folder": str(work.versions.folder),
    }


def points_frame(work: Workspace) -> bytes:
    """Returns the map with labels, predictions and confidence of every row."""

    session, marking = work.session, work.marking
    arrays: dict[str, NDArray[Any]] = {"xy": session.map.xy.astype(np.float32)}

    for place, target in enumerate(marking.goals):
        arrays[f"label{place}"] = marking.coded(target)

        if work.learns:
            belief = session.beliefs[place]
            values = belief.values

            if session.goals[place].classes:
                values = order(work, place)[values.astype(int)]

            arrays[f"prediction{place}"] = values.astype(np.float32)
            arrays[f"confidence{place}"] = belief.confidence.astype(np.float32)

    arrays["unusual"] = session.unusual.astype(np.float32)

    return pack({"version": session.version, "sequence": work.log.sequence}, arrays)


def order(work: Workspace, place: int) -> NDArray[Any]:
    """Returns the number on the page of each class of the model."""

    goal = work.session.goals[place]

    return np.array([work.marking.classes[goal.name].index(name) for name in goal.classes], dtype=float)


def chances(work: Workspace, found: list[list[float]]) -> list[list[float]]:
    """Returns beliefs in the order of the classes of the page, 0 for one that the model does not know yet."""

    shown = []

    for place, (goal, values) in enumerate(zip(work.session.goals, found, strict=True)):
        if goal.classes:
            ordered = np.zeros(len(work.marking.classes[goal.name]))
            ordered[order(work, place).astype(int)] = values
            values = ordered.tolist()

        shown.append(values)

    return shown


def column_frame(work: Workspace, name: str) -> bytes:
    """Returns a column by which the rows are colored."""

    found = work.session.column(name)

    return pack({"name": name, "classes": list(found.classes)}, {"values": found.values.astype(np.float32)})


def rows_of(work: Workspace, rows: list[int]) -> list[dict[str, Any]]:
    r"""Returns rows of a table with their unusual cells marked, and what is known and believed of them.

    Raises:
        DataError: If there is no such row.
    """

    session, marking = work.session, work.marking

    if not rows or not all(0 <= row < len(session) for row in rows):
        raise DataError("a row that is not there", f"there are rows 0 to {len(session) - 1}", "rows=[0]")

    return [
        {
            "row": row,
            "cells": cells,
            "labels": [None if (found := marking.label(name, row)) is None else str(found) for name in marking.goals],
            "unusual": session.unusual[row],
        }
        for row, cells in zip(rows, session.cells(rows), strict=True)
    ]


def selection_csv(work: Workspace, rows: list[int]) -> bytes:
    """Returns rows with their labels and predictions as CSV."""

    from semivae.data.files.formulas import csv_text

    return csv_text(selected(work, rows)).encode()


def selected(work: Workspace, rows: list[int]) -> pd.DataFrame:
    """Returns rows with their labels and predictions; pictures are left out."""

    session, marking = work.session, work.marking
    table = pd.DataFrame({"row": rows})

    for place, name in enumerate(marking.goals):
        table[f"{name}_label"] = pd.Series([marking.label(name, row) for row in rows], dtype=object)

        if work.learns:
            belief, goal = session.beliefs[place], session.goals[place]
            values = belief.values[rows]
            table[f"{name}_prediction"] = [goal.classes[int(code)] for code in values] if goal.classes else values
            table[f"{name}_confidence"] = belief.confidence[rows]

    table["outlier_score"] = session.unusual[rows]

    if session.names:
        data = session.rows(rows)
        frame = data if isinstance(data, pd.DataFrame) else pd.DataFrame(np.asarray(data), columns=session.names)
        table = pd.concat([table, frame.reset_index(drop=True)], axis=1)

    return table
