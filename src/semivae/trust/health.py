r"""The health of a fit: whether its latent and its generator do what a person fits them for.

A model may predict well while its latent says nothing of the rows (posterior collapse), its decoder does not heed the
label, or its samples are all alike. No loss shows that. It may also be surer than right, have labels of other rows than
the rest, or have trained unstably. Each finding names the setting that mends it.

References:
    | Understanding Posterior Collapse in Generative Latent Variable Models (Lucas et al., 2019)
    | https://openreview.net/forum?id=r1xaVLUYuE
"""

from __future__ import annotations

__all__ = ["ROWS", "findings", "health", "not_judged"]

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples

from semivae.findings import Finding, Health
from semivae.fitted import Trained
from semivae.trust.records import of_records
from semivae.trust.vitals import Vitals

# As many rows show a variance to a tenth of it, in a small part of the time of a fit; fewer rows do not show it.
ROWS, FEWEST = 500, 50

# In fewer steps a decoder has learned the mean of the rows and little else, so that every model would look collapsed.
# An "auto" number of epochs makes at least 800 steps, or 500 epochs of few rows.
STEPS = 500

# A latent has collapsed if it explains less than this share of the variance that a linear method explains. A good one
# is near 1, or above. The variance counts that columns have in common: above this share of all.
COLLAPSED, COMMON = 1 / 3, 0.1

# Some units of most models are not in use, and do no harm. From this share on the size of the latent misleads.
DEAD = 0.75

# A label is heeded if samples tell it a fifth as well as rows. It counts if rows tell a twentieth of it.
ECHO, READABLE = 0.2, 0.05

# Decoder means vary a little less than rows, because they have no noise: half as much is usual.
LEAST_VARIETY, MOST_SPREAD = 0.2, 2.0


def health(fitted: Trained, X: Any) -> Health:
    r"""Examines a fitted model on at most 500 rows. The same at each call.

    Arguments:
        fitted: The model.
        X: Rows of its fit, or like them.
    """

    if reason := not_judged(fitted, _num_samples(X)):
        return Health(not_judged=reason)

    rows = _safe_indexing(X, np.random.default_rng(0).permutation(_num_samples(X))[:ROWS])

    return Health((*findings(Vitals.of(fitted, rows), fitted.get_params()), *of_records(fitted, X)))


def not_judged(fitted: Trained, rows: int) -> str:
    """Returns the reason why a model cannot be judged; empty if it can."""

    if fitted.stopped_ == "interrupted":
        return "the fit was stopped by hand"

    if fitted.n_steps_ < STEPS:
        return f"the fit had {fitted.n_steps_:,} steps, and fewer than {STEPS} show little"

    return f"there are {rows} rows, and fewer than {FEWEST} show little" if rows < FEWEST else ""


def findings(vitals: Vitals, parameters: dict[str, Any]) -> Iterator[Finding]:
    r"""Yields the faults that vital signs show.

    Arguments:
        vitals: The vital signs; one that is NaN shows nothing.
        parameters: The parameters of the model, which decide what mends it.
    """

    gone = collapsed(vitals)

    if gone:
        yield Finding(
            "posterior collapse",
            vitals.explained,
            f"the latent says almost nothing of a row: it explains {percent(vitals.explained)} of {variance(vitals)}, "
            f"and principal components {percent(vitals.possible)}",
            in_use(parameters),
        )
    elif 0 < vitals.active < (1 - DEAD) * vitals.units:
        yield Finding(
            "dead units",
            1 - vitals.active / vitals.units,
            f"{vitals.units - vitals.active} of the {vitals.units} units of the latent are not in use",
            f"latents={max(2, vitals.active)}",
        )

    if vitals.readable > READABLE and vitals.echoed < ECHO * vitals.readable:
        yield Finding(
            "label ignored",
            vitals.echoed / vitals.readable,
            f"samples do not depend on the label: the model reads {percent(vitals.echoed / vitals.readable)} "
            "as much of it from samples as from rows",
            f"latents={max(2, vitals.units // 2)}, so that a row cannot do without its label",
        )

    yield from of_samples(vitals, parameters)


def of_samples(vitals: Vitals, parameters: dict[str, Any]) -> Iterator[Finding]:
    """Yields the faults of the variance of samples."""

    # Without classes, samples are compared with reconstructions, which do not vary if no unit is active.
    if vitals.variety < LEAST_VARIETY and (vitals.by_class or vitals.active):
        yield Finding(
            "repeats itself",
            vitals.variety,
            f"samples are nearly all alike: they have {percent(vitals.variety)} of {variance(vitals)}",
            in_use(parameters),
        )

    if vitals.spread > MOST_SPREAD:
        yield Finding(
            "far off",
            vitals.spread,
            f"samples are far from the rows: they vary {vitals.spread:.1f} times as much",
            closer(parameters),
        )


def collapsed(vitals: Vitals) -> bool:
    """Whether the latent says nothing of rows, although their columns have something in common."""

    # A table of categories alone has no explained variance.
    if np.isnan(vitals.possible):
        return not vitals.active

    return vitals.possible - vitals.unrelated > COMMON and vitals.explained < COLLAPSED * vitals.possible


def in_use(parameters: dict[str, Any]) -> str:
    """Returns the setting that keeps the latent in use."""

    beta = parameters.get("objective__beta", "auto")
    free_bits = parameters.get("objective__free_bits", 0.0)

    if beta != "auto" and beta > 1:
        return "beta=1"

    if parameters.get("objective__importance_samples", 1) > 1:
        return "importance_samples=1 with free_bits=0.5"

    return f"free_bits={2 * free_bits or 0.5:g}"


def closer(parameters: dict[str, Any]) -> str:
    """Returns the setting that brings the prior to the latents of rows."""

    beta = parameters.get("objective__beta", "auto")

    return "beta=1" if beta != "auto" and beta < 1 else "prior='mixture' with warmup=0.5"


def variance(vitals: Vitals) -> str:
    """Names the variance that is explained."""

    return "the variance of rows within a class" if vitals.by_class else "the variance of rows"


def percent(share: float) -> str:
    """Returns a share as text; below none is none."""

    return f"{max(0.0, share):.0%}"
