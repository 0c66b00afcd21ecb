r"""Registries of interchangeable parts: one decorator makes a part known by name."""

from __future__ import annotations

__all__ = ["Registry"]

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from semivae.errors import SettingError

T = TypeVar("T")
P = TypeVar("P")


class Registry(Generic[T]):
    r"""Maps names to parts of one kind, in order of registration.

    Arguments:
        kind: The kind of part, for messages ("model").
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.parts: dict[str, T] = {}

    def register(self, name: str) -> Callable[[P], P]:
        """Returns a decorator that registers its argument under a name."""

        def store(part: P) -> P:
            if name in self.parts:
                raise KeyError(f"{self.kind} {name!r} is registered twice")

            self.parts[name] = part  # type: ignore[assignment]

            return part

        return store

    def __getitem__(self, name: str) -> T:
        if name not in self.parts:
            raise SettingError(
                f"{self.kind}={name!r} is not known",
                f"it must be one of {', '.join(map(repr, self.parts))}",
                f"{self.kind}={next(iter(self.parts), '')!r}",
            )

        return self.parts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.parts)
