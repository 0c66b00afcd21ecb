r"""Protocols of fitted estimators, for evaluation, trust, reports and explorers.

Code that uses an estimator names the smallest protocol that it needs. `isinstance` asks an object for the names of a
protocol, so that an estimator written elsewhere is used, too. A predictor has several targets; ask for it first.
"""

from __future__ import annotations

__all__ = [
    "Classifier",
    "Fitted",
    "LatentSpace",
    "Parametrized",
    "Predictor",
    "Regressor",
    "Saved",
    "Trained",
    "has_density",
]

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, runtime_checkable

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from semivae.findings import Calibration, Health, HeldOut
    from semivae.schema import Schema

    Array = NDArray[Any]
    Method = Literal["elbo", "importance", "annealed"]


@runtime_checkable
class LatentSpace(Protocol):
    """A map to a latent space and back; scikit-learn's PCA has it, too. It may have `score_samples` beside."""

    def transform(self, X: Any) -> Array:
        """Returns the latents of rows, with shape (N, D)."""
        ...

    def inverse_transform(self, X: Any) -> Any:
        """Returns the rows of latents with shape (N, D)."""
        ...


class Parametrized(Protocol):
    """An estimator, fitted or not, as far as its parameters go."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Returns the parameters."""
        ...


@runtime_checkable
class Fitted(LatentSpace, Parametrized, Protocol):
    r"""Every estimator after its fit.

    Attributes:
        schema_: The variables of the rows and of the target.
        history_: One row an epoch (`epoch`, `seconds`, the terms of the loss), or one a component (`component`,
            `variance`).
        seed_: The seed of the fit.
    """

    schema_: Schema
    history_: pd.DataFrame
    seed_: int

    @property
    def model_name_(self) -> str:
        """The name of the model, which "auto" is resolved to."""
        ...

    def set_params(self, **parameters: Any) -> Self:
        """Sets parameters for the next fit."""
        ...

    def fit(self, X: Any, y: Any = None) -> Self:
        """Fits to rows and their target."""
        ...

    def encode(self, X: Any) -> tuple[Array, Array]:
        """Returns means and standard deviations of the latents, each with shape (N, D)."""
        ...

    def inverse_transform(self, X: Any, y: Any = None) -> Any:
        """Returns the rows of latents with shape (N, D), given labels where the model takes them."""
        ...

    def sample(
        self, n: int = 1, y: Any = None, random_state: Any = None, noise: bool | Literal["auto"] = "auto"
    ) -> Any:
        """Draws new rows; without noise, the mean or most probable category of each value at drawn latents."""
        ...

    def sample_latents(self, n: int = 1, y: Any = None, random_state: Any = None) -> Array:
        """Draws latents from the prior, with shape (n, D), given labels where it depends on them."""
        ...

    def score_samples(self, X: Any) -> Array:
        """Returns the log-density of rows, with shape (N,)."""
        ...

    def outlier_score(self, X: Any) -> Array:
        """Returns outlier scores, with shape (N,): higher is more abnormal."""
        ...


@runtime_checkable
class Saved(Fitted, Protocol):
    r"""A fitted estimator that was loaded from a folder.

    Attributes:
        metrics_: The facts and measurements that were saved with it.
    """

    metrics_: Mapping[str, Any]


@runtime_checkable
class Trained(Fitted, Protocol):
    r"""A fitted estimator around a network.

    Attributes:
        plan_: Every value of the fit, by its name.
        n_labeled_: Labeled rows of the fit.
        n_unlabeled_: Unlabeled rows of the fit.
        n_held_out_: Rows held out to stop early.
        n_steps_: Steps of the last stage of the training.
        stopped_: "done", "patience" or "interrupted".
        health_: The faults that its loss does not show.
        calibration_: Its calibration by labels that it held out itself.
        reference_: The scores of rows that it did not learn from, sorted, with shape (M,), if any.
        held_out_: The predictions of these labels by fits that did not see them, if any.
        committee_: The committee of it and simple learners, with a weight for each; None without one.
    """

    plan_: Any
    n_labeled_: int
    n_unlabeled_: int
    n_held_out_: int
    n_steps_: int
    stopped_: str
    health_: Health
    calibration_: Calibration
    held_out_: HeldOut | None
    reference_: Array | None
    committee_: Any

    def evidence(self, X: Any, method: Method = "importance", draws: int | None = None) -> tuple[Array, Array, Array]:
        """Returns the log-density of rows, its error, and its effective draws, each with shape (N,)."""
        ...

    def keep_held_out(self, held: HeldOut) -> Self:
        """Keeps predictions of held-out labels for sets, intervals and doubted labels."""
        ...

    def explain(self, X: Any, reference: Any = None) -> Any:
        """Returns the log-density of each cell relative to the usual one of its column."""
        ...

    def outlier_scores(self, X: Any, method: str = "auto") -> Array:
        """Returns how unusual each row is, with shape (N,)."""
        ...

    def learn_outliers(self, outliers: Any, X: Any) -> Self:
        """Learns from known outliers, given other rows."""
        ...

    def novelty(self, X: Any) -> Array:
        """Returns the p-value of the density of each row, with shape (N,)."""
        ...

    def refit(self, X: Any, y: Any = None, epochs: Any = "auto", callbacks: Any = ()) -> Self:
        """Goes on from the fitted weights, with other labels."""
        ...

    def features(self, X: Any) -> Array:
        """Returns rows as plain numbers, with shape (N, F), for other methods to learn from."""
        ...


@runtime_checkable
class Classifier(Trained, Protocol):
    r"""A fitted classifier.

    Attributes:
        classes_: The classes, with shape (C,).
        missing_label: The values that mean unlabeled.
        calibration_temperature_: The divisor of its logits.
    """

    classes_: Array
    missing_label: Any
    calibration_temperature_: float

    def predict(self, X: Any, reject: float | None = None) -> Array:
        """Returns the most probable class of each row, with shape (N,)."""
        ...

    def predict_proba(self, X: Any) -> Array:
        """Returns the probability of each class, with shape (N, C)."""
        ...

    def predict_log_proba(self, X: Any) -> Array:
        """Returns the logarithm of the probability of each class, with shape (N, C)."""
        ...

    def predict_set(self, X: Any, coverage: float = 0.9, by_class: bool = False) -> Array:
        """Returns whether each class is in the set of each row, with shape (N, C)."""
        ...

    def mislabeled(self, X: Any, y: Any) -> pd.DataFrame:
        """Ranks labels, the most doubted first."""
        ...

    def calibrate(self, y: Any, log_probabilities: Array) -> Self:
        """Fits the temperature to held-out labels and the predictions of uncalibrated fits."""
        ...

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Returns the accuracy."""
        ...


@runtime_checkable
class Regressor(Trained, Protocol):
    r"""A fitted regressor.

    Attributes:
        missing_label: The values that mean unlabeled.
        calibration_scale_: The factor of its standard deviations.
    """

    missing_label: Any
    calibration_scale_: float

    def predict(self, X: Any, return_std: bool = False, reject: float | None = None) -> Any:
        """Returns the expected value of each row, with shape (N,), and its standard deviation if asked for."""
        ...

    def predict_interval(self, X: Any, coverage: float = 0.9) -> Array:
        """Returns the ends of an interval for each row, with shape (N, 2)."""
        ...

    def mislabeled(self, X: Any, y: Any) -> pd.DataFrame:
        """Ranks labels, the most doubted first."""
        ...

    def calibrate(self, y: Any, mean: Array, deviation: Array) -> Self:
        """Fits the scale of the deviations to held-out values and the predictions of uncalibrated fits."""
        ...

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Returns the coefficient of determination."""
        ...


@runtime_checkable
class Predictor(Trained, Protocol):
    r"""A fitted predictor of several targets.

    Attributes:
        classes_: The classes of each target that has classes, in order.
        missing_label: The values that mean unlabeled.
    """

    classes_: list[Array]
    missing_label: Any

    def predict(self, X: Any) -> Any:
        """Returns the prediction of each target, with shape (N, T)."""
        ...

    def predict_proba(self, X: Any) -> list[Array]:
        """Returns the probabilities of each list of classes, each with shape (N, C)."""
        ...

    def predict_interval(self, X: Any, coverage: float = 0.9) -> tuple[Any, Any]:
        """Returns the ends of an interval of each number, each with shape (N, R)."""
        ...

    def scores(self, X: Any, y: Any, sample_weight: Any = None) -> dict[str, float]:
        """Returns the accuracy of each class and the coefficient of determination of each number."""
        ...


def has_density(estimator: Fitted) -> bool:
    """Whether the scores of a model are a log-density; those of a plain autoencoder say how well it rebuilds a row."""

    return estimator.model_name_ != "ae"
