r"""The aims of a search, written as a person gives them, as goals and constraints in a latent space."""

from __future__ import annotations

__all__ = ["Aims"]

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from semivae.errors import SettingError

if TYPE_CHECKING:
    from semivae.fitted import Fitted
    from semivae.latent import Constraint, Goal


@dataclass(frozen=True)
class Aims:
    r"""The aims of a search. A column is a target of the model, which predicts it, or a column of the rows.

    Attributes:
        maximize: Columns with high values.
        minimize: Columns with low values.
        target: Wanted values of columns, as COL=VALUE.
        classes: A wanted class of a target, as COL=VALUE.
        black_box: A function of decoded rows, as module:function, that measures the one column of the aims; without
            one, its value is maximized.
        bounds: Bounds of columns of the rows, as COL=LOW:HIGH, where either may be left out.
        by_hand: Whether the values are told from outside, so that a column may have any name.
    """

    maximize: Sequence[str] = ()
    minimize: Sequence[str] = ()
    target: Sequence[str] = ()
    classes: Sequence[str] = ()
    black_box: str | None = None
    bounds: Sequence[str] = ()
    by_hand: bool = False

    def goals(self, model: Fitted) -> list[Goal]:
        r"""Returns the goals.

        Raises:
            SettingError: If there is none, a column is unknown, or several are measured by one black box.
        """

        from semivae.latent import maximize, minimize, probability, target

        found = [maximize(self.measure(model, name, "maximize"), name) for name in self.maximize]
        found += [minimize(self.measure(model, name, "minimize"), name) for name in self.minimize]

        for name, value in self.pairs("target"):
            found.append(target(self.measure(model, name, "target"), number(value, f"{name}={value}", "target"), name))

        for name, label in self.labels(model).items():
            found.append(probability(Beliefs(model, name), label, f"probability_{label}"))

        if self.black_box is not None and not found:
            found = [maximize(imported(self.black_box), "value")]

        if not found:
            raise SettingError("no aim is given", "a search needs something to look for", "maximize=['COL']")

        if self.black_box is not None and (len(found) > 1 or self.classes):
            raise SettingError(
                f"black_box={self.black_box!r} with {', '.join(goal.name for goal in found)}",
                "a black box measures one column",
                "maximize=['COL'] alone, or black_box=None",
            )

        return found

    def measure(self, model: Fitted, name: str, word: str) -> Callable[[Any], Any] | None:
        """Returns the function that measures a column of decoded rows; None if its values come from outside."""

        if self.black_box is not None:
            return imported(self.black_box)

        return None if self.by_hand else predicted(model, name, word)

    def prediction(self, model: Fitted) -> Callable[[Any], Any] | None:
        """Returns the model's own prediction of the first goal, to be compared with other values; None without one."""

        for name, label in self.labels(model).items():
            return probability_of(model, name, label)

        names = [*self.maximize, *self.minimize, *(name for name, _ in self.pairs("target"))]
        numbers = {part.name for part in model.schema_.targets if not part.classes}

        return predicted(model, names[0], "maximize") if names and names[0] in numbers else None

    def label(self, model: Fitted) -> Any:
        """Returns the label that rows are decoded with: the wanted class or number, or None."""

        from semivae.fitted import Predictor

        targets = {part.name for part in model.schema_.targets}
        numbers = {name: number(value, value, "target") for name, value in self.pairs("target") if name in targets}
        wanted = {**self.labels(model), **numbers}

        if isinstance(model, Predictor):
            return wanted or None

        return next(iter(wanted.values()), None)

    def labels(self, model: Fitted) -> dict[str, Any]:
        """Returns the wanted classes by target."""

        from semivae.workflows.generate import labels_of

        return labels_of(model, self.classes, "classes")

    def constraints(self) -> list[Constraint]:
        """Returns the constraints on columns."""

        from semivae.latent import bounds

        found = []

        for name, value in self.pairs("bounds"):
            low, colon, high = value.partition(":")

            if not colon:
                raise SettingError(
                    f"bounds=['{name}={value}']", "it must be COL=LOW:HIGH", f"bounds=['{name}=:{value}']"
                )

            ends = (low or "-inf", high or "inf")
            found.append(bounds(name, *(number(end, f"{name}={value}", "bounds") for end in ends)))

        return found

    def pairs(self, word: str) -> Iterator[tuple[str, str]]:
        """Yields the column and the value of each text COL=VALUE."""

        for text in getattr(self, word):
            name, equals, value = text.rpartition("=")

            if not equals or not name:
                raise SettingError(f"{word}=[{text!r}]", "it must name a column and a value", f"{word}=['COL=VALUE']")

            yield name.strip(), value.strip()


@dataclass(frozen=True)
class Beliefs:
    r"""A model as a classifier of one of its targets.

    Attributes:
        model: The model.
        target: The name of the target.
    """

    model: Fitted
    target: str

    @property
    def classes_(self) -> Any:
        """The classes of the target."""

        return next(part.classes for part in self.model.schema_.targets if part.name == self.target)

    def predict_proba(self, X: Any) -> Any:
        """Returns the probability of each class, with shape (N, C)."""

        from semivae.fitted import Classifier, Predictor

        if isinstance(self.model, Predictor):
            names = [part.name for part in self.model.schema_.targets if part.classes]

            return self.model.predict_proba(X)[names.index(self.target)]

        assert isinstance(self.model, Classifier)

        return self.model.predict_proba(X)


def probability_of(model: Fitted, name: str, label: Any) -> Callable[[Any], Any]:
    """Returns the predicted probability of a class as a function of rows."""

    beliefs = Beliefs(model, name)
    code = list(beliefs.classes_).index(label)

    return lambda rows: beliefs.predict_proba(rows)[:, code]


def predicted(model: Fitted, name: str, word: str) -> Callable[[Any], Any]:
    r"""Returns a number of decoded rows: a prediction of the model, or a column.

    Raises:
        SettingError: If the name is of a class, or of nothing.
    """

    from semivae.fitted import Predictor, Regressor
    from semivae.latent import column_of

    targets = {part.name: part for part in model.schema_.targets}
    columns = [part.name for part in model.schema_.x if not part.classes]

    if name in columns:
        return partial(column_of, name=name)

    if name not in targets or targets[name].classes:
        known = [name for name, part in targets.items() if not part.classes] + columns
        needed = f"it must be a number of the model or of its rows: {', '.join(known[:20])}"
        fix = f"classes=['{name}=VALUE']" if name in targets else f"{word}=[{known[0]!r}]" if known else ""

        raise SettingError(f"{word}=[{name!r}]", needed, fix)

    if isinstance(model, Predictor):
        position = list(targets).index(name)

        return lambda rows: as_table(model.predict(rows))[:, position].astype(float)

    assert isinstance(model, Regressor)

    return model.predict


def as_table(values: Any) -> Any:
    """Returns predictions of several targets as an array, with shape (N, T)."""

    import numpy as np

    return np.asarray(values, dtype=object)


def number(text: str, pair: str, word: str) -> float:
    """Returns the number that a text writes."""

    try:
        return float(text)
    except ValueError:
        raise SettingError(f"{word}=[{pair!r}]", f"{text!r} is no number", f"{word}=['COL=1.5']") from None


def imported(place: str) -> Callable[[Any], Any]:
    r"""Returns the function at a place, written as module:function; modules of the working folder are found.

    Raises:
        SettingError: If there is none.
    """

    module, _, name = place.partition(":")
    added = "" not in sys.path

    if added:
        sys.path.insert(0, "")

    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingError(
            f"black_box={place!r} ({error})",
            "it must name a module and a function in it, which maps rows to numbers",
            "black_box='module:function'",
        ) from None
    finally:
        if added:
            sys.path.remove("")

    return found
