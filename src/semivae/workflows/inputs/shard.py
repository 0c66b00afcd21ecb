r"""A part of the rows, for one of several independent processes or machines."""

from __future__ import annotations

__all__ = ["Shard"]

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from semivae.errors import SettingError


@dataclass(frozen=True)
class Shard:
    r"""One of several contiguous parts of the rows, whose sizes differ by at most one.

    Attributes:
        part: Its number, from 1.
        parts: How many there are.
    """

    part: int = 1
    parts: int = 1

    @classmethod
    def of(cls, text: str | None) -> Self:
        r"""Returns the shard written as "2/8", or this process's own under torchrun.

        Raises:
            SettingError: If it is not a shard.
        """

        if text is None:
            from semivae.ranks import launched

            return cls(launched().rank + 1, launched().count)

        found = re.fullmatch(r"(\d+)/(\d+)", text)

        if not found or not 1 <= int(found[1]) <= int(found[2]):
            raise SettingError(f"shard={text!r}", "it must be I/N, with I from 1 to N", "shard='1/8'")

        return cls(int(found[1]), int(found[2]))

    def file(self, path: Path) -> Path:
        """Returns the path for the result of this part."""

        return path if self.parts == 1 else path.with_name(f"{path.stem}-{self.part}-of-{self.parts}{path.suffix}")

    def rows(self, count: int) -> slice:
        r"""Returns the slice of all rows for this part.

        Raises:
            SettingError: If it is empty.
        """

        rows = slice(count * (self.part - 1) // self.parts, count * self.part // self.parts)

        if rows.start == rows.stop:
            raise SettingError(
                f"shard='{self.part}/{self.parts}'", f"there are only {count} rows", f"shard='1/{count}'"
            )

        return rows
