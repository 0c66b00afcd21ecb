r"""Ctrl-C stops a run between two steps rather than within one, so that it can be continued."""

from __future__ import annotations

__all__ = ["Interrupt"]

import signal
import threading
from types import TracebackType
from typing import Any, Self


class Interrupt:
    """Notes that the user pressed Ctrl-C, instead of stopping at once.

    Attributes:
        asked: Whether the user asked to stop.
    """

    def __init__(self) -> None:
        self.asked = False
        self.before: Any = None

    def __enter__(self) -> Self:
        # In Python only the main thread can handle signals.
        if threading.current_thread() is threading.main_thread():
            self.before = signal.signal(signal.SIGINT, self.note)

        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.before is not None:
            signal.signal(signal.SIGINT, self.before)

    def note(self, *_: Any) -> None:
        """Notes that the user asked to stop."""

        self.asked = True
