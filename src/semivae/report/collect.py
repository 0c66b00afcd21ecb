r"""Collects the facts of a report: from the model alone, and more if its rows are at hand."""

from __future__ import annotations

__all__ = ["collect"]

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples

from semivae.errors import SemivaeError
from semivae.report.contract import contract, counts, left_out
from semivae.report.headline import headline
from semivae.report.records import Facts, Sheet
from semivae.report.reproduce import commands, details, seed_of
from semivae.workflows.plain import short

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from semivae.fitted import Classifier, Fitted, Regressor

LOG = logging.getLogger(__name__)

# The titles of the parts, as the page has them.
TITLES = {
    "gallery": "Real rows and samples",
    "card": "Both halves",
    "map": "The map",
    "live": "Move through the latent",
    "unusual": "Most surprising",
    "doubtful": "Labels to check",
    "following": "Rows to label next",
    "budget": "More labels",
}

# Further labels that a forecast names.
MORE = (20, 100)

# As many rows as a section lists.
LISTED = 20

# The most labels that are judged by fits of simple learners: more would take longer than the rest of a report.
JUDGED = 2_000

# A given number that is less probable than this is worth a look.
UNLIKELY = 0.05


def collect(
    fitted: Fitted,
    x: Any = None,
    y: Any = None,
    metrics: Mapping[str, Any] | None = None,
    place: str = "MODEL",
    data: str | None = None,
    hashes: Mapping[str, str] | None = None,
    budget: bool = False,
) -> Facts:
    r"""Collects the facts of a report.

    Arguments:
        fitted: The estimator.
        x: Rows, best the rows of its fit; the report leaves out what needs rows if not given.
        y: Their labels, with markers where missing; None if there are none.
        metrics: The facts that the fit described, as :func:`semivae.workflows.fit.describe` returns them, with the
            comparison.
        place: The folder of the model, for commands.
        data: The name of the rows as the user gave it, for commands.
        hashes: The sha256 of files of the model, by name.
        budget: Whether to forecast the error with more labels, which takes several fits.
    """

    from semivae.workflows.held import held_measures

    metrics = metrics or {}
    comparison, held = metrics.get("comparison"), held_measures(fitted)
    target, rows = named(fitted), metrics.get("data", {}).get("rows")
    found = {} if x is None else of_rows(fitted, x, y, held is not None, budget)
    found = {"live": decoder(fitted, None)} | found
    health = getattr(fitted, "health_", None)

    return Facts(
        title=" · target ".join(filter(None, [metrics.get("data", {}).get("name") or data or place, target])),
        about=f"{type(fitted).__name__} · model {fitted.model_name_} · seed {seed_of(fitted)}",
        headline=headline(target, comparison, held, found.get("card"), rows),
        comparison=comparison,
        held=held,
        health=() if health is None else health.to_json()["findings"],
        not_judged="" if health is None else health.not_judged,
        data=contract(fitted),
        left_out=left_out(fitted),
        counts=counts(fitted),
        commands=commands(fitted, place, data or "DATA", metrics),
        details=details(fitted, hashes or {}),
        **found,
    )


def of_rows(fitted: Fitted, x: Any, y: Any, judged: bool, budget: bool) -> dict[str, Any]:
    r"""Returns the facts that need rows, by name. A section that cannot be made is left out, and logged.

    Arguments:
        fitted: The estimator.
        x: The rows.
        y: Their labels, or None.
        judged: Whether labels were held out, so that doubted labels are found quickly.
        budget: Whether to forecast the error with more labels.
    """

    from semivae.report.gallery import gallery
    from semivae.report.latents import latent_map
    from semivae.workflows.card import card
    from semivae.workflows.draw import codes_of

    codes = codes_of(fitted, y, _num_samples(x))
    latents = fitted.transform(x)
    parts: dict[str, Callable[[], Any]] = {
        "gallery": lambda: gallery(fitted, x, codes),
        "card": lambda: card({"this model": fitted}, x, codes),
        "map": lambda: latent_map(fitted, x, latents, codes),
        "live": lambda: decoder(fitted, latents),
        "unusual": lambda: unusual(fitted, x),
        "doubtful": lambda: doubtful(fitted, x, y) if judged else None,
        "following": lambda: following(fitted, x, y),
        "budget": lambda: forecast(fitted, x, y) if budget else None,
    }
    found = {}

    for name, part in parts.items():
        try:
            found[name] = part()
        except SemivaeError as error:
            # The other sections are good without it.
            LOG.info(f"The report has no section {TITLES[name]!r}: {error}")

    return {name: value for name, value in found.items() if value is not None}


def named(fitted: Fitted) -> str | None:
    """Returns the name of the target, or of all targets; None without one."""

    return " and ".join(variable.name for variable in fitted.schema_.targets) or None


def decoder(fitted: Fitted, latents: Any) -> Any:
    """Returns the decoder as plain numbers, if it can be taken apart."""

    from semivae.workflows.live import live

    return live(fitted, latents)


def unusual(fitted: Fitted, x: Any) -> Sheet:
    """Returns the most surprising rows."""

    from semivae.workflows.surprises import surprises

    return of_frame(fitted, x, surprises(fitted, x, LISTED), ["row", "outlier_score", "reason"])


def doubtful(fitted: Any, x: Any, y: Any) -> Sheet | None:
    """Returns the labels that the model doubts: it gives another class more, or the value is far off."""

    from semivae.fitted import Classifier, Regressor

    if y is None or not isinstance(fitted, Classifier | Regressor):
        return None

    some = judged_rows(fitted, x, y)
    found = fitted.mislabeled(*(part if some is None else _safe_indexing(part, some) for part in (x, y)))
    found = found if some is None else found.assign(row=some[found["row"]])
    doubted = (
        found["suggested"] != found["label"] if isinstance(fitted, Classifier) else found["probability"] < UNLIKELY
    )

    return of_frame(fitted, x, found.loc[doubted].head(LISTED), ["row", "label", "suggested", "probability"])


def judged_rows(fitted: Classifier | Regressor, x: Any, y: Any) -> NDArray[np.int64] | None:
    """Returns the labeled rows that are judged, of many labels that a fit did not hold out; None to judge all."""

    from semivae.estimators.rows.target import encoded, matched
    from semivae.findings import known

    labeled = np.flatnonzero(known(encoded(fitted, matched(x, y))))
    held = 0 if fitted.held_out_ is None else len(fitted.held_out_.rows)

    if len(labeled) <= max(held, JUDGED):
        return None

    return np.sort(np.random.default_rng(0).permutation(labeled)[:JUDGED])


def following(fitted: Fitted, x: Any, y: Any) -> Sheet | None:
    """Returns the rows to label next; None without a target, or if every row has a label."""

    from semivae.estimators.suggested import suggested

    if fitted.schema_.y is None:
        return None

    return of_frame(fitted, x, suggested(fitted, x, y, LISTED), ["row", "reason"])


def forecast(fitted: Fitted, x: Any, y: Any) -> dict[str, Any] | None:
    """Returns the forecast of the error with more labels, as plain JSON values; None without one class or number."""

    from semivae.estimators.rows.target import encoded
    from semivae.fitted import Classifier, Regressor
    from semivae.workflows.budget import budget_of

    if y is None or not isinstance(fitted, Classifier | Regressor):
        return None

    return budget_of(fitted, x, encoded(fitted, y)).to_json(MORE)


def of_frame(fitted: Fitted, x: Any, found: pd.DataFrame, names: Sequence[str]) -> Sheet:
    """Returns columns about rows, the first of them their positions, with the rows if they are pictures or texts."""

    from semivae.report.gallery import picture
    from semivae.workflows.explore.cells import texts

    kept = [name for name in names if name == "row" or bool(np.any(found[name].to_numpy() != ""))]
    pictures = [picture(fitted, x[row]) for row in found["row"].tolist()] if fitted.schema_.image else []
    cells = [[text(value) for value in found[name].tolist()] for name in kept]

    if fitted.schema_.written:
        kept.append(fitted.schema_.x[0].source)
        cells.append([row[0]["text"] for row in texts(fitted, _safe_indexing(x, found["row"].to_numpy()))])

    return Sheet([name.replace("_", " ") for name in kept], list(zip(*cells, strict=True)), pictures)


def text(value: Any) -> str:
    """Returns a cell as text, a number with a useful number of digits."""

    return short(value) if isinstance(value, float) else f"{value:,}" if type(value) is int else str(value)
