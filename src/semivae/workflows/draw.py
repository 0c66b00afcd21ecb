r"""The figures of a fitted estimator, as the files that are saved with it."""

from __future__ import annotations

__all__ = ["Arrays", "alone", "offered", "pictures"]

import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from semivae.errors import SemivaeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from semivae.fitted import Fitted

LOG = logging.getLogger(__name__)

# As many rows as a figure has room for.
DOTS = 2000
PAIRS = 10
PER_CLASS = 10
MANY_CLASSES = 20

# As many classes as a panel of a column has room for.
FEW_CLASSES = 4

# The arguments of a figure.
Arrays = dict[str, Any]


def pictures(fitted: Fitted, x: Any, y: Any, seed: int) -> dict[str, bytes]:
    r"""Draws every registered figure that a fitted estimator has the arrays for.

    Arguments:
        fitted: The estimator.
        x: The rows that it was fitted on.
        y: The labels that it saw, or None.
        seed: The seed of the rows that are shown.

    Returns:
        The content of each file by its path in the folder of the model.
    """

    from semivae.figures import figures, to_png

    files = {}

    for needs, arrays in offered(fitted, x, y, seed):
        drawings = [figures[name] for name in figures if figures[name].needs == needs]

        try:
            made = arrays() if drawings else {}
            files |= {f"figures/{drawing.file}.png": to_png(drawing(**made)) for drawing in drawings}
        except SemivaeError as error:
            # The model itself is good, and is not lost for a picture of it.
            LOG.info(f"Not every figure could be drawn: {error}")

    return files


def offered(fitted: Fitted, x: Any, y: Any, seed: int) -> Iterator[tuple[str, Callable[[], Arrays]]]:
    """Yields the groups of arrays that an estimator offers, by their names in the registry of figures."""

    import numpy as np
    from sklearn.utils import _safe_indexing
    from sklearn.utils.validation import _num_samples

    codes = codes_of(fitted, y, _num_samples(x))
    index = some(codes, np.random.default_rng(seed))
    rows = _safe_indexing(x, index)

    yield from alone(fitted, seed)
    yield "latents", lambda: latents(fitted, rows, codes[index])

    if fitted.schema_.image:
        yield "rebuilt images", lambda: rebuilt_images(fitted, rows[: 2 * PAIRS])
    elif not fitted.schema_.single:
        yield "rebuilt cells", lambda: rebuilt_cells(fitted, rows)
        yield "new cells", lambda: new_cells(fitted, rows, seed)


def alone(fitted: Fitted, seed: int) -> Iterator[tuple[str, Callable[[], Arrays]]]:
    """Yields the groups of arrays that an estimator offers without rows."""

    history = fitted.history_

    if len(history) and "epoch" in history:
        yield "epochs", lambda: {"history": history}
    elif len(history):
        yield "components", lambda: {"variances": history}

    if fitted.schema_.image:
        yield "new images", lambda: new_images(fitted, seed)


def codes_of(fitted: Fitted, y: Any, rows: int) -> NDArray[Any]:
    """Returns the codes of classes or values that were seen, with shape (N,), NaN where unlabeled.

    With several targets, the codes or values of the first.
    """

    import numpy as np

    from semivae.data.labels.table import TargetLabels
    from semivae.estimators.rows.target import encoded
    from semivae.fitted import Classifier, Predictor, Regressor

    if y is not None and isinstance(fitted, Predictor):
        labels = TargetLabels(fitted.schema_.target, fitted.missing_label)
        first, codes = fitted.schema_.targets[0], labels.encode(y)[:, 0]

        return codes if first.classes else codes * first.scale + first.center

    if y is None or not isinstance(fitted, Classifier | Regressor):
        return np.full(rows, np.nan)

    codes = encoded(fitted, y)

    return codes if codes.dtype.kind == "f" else np.where(codes < 0, np.nan, codes)


def some(codes: NDArray[Any], random: Any) -> NDArray[Any]:
    """Returns the positions of rows to show: as many labeled rows as there is room for, then others."""

    import numpy as np

    order = random.permutation(len(codes))
    labeled = order[~np.isnan(codes[order])][: DOTS // 2]

    return np.r_[labeled, np.setdiff1d(order, labeled, assume_unique=True)[: DOTS - len(labeled)]]


def latents(fitted: Fitted, rows: Any, labels: NDArray[Any]) -> Arrays:
    """Returns latents with their labels, and the names of the target, or of the first of several, and its classes."""

    targets = fitted.schema_.targets
    named = {"target": targets[0].name, "classes": list(map(str, targets[0].classes))} if targets else {}

    return {"z": fitted.transform(rows), "labels": labels, "predicted": predicted_of(fitted, rows), **named}


def predicted_of(fitted: Fitted, rows: Any) -> NDArray[Any] | None:
    """Returns the predicted codes of classes, or values, with shape (N,); None for other targets."""

    from semivae.fitted import Classifier, Predictor, Regressor

    if isinstance(fitted, Predictor):
        return None

    if isinstance(fitted, Classifier):
        return fitted.predict_proba(rows).argmax(axis=1)

    return fitted.predict(rows) if isinstance(fitted, Regressor) else None


def rebuilt_images(fitted: Fitted, rows: Any) -> Arrays:
    """Returns images and their reconstructions."""

    from semivae.evaluation import rebuilt

    title = "rows of the data and their reconstructions"

    return {"originals": rows, "rebuilt": rebuilt(fitted, rows), "columns": PAIRS, "title": title}


def new_images(fitted: Fitted, seed: int) -> Arrays:
    """Returns new images, by class where there are classes."""

    from semivae.fitted import Classifier

    if not isinstance(fitted, Classifier):
        images = fitted.sample(PER_CLASS**2, random_state=seed)

        return {"images": images, "columns": PER_CLASS, "title": "new rows"}

    classes = fitted.classes_[:MANY_CLASSES]

    return {
        "images": fitted.sample(len(classes) * PER_CLASS, classes.repeat(PER_CLASS), random_state=seed),
        "columns": PER_CLASS,
        "rows": [str(name) for name in classes],
        "title": f"new rows by {fitted.schema_.target.name}",
    }


def rebuilt_cells(fitted: Fitted, rows: Any) -> Arrays:
    """Returns the cells of a table and their reconstructions."""

    from semivae.evaluation import rebuilt

    return {"observed": cells(fitted, rows), "rebuilt": cells(fitted, rebuilt(fitted, rows)), **columns(fitted)}


def new_cells(fitted: Fitted, rows: Any, seed: int) -> Arrays:
    """Returns the cells of a table and of new rows, by class where classes are few."""

    from semivae.fitted import Classifier

    n = len(rows)

    if isinstance(fitted, Classifier) and len(fitted.classes_) <= FEW_CLASSES:
        name = fitted.schema_.target.name
        new = {f"sampled, {name} {one}": fitted.sample(n, one, random_state=seed) for one in fitted.classes_}
    else:
        new = {"sampled": fitted.sample(n, random_state=seed)}

    made = {name: cells(fitted, table) for name, table in new.items()}

    return {"observed": cells(fitted, rows), "made": made, **columns(fitted)}


def cells(fitted: Fitted, table: Any) -> NDArray[Any]:
    """Returns the cells of a table in the units of the user, with the code of the class in a category."""

    from semivae.data.codecs.choose import codec_of

    codec = codec_of(fitted.schema_)

    return codec.in_units(codec.encode(table), within=False)


def columns(fitted: Fitted) -> Arrays:
    """Returns the names of the columns of a table, and the names of the classes of each."""

    variables = fitted.schema_.x

    return {
        "names": [variable.name for variable in variables],
        "classes": [[str(name) for name in variable.classes] for variable in variables],
    }
