r"""Random splits of rows: kept labels, held-out rows and folds. The code -1 means unlabeled."""

from __future__ import annotations

__all__ = ["hold_out", "keep_labels", "keep_labels_per_class", "keep_values", "stratified_folds"]

import warnings

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import KFold, StratifiedKFold

from semivae.errors import SettingError

Index = NDArray[np.int64]
Mask = NDArray[np.bool_]


def keep_labels(codes: NDArray[np.int64], n: int, seed: int) -> Mask:
    r"""Draws the labels to keep: in proportion to the class frequencies, at least one per class.

    Arguments:
        codes: Codes by row, with shape (N,).
        n: The number of labels.
        seed: Random seed.

    Returns:
        Whether each row keeps its label, with shape (N,).

    Raises:
        SettingError: If there are fewer labels than `n`, or more classes.
    """

    generator = np.random.default_rng(seed)
    counts = np.bincount(codes[codes >= 0])
    classes = int((counts > 0).sum())

    check_count(n, available=int(counts.sum()))

    if n < classes:
        raise SettingError(f"{n} labels for {classes} classes", "every class needs a label", f"labels={classes}")

    quota = np.minimum(counts, 1)

    # The labels that are left go to the classes furthest behind their share; ties are broken at random.
    while (left := n - quota.sum()) > 0:
        behind = np.where(quota < counts, n * counts / counts.sum() - quota, -np.inf)
        order = np.lexsort((generator.random(len(counts)), -behind))
        quota[order[: max(1, min(left, int((behind >= 1).sum())))]] += 1

    return drawn(codes, quota, generator)


def keep_labels_per_class(codes: NDArray[np.int64], n: int, seed: int) -> Mask:
    r"""Draws the labels to keep: `n` per class, or all labels of a smaller class.

    Arguments:
        codes: Codes by row, with shape (N,).
        n: The number of labels per class.
        seed: Random seed.

    Returns:
        Whether each row keeps its label, with shape (N,).

    Raises:
        SettingError: If `n` is less than 1.
    """

    if n < 1:
        raise SettingError(f"{n} labels per class", "every class needs a label", "labels_per_class=5")

    generator = np.random.default_rng(seed)
    counts = np.bincount(codes[codes >= 0])
    quota = np.zeros_like(counts)

    for _ in range(n):
        quota[generator.permutation(np.flatnonzero(quota < counts))] += 1

    return drawn(codes, quota, generator)


def drawn(codes: NDArray[np.int64], quota: NDArray[np.int64], generator: np.random.Generator) -> Mask:
    """Draws `quota[c]` rows of each class c; returns a mask with shape (N,)."""

    keep = np.zeros(len(codes), dtype=bool)

    for code, size in enumerate(quota):
        keep[generator.choice(np.flatnonzero(codes == code), size, replace=False)] = True

    return keep


def keep_values(values: NDArray[np.floating], n: int, seed: int) -> Mask:
    r"""Draws the values of a real target to keep.

    Arguments:
        values: Values by row, with shape (N,); NaN where unlabeled.
        n: The number of values.
        seed: Random seed.

    Returns:
        Whether each row keeps its value, with shape (N,).

    Raises:
        SettingError: If there are fewer values than `n`.
    """

    labeled = np.flatnonzero(~np.isnan(values))

    check_count(n, available=len(labeled))

    keep = np.zeros(len(values), dtype=bool)
    keep[np.random.default_rng(seed).choice(labeled, n, replace=False)] = True

    return keep


def check_count(n: int, available: int) -> None:
    """Checks that `n` labels can be kept."""

    if not 1 <= n <= available:
        raise SettingError(
            f"cannot keep {n} labels out of {available}",
            f"the number must be from 1 to {available}",
            f"labels={available}",
        )


def stratified_folds(
    labels: NDArray[np.generic], folds: int, seed: int, groups: NDArray[np.int64] | None = None
) -> list[tuple[Index, Index]] | None:
    r"""Splits labeled rows for cross-validation.

    A class with a single row is never tested: its row is in every training part. Equal rows count as one, for a row
    that is also in the training part tests nothing.

    Arguments:
        labels: Codes of the labeled rows (integers), or their values (floats), with shape (N,).
        folds: The number of folds; fewer if no class has so many rows.
        seed: Random seed.
        groups: A number for each row, the same for equal rows, with shape (N,); all differ if not given.

    Returns:
        The training and test rows of each fold, as indices into `labels`; None if no row can be tested.
    """

    # Values are no classes, which folds would have to share out.
    values = labels.dtype.kind == "f"
    classes, counts = np.unique(labels, return_counts=True)
    folds = min(folds, len(labels) if values else int(counts.max(initial=0)))

    if folds < 2:
        return None

    splitter = KFold if values else StratifiedKFold
    fold = np.empty(len(labels), dtype=np.int64)

    with warnings.catch_warnings():
        # A class with fewer rows than folds is tested in some folds only, but is in every training part.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)

        for number, (_, test) in enumerate(splitter(folds, shuffle=True, random_state=seed).split(labels, labels)):
            fold[test] = number

    if groups is not None:
        first, group = np.unique(groups, return_index=True, return_inverse=True)[1:]
        fold = fold[first][group]

    # A class of a single row, or with all its rows in one fold, would be missing in that training part.
    alone = [] if values else [one for one in classes if len(np.unique(fold[labels == one])) == 1]
    fold[np.isin(labels, alone)] = -1
    tests = [np.flatnonzero(fold == number) for number in range(folds)]
    found = [(np.setdiff1d(np.arange(len(labels)), test), test) for test in tests if len(test)]

    # Copies of one number have but one fold, which leaves nothing to learn from.
    return [part for part in found if len(part[0])] or None


def hold_out(codes: NDArray[np.int64], share: float, seed: int) -> tuple[Index, Index]:
    r"""Splits rows into training and validation rows.

    Labeled rows are split class by class, and each class keeps a label for training. Unlabeled rows are split at
    random; unlabeled validation rows only measure the bound.

    Arguments:
        codes: Codes by row, with shape (N,). For a real target: -1 where unlabeled, else 0.
        share: The share of validation rows, from 0 to 1.
        seed: Random seed.

    Returns:
        The sorted indices of the training rows and of the validation rows.
    """

    generator = np.random.default_rng(seed)
    counts = np.bincount(codes[codes >= 0])
    quotas = shares(counts, share)
    unlabeled = np.flatnonzero(codes < 0)

    held = [generator.permutation(np.flatnonzero(codes == code))[:quota] for code, quota in enumerate(quotas)]
    held.append(generator.permutation(unlabeled)[: round(share * len(unlabeled))])
    validation = np.sort(np.concatenate(held))

    return np.setdiff1d(np.arange(len(codes)), validation), validation


def shares(counts: Index, share: float) -> Index:
    """Returns the number of rows of each class to hold out, (C,): by largest remainder, never a whole class."""

    most = np.maximum(counts - 1, 0)
    quotas = np.minimum(np.floor(share * counts).astype(np.int64), most)
    left = min(round(share * counts.sum()), int(most.sum())) - quotas.sum()

    for code in np.argsort(-(share * counts - quotas), kind="stable"):
        step = min(max(left, 0), most[code] - quotas[code], 1)
        quotas[code] += step
        left -= step

    return quotas
