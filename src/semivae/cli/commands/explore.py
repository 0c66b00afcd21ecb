r"""`semivae explore`: a page on this machine to see the latent space, label rows in it and watch the model learn."""

from __future__ import annotations

__all__ = ["explore"]

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from semivae.cli.options import (
    LabelCount,
    MissingLabel,
    ModelName,
    NoHeader,
    Quiet,
    Seed,
    Settings,
    Split,
    TargetNames,
    TaskName,
)
from semivae.cli.screen import put, say
from semivae.errors import SettingError, StoreError

if TYPE_CHECKING:
    from semivae.explorer.running import Explorer
    from semivae.workflows.explore.open import Opened

# The port that is tried if none is asked for; if it is taken, any free one.
USUAL = 8765


def explore(
    first: Annotated[
        str, typer.Argument(metavar="[MODEL] DATA", help="The folder of a model and the rows; or only the rows.")
    ],
    data: Annotated[str | None, typer.Argument(hidden=True)] = None,
    target: TargetNames = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help=f"The port; {USUAL} if it is free, 0 for any free one.")
    ] = None,
    labels_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where labels are kept; DATA.labels.jsonl in this folder if not given."),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the link.")] = False,
    model: ModelName = "auto",
    task: TaskName = None,
    labels: LabelCount = None,
    missing_label: MissingLabel = None,
    settings: Settings = None,
    split: Split = "train",
    no_header: NoHeader = False,
    seed: Seed = 0,
    quiet: Quiet = False,
) -> None:
    """See the latent space of a model in a browser, label rows in it, and watch the model learn.

    `semivae explore MODEL DATA` opens a saved model; `semivae explore DATA --target COL` fits one quickly first. The
    page is served from this machine only; its link is the first line of the output. Ctrl-C ends it. Labels are kept in
    a file of their own, and each retrained model in a folder beside it; the data are never changed.

    Try it: semivae explore digits --target label --labels 50
    """

    from semivae.explorer.running import check_libraries
    from semivae.workflows.explore.open import fitted_quickly, opened
    from semivae.workflows.inputs.wishes import Wishes

    check_libraries()

    if data is None:
        wishes = Wishes(
            data=first,
            targets=target or (),
            split=split,
            model=model,
            task=task,
            labels=labels,
            seed=seed,
            settings=settings or [],
            missing_label=missing_label,
            header=not no_header,
        )
        say("Fitting a model quickly first; retraining goes on from it.")
        found = fitted_quickly(wishes, [] if quiet else [progress()])
    else:
        refuse_fit(target=target, model=model != "auto", task=task, labels=labels, settings=settings)
        found = opened(Path(first), data, split, not no_header)

    show(found, labels_file or Path(f"{Path(found.name).stem}.labels.jsonl"), port, no_browser)


def refuse_fit(**given: Any) -> None:
    r"""Checks that nothing is asked of a fit where a saved model is opened.

    Raises:
        SettingError: If something is.
    """

    for name, value in given.items():
        if value:
            raise SettingError(
                f"--{'set' if name == 'settings' else name} with a saved model",
                "it is fitted already",
                f"leave --{'set' if name == 'settings' else name} out, or give only DATA",
            )


def progress() -> Any:
    """Returns the callback that shows the progress of a fit."""

    from semivae.engine import Progress

    return Progress("quick fit")


def show(found: Opened, labels_file: Path, port: int | None, no_browser: bool) -> None:
    """Serves the page until the user ends it."""

    from sklearn.utils.validation import _num_samples

    from semivae.explorer.running import serve
    from semivae.explorer.workspace import Workspace

    say(f"Placing {_num_samples(found.x):,} rows on the map ...")
    work = Workspace(found.estimator, found.x, found.y, labels_file, found.name, found.folder)
    explorer = started(lambda number: serve(work, number), port)
    put(explorer.url)
    say(f"Labels are kept in {work.log.path}. Ctrl-C ends the explorer.")

    if not no_browser:
        import webbrowser

        webbrowser.open(explorer.url)

    with suppress(KeyboardInterrupt):
        explorer.wait()

    explorer.close()
    count = sum(work.marking.counts().values())
    say(f"Ended. {count:,} rows are labeled; the model is {work.versions.folder / work.session.version}")


def started(serve: Any, port: int | None) -> Explorer:
    """Starts a server at the port that is asked for, or else at the usual or any free one."""

    if port is not None:
        return serve(port)

    try:
        return serve(USUAL)
    except StoreError:
        return serve(0)
