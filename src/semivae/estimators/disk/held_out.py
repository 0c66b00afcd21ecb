r"""The evidence of a saved model: predictions of held-out labels, scores of rows that the fit did not see, usual rows.

All are small arrays, checked before use.
"""

from __future__ import annotations

__all__ = ["EVIDENCE", "evidence_file", "read_evidence", "read_outliers"]

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from semivae.estimators.disk.arrays import read_arrays
from semivae.findings import HeldOut
from semivae.fitted import Fitted
from semivae.schema import Schema
from semivae.store import SavedFolder
from semivae.trust.outliers import KnownOutliers, Usual

EVIDENCE = "evidence.safetensors"

HELD, REFERENCE = ("rows", "folds", "truth", "predictions"), "reference"

# The names of the arrays of usual rows and of known outliers, by the attribute of an estimator.
OUTLIERS = {"usual_": ("density", "latents"), "known_outliers_": ("center", "scale", "weights", "offset")}

Arrays = Mapping[str, NDArray[Any]]


def evidence_file(estimator: Fitted) -> dict[str, bytes]:
    """Returns the file of the evidence of an estimator by its name; empty without any."""

    held, reference = (getattr(estimator, name, None) for name in ("held_out_", "reference_"))
    found = {} if held is None else {name: getattr(held, name) for name in HELD}

    if reference is not None:
        found[REFERENCE] = reference

    for attribute, names in OUTLIERS.items():
        part = getattr(estimator, attribute, None)
        found |= {} if part is None else {attribute + name: getattr(part, name) for name in names}

    arrays = {name: np.ascontiguousarray(value) for name, value in found.items()}

    return {EVIDENCE: safetensors.numpy.save(arrays)} if arrays else {}


def read_evidence(saved: SavedFolder, schema: Schema) -> tuple[HeldOut | None, NDArray[np.float64] | None]:
    r"""Reads the evidence of a saved model; the members of a committee are not among it.

    Arguments:
        saved: The folder.
        schema: The variables of the fit.

    Returns:
        The predictions of held-out labels, and the scores of reference rows; None where there are none.

    Raises:
        StoreError: If it is damaged or does not fit the model.
    """

    if EVIDENCE not in saved.sums:
        return None, None

    others = {attribute + name for attribute, names in OUTLIERS.items() for name in names}
    arrays = {name: value for name, value in read_arrays(saved, EVIDENCE).items() if name not in others}
    reference = arrays.get(REFERENCE)
    classes = len(schema.target.classes) if schema.y is not None and not schema.y.parts else None

    if reference is not None and (reference.dtype != np.float64 or reference.ndim != 1 or not len(reference)):
        raise saved.wrong(f"{EVIDENCE}: the scores of reference rows are no list of numbers")

    if unknown := {*arrays} - {*HELD, REFERENCE}:
        raise saved.wrong(f"{EVIDENCE} holds {sorted(unknown)[0]!r}")

    if not {*HELD} & {*arrays}:
        return None, reference

    if classes is None or not {*HELD} <= {*arrays} or not fits(arrays, classes):
        raise saved.wrong(f"{EVIDENCE}: the predictions of held-out labels do not fit the target")

    rows, folds, truth, predictions = (arrays[name] for name in HELD)

    return HeldOut(rows, folds, truth, predictions, bool(classes)), reference


def read_outliers(saved: SavedFolder, latents: int) -> tuple[Usual | None, KnownOutliers | None]:
    r"""Reads the usual rows and the known outliers of a saved model; None where there are none.

    Arguments:
        saved: The folder.
        latents: The size of the latent.

    Raises:
        StoreError: If they are damaged or do not fit the model.
    """

    if EVIDENCE not in saved.sums:
        return None, None

    arrays = read_arrays(saved, EVIDENCE)
    usual: list[Any]
    known: list[Any]
    usual, known = ([arrays.get(attribute + name) for name in names] for attribute, names in OUTLIERS.items())

    if not all(all_or_none(part) for part in (usual, known)):
        raise saved.wrong(f"{EVIDENCE}: a part of the usual rows or of the known outliers is missing")

    if usual[0] is None:
        return None, None

    density, places = usual

    if density.shape != (len(places),) or places.shape[1:] != (latents,) or len(places) < 2:
        raise saved.wrong(f"{EVIDENCE}: the usual rows do not fit the latent")

    if known[0] is None:
        return Usual(density, places), None

    # Two scores, the latents, and the cells, whose number only the decoder knows.
    if len({part.shape for part in known[:3]}) > 1 or known[3].shape != (1,) or known[0].ndim != 1:
        raise saved.wrong(f"{EVIDENCE}: the parts of the known outliers differ in size")

    return Usual(density, places), KnownOutliers(*known)


def all_or_none(arrays: Sequence[Any]) -> bool:
    """Whether all arrays of floating-point numbers are there, or none of them."""

    there = [value is not None and value.dtype == np.float64 for value in arrays]

    return all(there) or all(value is None for value in arrays)


def fits(arrays: Arrays, classes: int) -> bool:
    r"""Whether arrays can be predictions of held-out labels.

    Arguments:
        arrays: The arrays by name.
        classes: The number of classes; 0 for a number.
    """

    rows, folds, truth, predictions = (arrays[name] for name in HELD)
    kind = np.dtype(np.int64 if classes else np.float64)

    if any(value.shape != rows.shape or value.dtype != np.int64 for value in (rows, folds)) or rows.ndim != 1:
        return False

    if truth.shape != rows.shape or truth.dtype != kind or not len(rows) or len(np.unique(rows)) < len(rows):
        return False

    if predictions.shape != (len(rows), classes or 2) or predictions.dtype != np.float64 or rows.min() < 0:
        return False

    return bool(0 <= truth.min() and truth.max() < classes) if classes else bool((predictions[:, 1] > 0).all())
