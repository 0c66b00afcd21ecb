r"""What does not go together in the wishes of a user."""

from __future__ import annotations

__all__ = ["refuse_several", "refuse_streamed", "refuse_unlearned"]

from typing import TYPE_CHECKING

from semivae.errors import SettingError
from semivae.workflows.sources import is_streamed
from semivae.workflows.task import Task

if TYPE_CHECKING:
    from semivae.workflows.prepare import Wishes


def refuse_unlearned(wishes: Wishes, learns: bool) -> None:
    """Checks that labels are kept only where they are learned from."""

    if wishes.kept is not None and not learns:
        needed = "labels are kept of a target that is learned from"
        raise SettingError("{} {}".format(*wishes.kept), needed, "add --target COL, without --model")


def refuse_streamed(wishes: Wishes) -> None:
    """Checks what rows that are streamed do not go together with."""

    if not is_streamed(wishes.data, wishes.stream, wishes.labels_from):
        return

    if wishes.kept is not None:
        raise SettingError(
            "{} {}".format(*wishes.kept),
            "labels of a stream are not hidden",
            f"leave {wishes.kept[0]} out, or name a file with these labels: --labels-from FILE",
        )

    if wishes.model == "pca":
        raise SettingError("--model pca", "it needs all rows in memory", "--model vae")


def refuse_several(wishes: Wishes) -> None:
    r"""Checks what several targets do not go together with.

    Raises:
        SettingError: If something else was asked for that is of one target.
    """

    if not wishes.several:
        return

    given = " ".join(f"--target {name}" for name in wishes.targets) or f"--task {wishes.task}"
    twice = [name for name in wishes.targets if wishes.targets.count(name) > 1]

    if twice:
        raise SettingError(given, f"{twice[0]!r} is given twice", f"--target {twice[0]}")

    if not wishes.targets:
        raise SettingError(given, "it learns from targets", "add --target COL")

    if wishes.task not in (None, Task.SEVERAL):
        raise SettingError(
            f"--task {wishes.task} with {given}",
            "what each of several targets is, is judged by its values",
            "leave --task out; in Python: VAEPredictor().fit(X, y, real=[...])",
        )

    if wishes.labels_per_class is not None:
        given = f"--labels-per-class {wishes.labels_per_class}"
        raise SettingError(given, "of several targets, rows keep all they have", f"--labels {wishes.labels_per_class}")

    if wishes.labels_from is not None:
        raise SettingError(given, "a second file holds one target", f"--target {wishes.targets[0]}")
