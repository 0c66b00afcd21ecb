r"""How good new strings are, such as molecules: valid, all different, and none of the training strings."""

from __future__ import annotations

__all__ = ["canonical", "new_share", "unique_share", "usable_share", "valid_share"]

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivae.errors import DataError
from semivae.evaluation.intervals import Share
from semivae.evaluation.registry import metric

Texts = NDArray[Any]


def canonical(texts: Iterable[str]) -> Texts:
    r"""Returns each SMILES in the form that all strings of a molecule share, empty where it is no molecule.

    Arguments:
        texts: The strings.

    Raises:
        DataError: If RDKit is not installed.
    """

    try:
        from rdkit import Chem, RDLogger  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise DataError("RDKit is not installed", "it reads molecules", "pip install 'semivae[molecules]'") from error

    # It would write a line for every string that is no molecule.
    RDLogger.DisableLog("rdApp.*")
    read: Callable[[str], Any] = Chem.MolFromSmiles
    molecules = (read(text) if text else None for text in texts)

    return np.array(["" if one is None else Chem.MolToSmiles(one) for one in molecules], dtype=object)


@metric("valid_share", "strings", "higher", "share of new strings that are valid", 1, "share", (0, 1))
def valid_share(samples: Texts, train: Texts) -> float:
    r"""Returns the share of strings that are valid: not empty.

    .. math:: |V| / M, \qquad V = \{m : s_m \text{ is valid}\}

    References:
        | Molecular Sets (MOSES): A Benchmarking Platform for Molecular Generation Models (Polykovskiy et al., 2020)
        | https://arxiv.org/abs/1811.12823
    """

    return Share(samples != "")


@metric("unique_share", "strings", "higher", "share of valid new strings unlike those before", 1, "share", (0, 1))
def unique_share(samples: Texts, train: Texts) -> float:
    r"""Returns the share of valid strings that differ from all before them; 0 without any.

    .. math:: |\{s_m : m \in V\}| / |V|

    References:
        | Molecular Sets (MOSES): A Benchmarking Platform for Molecular Generation Models (Polykovskiy et al., 2020)
        | https://arxiv.org/abs/1811.12823
    """

    valid = samples[samples != ""]

    return Share(first(valid)) if len(valid) else 0.0


@metric("new_share", "strings", "higher", "share of valid new strings that no training row is", 1, "share", (0, 1))
def new_share(samples: Texts, train: Texts) -> float:
    r"""Returns the share of valid strings that are none of the training strings; 0 without any.

    .. math:: |\{m \in V : s_m \notin T\}| / |V|

    References:
        | Molecular Sets (MOSES): A Benchmarking Platform for Molecular Generation Models (Polykovskiy et al., 2020)
        | https://arxiv.org/abs/1811.12823
    """

    valid = samples[samples != ""]

    return Share(unseen(valid, train)) if len(valid) else 0.0


@metric("usable_share", "strings", "higher", "share of new strings that are valid, unique and new", 1, "share", (0, 1))
def usable_share(samples: Texts, train: Texts) -> float:
    r"""Returns the share of strings that are valid, differ from all before them, and are none of the training strings.

    .. math:: |\{s_m : m \in V, \, s_m \notin T\}| / M

    References:
        | Molecular Sets (MOSES): A Benchmarking Platform for Molecular Generation Models (Polykovskiy et al., 2020)
        | https://arxiv.org/abs/1811.12823
    """

    return Share((samples != "") & first(samples) & unseen(samples, train))


def first(texts: Texts) -> NDArray[np.bool_]:
    """Marks the strings that differ from all before them, with shape (M,)."""

    found = np.zeros(len(texts), dtype=bool)
    found[np.unique(texts.astype(str), return_index=True)[1]] = True

    return found


def unseen(texts: Texts, train: Texts) -> NDArray[np.bool_]:
    """Marks the strings that are none of others, with shape (M,)."""

    known = set(train.tolist())

    return np.array([text not in known for text in texts.tolist()], dtype=bool)
