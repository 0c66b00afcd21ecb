r"""Wishes of a user that do not go together."""

from __future__ import annotations

__all__ = ["refuse_several", "refuse_streamed", "refuse_unlearned"]

from typing import TYPE_CHECKING

from semivae.errors import SettingError
from semivae.workflows.inputs.sources import is_streamed
from semivae.workflows.inputs.task import Task

if TYPE_CHECKING:
    from semivae.workflows.inputs.wishes import Wishes


def refuse_unlearned(wishes: Wishes, learns: bool) -> None:
    """Checks that labels and outliers are given only where they are learned from."""

    if wishes.outlier_column is not None and wishes.model == "pca":
        raise SettingError("model='pca' with outlier_column=...", "only a VAE learns from outliers", "model='vae'")

    if wishes.kept is not None and not learns:
        raise SettingError(
            "{}={}".format(*wishes.kept),
            "labels are kept of a target that is learned from",
            "add targets=['COL'], and take model='auto'",
        )


def refuse_streamed(wishes: Wishes) -> None:
    """Checks that nothing is asked of a stream that needs its rows in memory."""

    if not is_streamed(wishes):
        return

    if wishes.kept is not None:
        raise SettingError(
            "{}={}".format(*wishes.kept),
            "labels of a stream are not hidden",
            f"{wishes.kept[0]}=None, or name a file with these labels: labels_from='FILE'",
        )

    if wishes.model == "pca":
        raise SettingError("model='pca'", "it needs all rows in memory", "model='vae'")


def refuse_several(wishes: Wishes) -> None:
    """Checks that several targets are not combined with anything that is for one target."""

    if not wishes.several:
        return

    given = f"targets={list(wishes.targets)}" if wishes.targets else f"task={str(wishes.task)!r}"
    twice = [name for name in wishes.targets if wishes.targets.count(name) > 1]

    if twice:
        raise SettingError(given, f"{twice[0]!r} is given twice", f"targets={twice[:1]}")

    if not wishes.targets:
        raise SettingError(given, "it learns from targets", "add targets=['COL']")

    if wishes.task not in (None, Task.SEVERAL):
        raise SettingError(
            f"task={str(wishes.task)!r} with {given}",
            "the kind of each of several targets is judged by its values",
            "task=None, or name the numbers: VAEPredictor().fit(X, y, real=[...])",
        )

    if wishes.labels_per_class is not None:
        raise SettingError(
            f"labels_per_class={wishes.labels_per_class}",
            "of several targets, rows keep all they have",
            f"labels={wishes.labels_per_class}",
        )

    if wishes.labels_from is not None:
        raise SettingError(given, "a second file holds one target", f"targets={list(wishes.targets[:1])}")
