r"""The state that a fit leaves on an estimator, declared in one place."""

from __future__ import annotations

__all__ = ["State"]

from typing import TYPE_CHECKING, Any

from semivae.estimators.parameters import Parameters

if TYPE_CHECKING:
    import pandas as pd

    from semivae.data.codecs.base import Codec
    from semivae.engine import Callback
    from semivae.models import Model
    from semivae.variables import Schema


class State(Parameters):
    r"""Abstract estimator with its fitted attributes, for the files that take part in a fit.

    Attributes:
        settings_: The parameters of the fit.
        codec_: The translation of rows.
        schema_: The variables of the rows and of the target.
        counts_: The labels of each class.
        seed_: The seed of the fit.
        model_: The model.
        student_: The student, if there is one.
        history_: One row an epoch.
        n_steps_: Steps of one stage.
        stopped_: "done", "patience" or "interrupted".
        n_labeled_: Labeled rows.
        n_unlabeled_: Unlabeled rows.
        n_held_out_: Rows held out to stop early.
    """

    settings_: dict[str, Any]
    codec_: Codec
    schema_: Schema
    counts_: list[Any]
    seed_: int
    model_: Model
    student_: Any
    history_: pd.DataFrame
    n_steps_: int
    stopped_: str
    n_labeled_: int
    n_unlabeled_: int
    n_held_out_: int

    def _model_name(self) -> str:
        """Returns the model that "auto" stands for."""

        raise NotImplementedError

    def _watchers(self) -> list[Callback]:
        """Returns the callbacks of every epoch."""

        raise NotImplementedError
