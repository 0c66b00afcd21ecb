r"""New rows from a saved model, and the forms in which they are written."""

from __future__ import annotations

__all__ = ["Generated", "generate", "labels_of", "refuse_form"]

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semivae.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd

    from semivae.fitted import Fitted
    from semivae.variables import Variable

TABLES = (".csv", ".parquet")
ARRAYS, PICTURE, FOLDER, CELLS = ".npz", ".png", "", ".h5ad"

# The forms of a sparse matrix.
SPARSE = (ARRAYS, CELLS)


@dataclass(frozen=True, eq=False)
class Generated:
    r"""New rows.

    Attributes:
        x: The rows, in the container of the rows of the fit.
        labels: The label of all rows by the name of its target, where it was given.
        columns: The names of the columns.
    """

    x: Any
    labels: Mapping[str, Any]
    columns: Sequence[str]

    def table(self) -> pd.DataFrame:
        """Returns the rows and their labels as a table."""

        import pandas as pd

        table = self.x if isinstance(self.x, pd.DataFrame) else pd.DataFrame(self.x, columns=list(self.columns))

        return table.assign(**self.labels)

    def arrays(self) -> bytes:
        """Returns the rows as npz: X, and y with the label where it was given; a sparse matrix as SciPy saves it."""

        import numpy as np
        from scipy.sparse import issparse, save_npz

        buffer = io.BytesIO()

        if issparse(self.x):
            save_npz(buffer, self.x)

            return buffer.getvalue()

        arrays = {"X": self.x}

        for label in self.labels.values():
            arrays["y"] = np.full(len(self.x), label)

        np.savez_compressed(buffer, allow_pickle=False, **arrays)

        return buffer.getvalue()

    def files(self, model: Fitted) -> Iterator[tuple[str, bytes]]:
        """Yields the name and the PNG of each image of a model."""

        from semivae.workflows.picture_files import picture_files

        return picture_files(self.x, model.schema_.x[0], self.labels)

    def picture(self) -> bytes:
        """Returns images as a square grid, as PNG."""

        from semivae.figures import image_grid, to_png

        return to_png(image_grid(self.x, columns=math.ceil(math.sqrt(len(self.x)))))


def generate(model: Fitted, n: int, given: Sequence[str], seed: int) -> Generated:
    r"""Draws new rows.

    Arguments:
        model: The model.
        n: The number of rows.
        given: Labels of all rows as TARGET=VALUE, at most one for each target.
        seed: The seed of the draw.

    Raises:
        SettingError: If a label does not fit the model.
    """

    from semivae.data.codecs.choose import codec_of
    from semivae.fitted import Predictor

    labels = labels_of(model, given)
    y = (labels or None) if isinstance(model, Predictor) else next(iter(labels.values()), None)
    codec = codec_of(model.schema_)
    x = codec.plain(model.sample(n, y, random_state=seed))

    return Generated(x, labels, codec.columns)


def refuse_form(model: Fitted, path: Path) -> None:
    r"""Checks that the rows of a model can be written in the form that the ending of a file names.

    Raises:
        SettingError: If they cannot.
    """

    schema, ending = model.schema_, path.suffix.lower()

    if (schema.container == "sparse") != (ending in SPARSE) and (schema.container == "sparse" or ending == CELLS):
        sparse = schema.container == "sparse"
        needed = "the model makes a sparse matrix" if sparse else "the model makes no sparse matrix"
        raise SettingError(f"out={str(path)!r}", needed, f"out={str(path.with_suffix(ARRAYS))!r}")

    other = f"out={str(path.with_suffix(PICTURE if schema.image else TABLES[0]))!r}"

    if schema.image and ending in TABLES:
        raise SettingError(f"out={str(path)!r}", "the model makes images, not the rows of a table", other)

    if not schema.image and ending in (PICTURE, FOLDER):
        raise SettingError(f"out={str(path)!r}", "the model makes rows of a table", other)

    if schema.container == "frame" and ending == ARRAYS:
        raise SettingError(f"out={str(path)!r}", "an array does not keep the names and types of columns", other)


def labels_of(model: Fitted, given: Sequence[str], word: str = "given") -> dict[str, Any]:
    r"""Reads labels that are written as TARGET=VALUE.

    Arguments:
        model: The model.
        given: The texts.
        word: The parameter that they are given by, for messages.

    Returns:
        The labels by target, in the types of the targets.

    Raises:
        SettingError: If a text is no label of a target, or a target has two.
    """

    targets = {variable.name: variable for variable in model.schema_.targets}
    labels: dict[str, Any] = {}

    for pair in given:
        name, _, text = (part.strip() for part in pair.partition("="))

        if not targets:
            raise SettingError(as_given(pair, word), "the model was fitted without a target", f"{word}=None")

        # A number is given to a search by `target`, not as a class.
        usable = [name for name in targets if word != "classes" or targets[name].classes]

        if name not in usable:
            needed = "only a target can be given" if usable else "no target of the model is a class"
            fix = as_given(f"{usable[0]}=VALUE", word) if usable else f"target=['{next(iter(targets))}=VALUE']"

            raise SettingError(as_given(pair, word), needed, fix)

        if name in labels:
            raise SettingError(
                as_given(pair, word), f"{name!r} is given twice", as_given(f"{name}={labels[name]}", word)
            )

        read = class_of if targets[name].classes else number_of
        labels[name] = read(targets[name], text, word)

    return labels


def class_of(variable: Variable, text: str, word: str) -> Any:
    """Returns the class that a text writes."""

    names = {str(name): name for name in variable.classes}

    if text not in names:
        raise SettingError(
            as_given(f"{variable.name}={text}", word),
            f"it must be one of {', '.join(names)}",
            as_given(f"{variable.name}={next(iter(names))}", word),
        )

    return names[text]


def number_of(variable: Variable, text: str, word: str) -> float:
    """Returns the number that a text writes."""

    try:
        return float(text)
    except ValueError:
        raise SettingError(
            as_given(f"{variable.name}={text}", word),
            "it must be a number",
            as_given(f"{variable.name}={variable.low:g}", word),
        ) from None


def as_given(pair: str, word: str) -> str:
    """Returns a label as it is given in Python."""

    return f"{word}={[pair]!r}"
