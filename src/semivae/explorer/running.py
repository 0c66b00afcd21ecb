r"""The server as a thread of this process, reachable from this machine only."""

from __future__ import annotations

__all__ = ["Explorer", "explore", "serve"]

import html
import secrets
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semivae.errors import SettingError, StoreError

if TYPE_CHECKING:
    import pandas as pd

    from semivae.explorer.workspace import Workspace
    from semivae.fitted import Fitted

HOST = "127.0.0.1"

# The largest frame of a page, in bytes, and how long the server may take to start, in seconds.
FRAME, PATIENCE = 65_536, 30.0


class Explorer:
    r"""A running explorer. In a notebook it shows itself.

    Attributes:
        url: The link of the page, with its token.
    """

    def __init__(self, work: Workspace, server: Any, thread: threading.Thread, url: str) -> None:
        self.work, self.server, self.thread, self.url = work, server, thread, url

    @property
    def estimator(self) -> Fitted:
        """The version of the model that is in use."""

        return self.work.session.estimator

    def labels(self) -> Any:
        """Returns all labels, those of the data and those that were given, as :meth:`fit` takes them."""

        from semivae.workflows.explore.known import for_fit

        return for_fit(self.work.marking.labels(), list(self.work.marking.goals.values()))

    def table(self, rows: Sequence[int]) -> pd.DataFrame:
        """Returns rows with their labels, predictions and outlier scores."""

        from semivae.explorer.facts import selected

        return selected(self.work, list(rows))

    def wait(self) -> None:
        """Waits until the server ends."""

        while self.thread.is_alive():
            self.thread.join(0.5)

    def close(self) -> None:
        """Ends the server; the labels and the versions stay."""

        self.work.close()
        self.server.should_exit = True
        self.thread.join(PATIENCE)

    def _repr_html_(self) -> str:
        return (
            f'<iframe src="{html.escape(self.url)}" title="semivae explorer" width="100%" height="760" '
            'style="border:1px solid #999"></iframe>'
        )

    def __repr__(self) -> str:
        return f"Explorer({self.url})"


def serve(work: Workspace, port: int = 0, framed: bool = False) -> Explorer:
    r"""Starts a server.

    Arguments:
        work: The exploration.
        port: The port; 0 for a free one.
        framed: Whether a notebook on this machine may show the page.

    Raises:
        SettingError: If a library is missing.
        StoreError: If the port is taken.
    """

    check_libraries()

    import uvicorn

    from semivae.explorer.security import Guard
    from semivae.explorer.server import application

    bound = bind(port)
    number, token = bound.getsockname()[1], secrets.token_urlsafe(24)
    guarded: Any = Guard(application(work), token, number, framed)
    server = uvicorn.Server(
        uvicorn.Config(
            guarded,
            # A page that is open when the server ends is no error.
            log_level="critical",
            ws="websockets-sansio",
            ws_max_size=FRAME,
            lifespan="off",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
    )
    # Only the main thread can handle signals, and the caller ends this server.
    thread = threading.Thread(target=server.run, args=[[bound]], name="explorer", daemon=True)
    thread.start()
    until = time.monotonic() + PATIENCE

    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise StoreError("the server did not start", "a port of this machine is needed", "port=0")

        time.sleep(0.01)

    return Explorer(work, server, thread, f"http://{HOST}:{number}/?token={token}")


def check_libraries() -> None:
    """Checks that the libraries of the explorer are installed."""

    from importlib.util import find_spec

    missing = [name for name in ("fastapi", "uvicorn", "websockets") if find_spec(name) is None]

    if missing:
        raise SettingError(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed",
            "the explorer needs it" if len(missing) == 1 else "the explorer needs them",
            "pip install 'semivae[explorer]'",
        )


def bind(port: int) -> socket.socket:
    r"""Returns a socket at a port of this machine.

    Raises:
        StoreError: If it is taken.
    """

    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    try:
        bound.bind((HOST, port))
    except OSError as error:
        bound.close()
        raise StoreError(f"port {port}: {error.strerror}", "a free port is needed", "port=0") from None

    return bound


def explore(
    estimator: Fitted,
    X: Any,
    y: Any = None,
    *,
    labels_file: str | Path | None = None,
    port: int = 0,
) -> Explorer:
    r"""Opens the explorer for a fitted estimator: a page that shows its latent space, takes labels and retrains it.

    Example:
        >>> explorer = semivae.explore(classifier, X, y)  # in a notebook the page appears below
        >>> explorer.labels(), explorer.estimator
        >>> explorer.close()

    Arguments:
        estimator: The fitted estimator.
        X: The rows.
        y: Their labels, missing where unlabeled.
        labels_file: The file that keeps the labels; versions of the model are kept beside it. In a new temporary
            folder if not given.
        port: The port; 0 for a free one.

    Raises:
        DataError: If the rows do not fit the estimator.
        SettingError: If a library is missing.
        StoreError: If the port is taken, or the file of labels is about other rows.
    """

    check_libraries()

    import tempfile

    from semivae.explorer.workspace import Workspace

    file = labels_file or Path(tempfile.mkdtemp(prefix="semivae-")) / "labels.jsonl"

    return serve(Workspace(estimator, X, y, file), port, framed=True)
