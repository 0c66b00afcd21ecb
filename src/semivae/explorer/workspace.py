r"""All that belongs to one exploration: the rows, the version in use, the labels, and the fit that runs."""

from __future__ import annotations

__all__ = ["Workspace"]

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import _num_samples

from semivae.errors import SemivaeError, SettingError
from semivae.explorer.labels import LabelLog
from semivae.explorer.marking import Marking
from semivae.explorer.session import Session
from semivae.explorer.task import Act, Say, Task
from semivae.explorer.versions import Versions
from semivae.workflows.explore.known import for_fit, known
from semivae.workflows.explore.refit import held_out
from semivae.workflows.explore.steer import Wish, seen

if TYPE_CHECKING:
    from semivae.fitted import Fitted

Tell = Callable[[dict[str, Any]], None]


class Workspace:
    r"""Opens an exploration.

    Arguments:
        estimator: The model.
        X: The rows.
        y: Their labels; None without.
        labels_file: The file of the labels that are given.
        name: The name of the data.
        opened: The folder that the model was loaded from, if any.

    Attributes:
        session: The version in use.
        log: The labels that were given.
        versions: The versions of the model.
        marking: The labels of the data with those on them.
    """

    def __init__(
        self, estimator: Fitted, X: Any, y: Any, labels_file: str | Path, name: str = "data", opened: Path | None = None
    ) -> None:
        self.X, self.name, self.listeners = X, name, list[Tell]()
        self.lock = threading.RLock()
        self.log = LabelLog(labels_file, _num_samples(X), name)
        self.versions = Versions(self.log.path.with_suffix(".versions"))
        self.tasks: dict[str, Task] = {}
        self.search: dict[str, Any] = {}
        self.forecast: dict[str, Any] | None = None
        self.session = self.first(estimator, y, opened)
        base = known(estimator, y, self.log.rows, self.session.goals)
        self.marking = Marking(self.session.goals, base, self.log, lambda: self.session.version, self.tell)
        self.look()

    def first(self, estimator: Fitted, y: Any, opened: Path | None) -> Session:
        """Returns the newest version if this model is among the versions, else keeps it as the next one."""

        from semivae.estimators import load

        if opened and self.versions.same(opened):
            name = self.versions.names[-1]

            return Session(load(self.versions.place(name)), self.X, name)

        return Session(estimator, self.X, self.keep(estimator, y, getattr(estimator, "n_labeled_", 0)))

    def keep(self, estimator: Fitted, y: Any, labels: int) -> str:
        """Keeps a model as the next version, with how well it predicted held-out labels; returns its name."""

        told = None if y is None else held_out(estimator, y)

        return self.versions.keep(estimator, {"labels": labels, "held_out": told and vars(told)})

    @property
    def learns(self) -> bool:
        """Whether the model learns from labels."""

        return bool(self.session.goals)

    def begin(self, name: str, act: Act) -> None:
        r"""Starts some work in a thread, and tells every page of its progress.

        Arguments:
            name: "retraining", "search" or "forecast".
            act: The work, as :class:`Task` takes it.

        Raises:
            SettingError: If it runs already.
        """

        with self.lock:
            if self.running(name):
                raise SettingError(f"a second {name}", "one runs", "wait, or cancel it")

            self.tasks[name] = Task(name, act, lambda record: self.tell({"kind": name, "state": record}))

    def running(self, name: str) -> dict[str, Any] | None:
        """Returns the last word of some work; None if it does not run."""

        task = self.tasks.get(name)

        return task.last if task and task.running else None

    def cancel(self, name: str) -> None:
        """Cancels some work, if it runs."""

        if name in self.tasks:
            self.tasks[name].cancel()

    def y(self) -> Any:
        r"""Returns all labels as a fit takes them.

        Raises:
            SettingError: If the model learns from no label.
        """

        if not self.learns:
            fix = "export the labels, and fit VAEClassifier().fit(X, y)"
            raise SettingError("a model without a target", "this model learns from no label", fix)

        return for_fit(self.marking.labels(), self.session.goals)

    def retrain(self) -> None:
        r"""Starts to retrain with all labels.

        Raises:
            SettingError: If it runs already, or the model learns from no label.
        """

        y, session = self.y(), self.session
        self.begin("retraining", lambda say, asked: self.adopt(session.refitted(y, say, asked), y))

    def optimize(self, wish: Wish) -> None:
        r"""Starts to search the latent space; a search that is canceled keeps the designs that it has.

        Raises:
            SettingError: If a search runs already.
        """

        session = self.session

        def act(say: Say, asked: Callable[[], bool]) -> None:
            def show(search: Any, found: Any = None) -> None:
                # The designs of an old version lie in another latent.
                if session is self.session:
                    self.search = {"of": wish.count, "python": wish.python, **seen(search, found)}
                    say({"kind": "designs", **self.designs()})

            def look(search: Any) -> bool:
                show(search)

                return asked()

            found = session.proposed(wish, look)
            show(found.search, found)

        self.begin("search", act)

    def designs(self) -> dict[str, Any]:
        """Returns the last search with the places of its designs on the map; nothing without one."""

        if not self.search:
            return {}

        places = self.session.map.of(np.array([one["z"] for one in self.search["designs"]]))
        placed = [one | {"place": place} for one, place in zip(self.search["designs"], places.tolist(), strict=True)]

        return self.search | {"designs": placed}

    def foresee(self) -> None:
        r"""Starts to measure the model on subsets of the labels, to forecast its accuracy with more of them.

        Raises:
            SettingError: If it runs already, or the model learns from no label.
        """

        y, session = self.y(), self.session

        def act(say: Say, asked: Callable[[], bool]) -> None:
            self.forecast = session.forecast(y, say, asked)
            say({"kind": "curve", **self.forecast})

        self.begin("forecast", act)

    def adopt(self, fresh: Fitted, y: Any) -> None:
        """Keeps a new model as the next version and uses it."""

        name = self.keep(fresh, y, max(self.marking.counts().values()))
        self.use(Session(fresh, self.X, name, self.session.map.name, self.session.map.xy))

    def restore(self, name: str) -> None:
        r"""Uses an old version again.

        Raises:
            StoreError: If there is none of this name.
        """

        from semivae.estimators import load

        estimator = load(self.versions.place(name))
        self.use(Session(estimator, self.X, name, self.session.map.name, self.session.map.xy))

    def use(self, session: Session) -> None:
        """Uses a version."""

        with self.lock:
            self.session.stopped.set()
            self.session, self.search, self.forecast = session, {}, None

        self.cancel("search")
        self.cancel("forecast")
        self.look()
        self.tell({"kind": "version", "version": session.version})

    def look(self) -> None:
        """Finds the outlier scores of the version in use, in a thread."""

        session = self.session
        told: Callable[[int], None] = lambda done: self.tell({"kind": "unusual", "done": done})  # noqa: E731
        threading.Thread(target=session.find_unusual, args=[told], name="unusual", daemon=True).start()

    def project(self, name: str) -> None:
        """Draws the map with another projection, turned onto the one before."""

        session = self.session
        session.show(name, session.map.xy)
        self.tell({"kind": "map", "projection": session.map.name})

    def suggest(self, target: str, n: int) -> list[dict[str, Any]]:
        """Returns rows to label next, each with a reason; none for a model that learns from no label."""

        return self.session.suggested(*self.asked(target), n) if self.learns else []

    def doubtful(self) -> dict[str, Any]:
        """Returns labels to look at again, each with a reason; or why the labels cannot be judged."""

        try:
            return {"rows": self.session.doubtful(self.y()), "note": "No label looks wrong to fits without it."}
        except SemivaeError as error:
            return {"rows": [], "note": str(error)}

    def asked(self, target: str) -> tuple[int, Any]:
        r"""Returns the number of a target and its labels.

        Raises:
            SettingError: If there is none of this name.
        """

        names = list(self.marking.goals)

        if target not in names:
            raise SettingError(f"target={target[:40]!r}", f"the targets are {', '.join(names)}", "target='NAME'")

        return names.index(target), self.marking.labels()[target]

    def tell(self, record: dict[str, Any]) -> None:
        """Tells every page of something."""

        for listener in list(self.listeners):
            listener(record)

    def close(self) -> None:
        """Stops all that runs."""

        for name in self.tasks:
            self.cancel(name)

        self.session.stopped.set()
        self.log.close()
