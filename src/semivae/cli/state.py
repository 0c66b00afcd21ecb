r"""The state of a fit that was stopped or killed: found, continued, or replaced on demand only."""

from __future__ import annotations

__all__ = ["begin", "kept_apart", "refuse_nested", "state_of"]

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from semivae.cli.launch import first, supervised
from semivae.cli.outputs import check_folder
from semivae.cli.screen import say
from semivae.errors import SettingError, StoreError
from semivae.store import open_folder, resolved, taken


def state_of(out: Path) -> Path:
    """Returns the folder for the state of a fit, beside the model's folder."""

    return Path(f"{out}.checkpoint")


def begin(out: Path, state: Path, resume: bool, overwrite: bool) -> bool:
    r"""Checks that a fit can be started or continued, and saved.

    Arguments:
        out: The folder of the model.
        state: The folder of the state.
        resume: Whether to continue. Under torchrun a fit always does, as a restart looks like a first start.
        overwrite: Whether to replace existing folders.

    Returns:
        Whether the model's folder may be replaced, as after a fit stopped by hand.

    Raises:
        SettingError: If one folder is in the other.
        StoreError: If there is a state to continue, or a folder cannot be written.
    """

    from semivae.engine import check_place, discard, is_checkpoint

    resume = resume or supervised()
    refuse_nested(out, state)
    found = is_checkpoint(state)
    check_place(state)

    if found and not resume and not overwrite:
        raise StoreError(
            f"{state} holds the state of a fit that was stopped",
            "it can be continued, and is only discarded on demand",
            "add --resume to continue it, or --overwrite to start anew",
        )

    replace = overwrite or (found and is_interrupted(out))
    check_folder(out, replace)

    if resume and not found and not supervised():
        say(f"There is no state in {state}: the fit starts from the beginning.")

    if found and not resume:
        discard(state)

    return replace


def is_interrupted(out: Path) -> bool:
    """Whether a folder holds a model whose fit was stopped by hand and may continue."""

    try:
        return open_folder(out).facts["fit"]["stopped_"] == "interrupted"
    except (StoreError, KeyError, TypeError):
        return False


def refuse_nested(out: Path, state: Path) -> None:
    r"""Checks that the folders of model and state are separate, as the state is removed at the end.

    Raises:
        SettingError: If one is in the other.
    """

    model, kept = resolved(out), resolved(state)

    # Later stages of a fit keep their state beside it.
    beside = model.parent == kept.parent and model.name.startswith(f"{kept.name}.stage")

    if model == kept or model in kept.parents or kept in model.parents or beside:
        raise SettingError(
            f"--out {out} --checkpoint {state}",
            "the model and the state of its fit need separate folders: the state is removed at the end",
            f"--checkpoint {state_of(model)}",
        )


@contextmanager
def kept_apart(*folders: Path) -> Iterator[None]:
    r"""Locks some folders against other processes during a fit.

    Raises:
        StoreError: If another process writes one of them.
    """

    with ExitStack() as stack:
        # Only one process of a shared fit writes.
        for folder in folders if first() else ():
            stack.enter_context(taken(folder))

        yield
