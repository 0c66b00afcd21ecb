"""The copy in double precision is made once for each fitted model, and goes nowhere with the estimator."""

import copy
import gc
import pickle
import weakref

import numpy as np
from sklearn.base import clone

from semivae import VAEClassifier
from semivae.estimators.double import COPIES

X, Y = np.random.default_rng(0).normal(size=(30, 3)), np.arange(30) % 2


def test_copy_is_made_once_and_anew_after_a_second_fit():
    estimator = VAEClassifier(epochs=1, hidden=(4,), random_state=0).fit(X, Y)
    first = estimator._double()
    assert estimator._double() is first is copy.copy(estimator)._double()

    before = estimator.predict_proba(X)
    estimator.set_params(random_state=1).fit(X, Y)
    assert estimator._double() is not first and not np.array_equal(estimator.predict_proba(X), before)


def test_copy_is_neither_pickled_nor_cloned_nor_kept():
    estimator = VAEClassifier(epochs=1, hidden=(4,), random_state=0).fit(X, Y)
    size = len(pickle.dumps(estimator))
    probabilities = estimator.predict_proba(X)
    assert len(pickle.dumps(estimator)) == size and not hasattr(clone(estimator), "model_")

    twin = copy.deepcopy(estimator)
    assert twin._double() is not estimator._double() and twin.model_ in COPIES
    np.testing.assert_array_equal(twin.predict_proba(X), probabilities)

    double = weakref.ref(twin._double())
    del twin
    gc.collect()
    assert double() is None
