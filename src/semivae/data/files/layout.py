r"""The layout of a text file: the separator of its values, and the names of its columns."""

from __future__ import annotations

__all__ = ["NAMELESS", "Layout", "layout_of", "not_utf8"]

import codecs
import gzip
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from semivae.data.files.formulas import unguarded_text
from semivae.data.files.literals import DECIMAL_COMMA, MISSING, is_number
from semivae.data.files.paths import shown
from semivae.errors import DataError

Records = list[list[str]]

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

# The name of a column without a name, the same as in pandas.
NAMELESS = "Unnamed: {}"

SAMPLE = 2**20  # bytes to examine, or more where lines are longer
LONGEST = 2**23  # the most bytes of the first line
MOST_COLUMNS = 1_000_000
MOST_RECORDS = 100

BLANKS = r"\s+"  # any number of blanks and tabs, as pandas writes it
SEPARATORS = {",": ",", ";": ";", "\t": r"\t", "|": r"\|", BLANKS: r" \t"}  # for use in brackets of a pattern


@dataclass(frozen=True)
class Layout:
    r"""The layout of a text file.

    Attributes:
        separator: The separator of values, as pandas takes it.
        names: The names of the columns; x0, x1, ... if the first line holds values.
        width: The number of values in a line, which may exceed the number of names.
        rows: The cells of the first lines with values.
    """

    separator: str
    names: list[str]
    width: int
    rows: Records


def layout_of(path: Path, header: bool = True) -> Layout:
    r"""Detects the layout of a text file from its first lines.

    Arguments:
        path: The file.
        header: Whether the first line holds the names of the columns.

    Raises:
        DataError: If it is empty or not text.
        OSError, EOFError, zlib.error: If it is damaged.
    """

    text, whole = start_of(path)
    found = {separator: records(text, separator, whole) for separator in SEPARATORS}

    if header:
        found["\t"] = with_row_names(found["\t"])

        # Under a single name, two numbers may be one value, such as 1 000.
        if found[BLANKS] and len(found[BLANKS][0]) > 1:
            found[BLANKS] = with_row_names(found[BLANKS])

    separator = chosen(found, header, path)
    rows = found[separator]

    if not rows:
        raise endless(path)

    if not header:
        return Layout(separator, [f"x{column}" for column in range(width_of(rows))], width_of(rows), rows)

    return Layout(separator, column_names(rows[0]), max(map(len, rows[:2])), rows[1:])


def start_of(path: Path) -> tuple[str, bool]:
    """Returns the first lines of a text file, and True if these are all lines."""

    size = SAMPLE

    with (gzip.open if path.suffix.lower() == ".gz" else open)(path, "rb") as file:
        start = file.read(size)

        # At least the names and one row are needed.
        while len(start) == size < LONGEST and len(re.findall(rb"\r\n?|\n", start[: -1 or None])) < 2:
            start += file.read(size)
            size *= 2

    if start.startswith(UTF16):
        raise not_utf8(path)

    if b"\0" in start:
        raise DataError(f"{shown(path)} is not a text file", "a file with this ending must be text")

    text, whole = start.decode("utf-8-sig", errors="replace"), len(start) < size

    if not text.strip():
        raise DataError(f"{shown(path)} is empty", "the first line must hold the names of the columns")

    if not whole and not re.search(r"[\r\n]", text.strip()):
        raise endless(path)

    return text, whole


def endless(path: Path) -> DataError:
    """Returns the error for a first line that does not end."""

    return DataError(
        f"the first line of {shown(path)} does not end within {LONGEST >> 20} MiB, or {MOST_COLUMNS:,} values",
        "a text file must hold one row per line, after a line with the names of the columns",
    )


def records(text: str, separator: str, whole: bool) -> Records:
    r"""Splits the first lines of a text into cells. Quoted cells may span lines. Blank lines are left out.

    The list is empty if a line has too many cells for a table.

    The module csv is not used: it limits the length of a cell, and the limit can only be raised for the whole process.

    Arguments:
        text: The text.
        separator: The separator of values.
        whole: Whether the text is complete. If not, its last line may be cut and is left out.
    """

    found: Records = []
    cells: list[str] = []

    for cell, end in split(text, separator):
        cells.append(cell)

        if len(cells) > MOST_COLUMNS:
            return []

        if end is None:
            continue

        if (len(cells) > 1 or cells[0]) and (end or whole):
            found.append(cells)

        cells = []

        if len(found) == MOST_RECORDS:
            break

    return found


def split(text: str, separator: str) -> Iterator[tuple[str, str | None]]:
    """Yields cells without their quotes. The last cell of a line comes with the end of the line, others with None."""

    within = SEPARATORS[separator]
    between = f"[{within}]+" if separator == BLANKS else f"[{within}]"
    pattern = re.compile(
        rf"""[ ]*(?:"(?P<quoted>(?:[^"]++|"")*+)"(?P<rest>[^{within}\r\n]*)|(?P<plain>[^{within}\r\n]*))"""
        rf"""(?:[ ]*(?P<end>\r\n|\r|\n|\Z)|{between})"""
    )

    for match in pattern.finditer(text.strip(" ") if separator == BLANKS else text):
        quoted = match["quoted"]
        cell = match["plain"] if quoted is None else quoted.replace('""', '"') + match["rest"]

        yield cell.strip(), match["end"]


def with_row_names(rows: Records) -> Records:
    """Adds an empty name before the others if R wrote row names: each line then has one cell more than the first."""

    beyond = [len(row) == len(rows[0]) + 1 and row[-1] != "" for row in rows[1:]]

    return [["", *rows[0]], *rows[1:]] if beyond and all(beyond) else rows


def chosen(found: dict[str, Records], header: bool, path: Path) -> str:
    r"""Returns the separator that splits the first lines into equally many cells, more than one.

    Of several, the one that gives more numbers is chosen, as commas also occur in text and in decimal numbers.

    Arguments:
        found: The cells of the first lines by separator.
        header: Whether the first line holds the names of the columns.
        path: The file. The ending .tsv stands for tabs.
    """

    judged = {separator: judge(rows, separator, header) for separator, rows in found.items() if rows}
    split = {separator: (equal, numbers, width) for separator, (width, equal, numbers) in judged.items() if width > 1}
    equal, numbers, _ = split.get(BLANKS, (0.0, 0.0, 0))

    # Blanks also occur in text, so they must split every line, and mostly into numbers.
    if equal < 1 or numbers <= 0.5:
        split.pop(BLANKS, None)

    if "\t" in split and ".tsv" in path.name.lower().removesuffix(".gz")[-4:]:
        return "\t"

    return max(split, key=lambda separator: split[separator], default=",")


def judge(rows: Records, separator: str, header: bool) -> tuple[int, float, float]:
    """Returns the number of columns, the share of lines with that many cells, and the share of cells with numbers."""

    width, values = (len(column_names(rows[0])), rows[1:]) if header else (width_of(rows), rows)
    equal = [len(row) >= width and not any(row[width:]) for row in values]
    numbers = [is_numeric(cell, separator) for row in values for cell in row[:width]]

    return width, share(equal), share(numbers)


def share(of: list[bool]) -> float:
    """Returns the share of True; 1 for an empty list."""

    return sum(of) / len(of) if of else 1.0


def is_numeric(cell: str, separator: str) -> bool:
    """Tells whether a cell holds a number or nothing."""

    return is_number(cell) or cell in MISSING or (separator != "," and re.fullmatch(DECIMAL_COMMA, cell) is not None)


def width_of(rows: Records) -> int:
    """Returns the number of cells that most lines have."""

    return Counter(map(len, rows)).most_common(1)[0][0]


def column_names(cells: list[str]) -> list[str]:
    """Returns the names in a header up to the last that is not empty. Empty ones among them get a name."""

    named = max((position for position, cell in enumerate(cells) if cell), default=0)

    return [unguarded_text(cell) or NAMELESS.format(position) for position, cell in enumerate(cells[: named + 1])]


def not_utf8(path: Path) -> DataError:
    """Returns the error for text in another encoding."""

    name = shown(path)

    return DataError(
        f"{name} is text in another encoding than UTF-8",
        "it must be UTF-8",
        f"save it as UTF-8, or iconv -f LATIN1 -t UTF-8 {name} > utf8.csv (UTF-16 in place of LATIN1 for Unicode text)",
    )
