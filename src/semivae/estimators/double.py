r"""Double precision, so that predictions do not depend on the batch: copied once per fitted model."""

from __future__ import annotations

__all__ = ["doubled"]

import copy
from typing import Any
from weakref import WeakKeyDictionary

# Keyed by the fitted model: a second fit makes another one, and a copy dies with its model. It is kept outside of the
# estimator, so that it is neither pickled nor cloned.
COPIES: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def doubled(model: Any) -> Any:
    """Returns a copy of a fitted model in double precision, the same at each call."""

    if model not in COPIES:
        COPIES[model] = copy.deepcopy(model).double().eval()

    return COPIES[model]
