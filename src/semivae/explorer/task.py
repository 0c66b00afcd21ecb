r"""Work that takes a while, in a thread: its progress is told as it happens, and it can be canceled."""

from __future__ import annotations

__all__ = ["Act", "Say", "Task"]

import threading
import time
from collections.abc import Callable
from typing import Any

from semivae.errors import SemivaeError

Say = Callable[[dict[str, Any]], None]

# Gets a function that tells of progress, and one that says whether to stop.
Act = Callable[[Say, Callable[[], bool]], None]


class Task:
    r"""Starts some work.

    Arguments:
        name: The name of the thread.
        act: The work. It raises KeyboardInterrupt if it was stopped and there is no result.
        tell: Gets the progress as plain values; the last has the kind "canceled", "failed" or "done".
    """

    def __init__(self, name: str, act: Act, tell: Say) -> None:
        self.act, self.tell = act, tell
        self.canceled = threading.Event()
        self.start = time.monotonic()
        self.last: dict[str, Any] = {"kind": "started"}
        self.thread = threading.Thread(target=self.run, name=name, daemon=True)
        self.thread.start()

    @property
    def running(self) -> bool:
        """Whether it goes on."""

        return self.thread.is_alive()

    def cancel(self) -> None:
        """Asks it to stop at the next occasion."""

        self.canceled.set()

    def say(self, record: dict[str, Any]) -> None:
        """Tells of the progress, with the seconds since the start."""

        self.last = record | {"elapsed": round(time.monotonic() - self.start, 2)}
        self.tell(self.last)

    def run(self) -> None:
        """Works, and tells how it ended."""

        self.say({"kind": "started"})

        try:
            self.act(self.say, self.canceled.is_set)
        except KeyboardInterrupt:
            self.say({"kind": "canceled"})
        except SemivaeError as error:
            self.say({"kind": "failed", "message": str(error)})
        except Exception as error:
            self.say({"kind": "failed", "message": f"{type(error).__name__}: {error}"})
        else:
            self.say({"kind": "done"})
