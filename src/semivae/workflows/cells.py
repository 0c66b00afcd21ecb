r"""Results about single cells, written beside the cells, so that scanpy goes on from there."""

from __future__ import annotations

__all__ = ["annotated", "drawn_cells"]

from typing import TYPE_CHECKING, Any

from semivae.errors import SettingError
from semivae.workflows.predict import Asked, table_of, with_novelty

if TYPE_CHECKING:
    from semivae.fitted import Fitted, Saved
    from semivae.workflows.generate import Generated

# The latent in obsm, and the start of the names of columns in obs.
LATENT, START = "X_semivae", "semivae_"


def annotated(model: Saved, data: str, asked: Asked | None = None) -> Any:
    r"""Returns a copy of cells with results about them.

    Arguments:
        model: The model.
        data: The h5ad file.
        asked: The coverage of sets and intervals, and the cells to reject.

    Returns:
        The cells, with the latent as `X_semivae` in `obsm`, and in `obs` columns that start with `semivae_`:
        `prediction`, the probability of each class, `uncertainty` (1 minus the largest probability), `outlier_score`.

    Raises:
        DataError: If the cells cannot be read.
        SettingError: If the file holds other rows.
    """

    import pandas as pd

    from semivae.data.cells import is_cells
    from semivae.data.read import read
    from semivae.fitted import Classifier

    asked, cells = asked or Asked(), read(data).x

    if not is_cells(cells):
        raise SettingError(f"data={data!r}", "only cells of an h5ad file become one", "out='predictions.csv'")

    found = pd.DataFrame(index=range(len(cells))) if model.schema_.y is None else table_of(model, cells, asked)

    if isinstance(model, Classifier):
        found["uncertainty"] = 1 - model.predict_proba(cells).max(axis=1)

    found = with_novelty(model, cells, found.assign(outlier_score=model.outlier_score(cells)), asked.reject)
    copy = cells.copy()
    copy.obsm[LATENT] = model.transform(cells)

    for name, column in found.items():
        text = pd.api.types.is_string_dtype(column.dtype) or column.dtype == object
        copy.obs[f"{START}{name}"] = column.astype("category").to_numpy() if text else column.to_numpy()

    return copy


def drawn_cells(model: Fitted, new: Generated) -> Any:
    """Returns new cells as AnnData, with the names of the genes that are modeled."""

    import numpy as np
    import pandas as pd

    from semivae.data.codecs.choose import codec_of
    from semivae.data.files.cells import anndata

    row = model.schema_.x[0]
    counts = new.x[:, list(row.kept)] if row.kept else new.x
    names = np.array(codec_of(model.schema_).numbers, dtype=object)
    places = np.array([f"sample_{place}" for place in range(counts.shape[0])], dtype=object)
    labels = {name: [str(label)] * counts.shape[0] for name, label in new.labels.items()}

    return anndata().AnnData(counts, pd.DataFrame(labels, index=places), pd.DataFrame(index=names))
