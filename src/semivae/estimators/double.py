r"""Double precision, which the answer for a row needs to not depend on its batch: copied once for each fitted model."""

from __future__ import annotations

__all__ = ["doubled"]

import copy
from typing import Any
from weakref import WeakKeyDictionary

# By the model that was fitted: a second fit makes another one, and a copy goes with its model. It is no part of an
# estimator, so that it is neither pickled nor cloned.
COPIES: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def doubled(model: Any) -> Any:
    """Returns a copy of a fitted model in double precision, the same at each call."""

    if model not in COPIES:
        COPIES[model] = copy.deepcopy(model).double().eval()

    return COPIES[model]
