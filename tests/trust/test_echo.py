"""A label that a model reads back from its samples, for each kind of target."""

import numpy as np
import pandas as pd
import pytest
from tests.trust.sick import LABELS, QUICK, X, Y

from semivae import VAEPredictor, VAERegressor
from semivae.trust.echo import Echo, contrast
from semivae.trust.vitals import Vitals

VALUES = np.where(LABELS < 0, np.nan, X[:, 0])


@pytest.fixture(scope="module")
def regressor():
    """A regressor that generates by value."""

    return VAERegressor(**{**QUICK, "epochs": 60}).fit(X, VALUES)


@pytest.mark.slow
def test_number_is_read_back(regressor):
    echo = Echo.of(regressor, X, seed=0)

    assert echo is not None and echo.classes is None
    assert 0.4 < echo.readable < 1 and echo.echoed > 0.5 * echo.readable


@pytest.mark.parametrize(
    ("model", "heeded"),
    [("m2", lambda model: model.decoder.body.first.weights[1]), ("gmvae", lambda model: model.prior.slopes)],
)
def test_number_that_the_model_ignores_is_not_read_back(model, heeded):
    """The weights by which the number acts on a row are set to zero."""

    regressor = VAERegressor(model, **{**QUICK, "epochs": 1, "random_state": 1}).fit(X, VALUES)
    heeded(regressor.model_).data.zero_()
    echo = Echo.of(regressor, X, seed=0)

    assert echo is not None and abs(echo.echoed) < 0.1


@pytest.mark.slow
def test_first_class_of_several_targets_is_read_back():
    targets = pd.DataFrame({"value": VALUES, "kind": np.where(LABELS < 0, None, np.array(["a", "b", "c"])[Y])})
    fitted = VAEPredictor(**{**QUICK, "epochs": 60}).fit(X, targets)
    echo, vitals = Echo.of(fitted, X, seed=0), Vitals.of(fitted, X)

    assert echo is not None and echo.classes is not None
    assert (echo.classes == Y).mean() > 0.9
    assert echo.readable > 0.5 and echo.echoed > 0.2
    assert vitals.by_class and vitals.echoed == echo.echoed


def test_contrast():
    assert contrast(np.eye(4)) == 0.75
    assert contrast(np.full((4, 4), 0.25)) == 0.0
    assert contrast(np.roll(np.eye(2), 1, axis=1)) == -0.5
