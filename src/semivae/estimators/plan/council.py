r"""Plan values of the council of a fit: whether simple learners answer too, and which labels are held out."""

from __future__ import annotations

__all__ = ["calibrate_for", "committee_for", "counsels"]

from typing import Literal

from semivae.errors import SettingError
from semivae.estimators.plan.rows import Counts
from semivae.models import Model, StackedModel
from semivae.schema import Schema


def committee_for(choice: bool | str, able: bool, kind: type[Model], schema: Schema) -> bool:
    r"""Decides whether simple learners answer together with the model.

    Arguments:
        choice: The option.
        able: The answer of :func:`counsels`.
        kind: The class of the model.
        schema: The variables.

    Raises:
        SettingError: If they should, and cannot.
    """

    able = able and not schema.image

    if choice is True and not able:
        raise SettingError(
            f"committee=True with the model {kind.__name__} and these rows",
            "a committee needs a table in memory with one target, one process, no student, and a model that learns "
            "features first",
            "model='gmvae'",
        )

    return able if choice == "auto" else bool(choice)


def calibrate_for(choice: bool | str, able: bool, kind: type[Model], schema: Schema) -> Literal["folds", "part"] | None:
    r"""Decides which labels are held out for the calibration.

    Arguments:
        choice: The option.
        able: The answer of :func:`counsels`.
        kind: The class of the model.
        schema: The variables.

    Raises:
        SettingError: If some should be, and cannot.
    """

    if choice is True and not able:
        raise SettingError(
            f"calibrate=True with the model {kind.__name__} and these rows",
            "a fit calibrates itself with one target, rows in memory, one process, no student, and a model that "
            "learns features first; any other is calibrated afterwards: estimator.calibrate(...)",
            "model='gmvae'",
        )

    if not (able if choice == "auto" else choice):
        return None

    return "part" if schema.image else "folds"


def counsels(kind: type[Model], schema: Schema, counts: Counts, alone: bool) -> bool:
    r"""Whether the last stage of a fit alone learns from labels, and can be trained again without some of them.

    Arguments:
        kind: The class of the model.
        schema: The variables.
        counts: The numbers of rows.
        alone: Whether the fit has one process, and no student that answers, too.
    """

    single = len(schema.targets) == 1

    return alone and single and counts.memory and issubclass(kind, StackedModel) and counts.labeled > 0
