r"""The committee of a saved model: the arrays of its simple learners, checked before use.

Arrays in place of pickles: a forest of scikit-learn as a pickle can run any code, and skops.io reads one only with the
same scikit-learn. Of 200 trees for 50 labels, the arrays are smaller and load faster than both.
"""

from __future__ import annotations

__all__ = ["COMMITTEE", "committee_file", "read_committee"]

import safetensors.numpy

from semivae.committee import arrays_of, committee_of
from semivae.committee.committee import Committee
from semivae.estimators.disk.arrays import read_arrays
from semivae.fitted import Fitted
from semivae.schema import Schema
from semivae.store import SavedFolder

COMMITTEE = "committee.safetensors"


def committee_file(estimator: Fitted) -> dict[str, bytes]:
    """Returns the file of the committee of an estimator by its name; empty without a committee."""

    committee = getattr(estimator, "committee_", None)

    return {} if committee is None else {COMMITTEE: safetensors.numpy.save(arrays_of(committee))}


def read_committee(saved: SavedFolder, schema: Schema, latents: int) -> Committee:
    r"""Reads the committee of a saved model.

    Arguments:
        saved: The folder.
        schema: The variables of the fit.
        latents: The size of the latent.

    Raises:
        StoreError: If it is damaged or does not fit the model.
    """

    from semivae.conditional import Net

    arrays = read_arrays(saved, COMMITTEE)
    target = schema.target
    row = int(Net().trunk(schema.x).width)
    outputs = max(1, len(target.classes))

    try:
        return committee_of(arrays, str(target.target_form), row, latents, outputs)
    except ValueError as error:
        raise saved.wrong(f"{COMMITTEE}: {error}") from None
