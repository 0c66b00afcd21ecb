r"""Retraining in a thread: its progress is told as it happens, and it can be canceled."""

from __future__ import annotations

__all__ = ["Retraining"]

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from semivae.errors import SemivaeError

if TYPE_CHECKING:
    from semivae.explorer.session import Session

Tell = Callable[[dict[str, Any]], None]


class Retraining:
    r"""Starts to retrain a model.

    Arguments:
        session: The version to go on from.
        y: The labels.
        tell: Gets the progress as plain values; the last has the kind "canceled", "failed" or "trained".
        done: Takes the new model; what it raises is told, too.
    """

    def __init__(self, session: Session, y: Any, tell: Tell, done: Callable[[Any], None]) -> None:
        self.session, self.y, self.tell, self.done = session, y, tell, done
        self.canceled = threading.Event()
        self.start = time.monotonic()
        self.last: dict[str, Any] = {"kind": "started"}
        self.thread = threading.Thread(target=self.run, name="retraining", daemon=True)
        self.thread.start()

    @property
    def running(self) -> bool:
        """Whether it goes on."""

        return self.thread.is_alive()

    def cancel(self) -> None:
        """Asks it to stop after the epoch."""

        self.canceled.set()

    def say(self, record: dict[str, Any]) -> None:
        """Tells of the progress, with the seconds since the start."""

        self.last = record | {"elapsed": round(time.monotonic() - self.start, 2)}
        self.tell(self.last)

    def run(self) -> None:
        """Trains, and hands the new model over."""

        self.say({"kind": "started"})

        try:
            self.done(self.session.refitted(self.y, self.say, self.canceled.is_set))
        except KeyboardInterrupt:
            self.say({"kind": "canceled"})
        except SemivaeError as error:
            self.say({"kind": "failed", "message": str(error)})
        except Exception as error:
            self.say({"kind": "failed", "message": f"{type(error).__name__}: {error}"})
        else:
            self.say({"kind": "trained"})
