r"""From the parameters of an estimator, the schema and the rows to a plan: the only place that reads all of them."""

from __future__ import annotations

__all__ = ["check_together", "plan_of"]

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from semivae.data.batches.steps import steps_in
from semivae.errors import SettingError
from semivae.estimators.options import ModelOptions, RecipeOptions
from semivae.estimators.options.grouped import settings
from semivae.estimators.parameters import Parameters
from semivae.estimators.plan.applies import check_model, form_of, has_components, reads, takes
from semivae.estimators.plan.council import calibrate_for, committee_for, counsels
from semivae.estimators.plan.ignored import check_used
from semivae.estimators.plan.likelihood import likelihood_for, scale_for
from semivae.estimators.plan.loss import (
    features_beta_for,
    features_for,
    interpolation_for,
    marginalize_for,
    reads_for,
    weights_of,
)
from semivae.estimators.plan.machine import machine_of
from semivae.estimators.plan.networks import dropout_for, hidden_for, latents_for, network_for
from semivae.estimators.plan.plan import Plan
from semivae.estimators.plan.rows import (
    Counts,
    batch_for,
    epochs_for,
    least_for,
    most_for,
    neighbors_for,
    patience_for,
    steps_for,
)
from semivae.models import Model, StackedModel, models
from semivae.priors import COMPONENTS
from semivae.schema import Schema

# Gaussians of the latent of a model with one mixture per class: of all classes together, and of one at most.
GAUSSIANS, MOST_GAUSSIANS = 30, 15


def plan_of(estimator: Parameters, name: str, schema: Schema, counts: Counts, seed: int, loaded: bool = False) -> Plan:
    r"""Returns the plan of a fit.

    Arguments:
        estimator: The estimator, whose parameters are read.
        name: The name of the model.
        schema: The variables.
        counts: The numbers of rows.
        seed: The seed of the fit.
        loaded: Whether the fit was by an older version, without a plan.

    Raises:
        SettingError: If parameters conflict, or do not suit the target or the rows.
    """

    check_model(name, schema)
    check_student(estimator._options("recipe"), schema)

    if not loaded:
        check_used(settings(estimator), name, schema, counts.memory)

    model, objective, recipe, training = map(estimator._options, ("model", "objective", "recipe", "training"))
    kind = models[name].form(form_of(schema))
    hidden, batch_size = hidden_for(estimator.hidden, schema), batch_for(estimator.batch_size, counts.all)
    sizes = (counts.labeled, counts.unlabeled, batch_size, int(training.labeled_batch))
    steps = steps_in(*sizes, training.devices * training.nodes)
    terms = terms_of(recipe, kind, schema, counts)
    features = features_for(kind, schema, terms["neighbors"])
    features_beta = features_beta_for(objective.beta, kind, schema, features)
    epochs, features_epochs = lengths(estimator, kind, schema, counts, steps)
    pixels = likelihood_for(estimator.likelihood, schema, loaded)
    able = counsels(kind, schema, counts, training.devices * training.nodes == 1 and not recipe.student)

    return Plan(
        model=name,
        latents=latents_for(estimator.latents, kind, schema),
        hidden=hidden,
        network=network_for(estimator.network, schema),
        likelihood=pixels,
        scale=scale_for(model.scale, schema, loaded),
        **model_of(model, name, schema),
        **weights_of(objective, kind, schema, pixels),
        dropout=dropout_for(recipe.dropout, schema, counts.labeled + counts.labeled_held),
        features=features,
        features_beta=features_beta,
        student=bool(recipe.student),
        student_network=student_network(estimator.network, schema) if recipe.student else None,
        **terms,
        epochs=epochs,
        batch_size=batch_size,
        labeled_batch=int(training.labeled_batch),
        learning_rate=float(estimator.learning_rate),
        weight_decay=float(training.weight_decay),
        averaging=float(training.averaging),
        held_out=counts.held > 0,
        patience=patience_for(training.patience, epochs),
        validation_share=float(training.validation_share),
        seed=seed,
        reads=reads_for(kind, schema),
        features_epochs=features_epochs,
        committee=not loaded and committee_for(recipe.committee, able, kind, schema),
        labels_held=None if loaded else calibrate_for(recipe.calibrate, able, kind, schema),
        machine=None if loaded else machine_of(estimator.device, training, hidden, epochs * steps),
    )


def lengths(
    estimator: Parameters, kind: type[Model], schema: Schema, counts: Counts, steps: int
) -> tuple[int, int | None]:
    r"""Returns the epochs of the last stage, and those of the stages before if these have a number of their own.

    Arguments:
        estimator: The estimator, whose parameters are read.
        kind: The class of the model.
        schema: The variables.
        counts: The numbers of rows.
        steps: The steps of an epoch.
    """

    training, first = estimator._options("training"), is_short(kind)
    wanted, least = steps_for(schema, long(kind, schema, counts), first), least_for(schema, not first, first)
    most = most_for(schema)
    epochs = epochs_for(estimator.epochs, steps, wanted, training.effort, least, most)

    if not first:
        return epochs, None

    given = estimator.epochs if training.features_epochs == "auto" else training.features_epochs

    least = least_for(schema, True, first)

    return epochs, epochs_for(given, steps, steps_for(schema, True, first), training.effort, least, most)


def model_of(options: ModelOptions, name: str, schema: Schema) -> dict[str, Any]:
    """Returns the options of a model; None for options it does not use."""

    target = form_of(schema)
    classes = any(one.classes for one in schema.targets)
    prior = options.prior if takes(name, "prior", target) else None
    way = marginalize_for(options.marginalize, schema) if takes(name, "marginalize", target) else None

    return {
        "prior": prior,
        "components": components_for(options.components, name, prior, schema),
        "marginalize": way,
        "label_points": int(options.label_points) if way and reads(way, "label_points") else None,
        "temperature": float(options.temperature) if way and reads(way, "temperature") else None,
        "label_prior": label_prior_for(options.label_prior) if classes else None,
        "simplex": options.simplex if takes(name, "simplex", target) else None,
        "smoothing": float(options.smoothing) if takes(name, "smoothing", target) else None,
    }


def components_for(choice: int | str, name: str, prior: str | None, schema: Schema) -> int | None:
    r"""Returns the number of Gaussians or pseudo-inputs of the prior of the latent; None if it has none to count.

    "auto" gives each class its share of 30 Gaussians, since the classes together have all rows to learn from.
    """

    target = form_of(schema)

    if takes(name, "mixture", target):
        mixtures = max(1, len(schema.target.classes))

        return min(MOST_GAUSSIANS, max(1, GAUSSIANS // mixtures)) if choice == "auto" else int(choice)

    if not has_components(prior, models[name].form(target)):
        return None

    return COMPONENTS if choice == "auto" else int(choice)


def label_prior_for(choice: str | Sequence[float]) -> str | tuple[float, ...]:
    """Returns the prior of the classes as plain values."""

    return choice if isinstance(choice, str) else tuple(map(float, choice))


def terms_of(options: RecipeOptions, kind: type[Model], schema: Schema, counts: Counts) -> dict[str, Any]:
    r"""Returns the terms of the loss that make predictions agree; none for models of labels alone.

    Raises:
        SettingError: If one does not suit the rows or the target.
    """

    # In a model of labels alone, the prediction is derived, not trained.
    used = schema.y is not None and not kind.labels_only

    if options.augmentation and not schema.image:
        raise SettingError(
            f"augmentation={options.augmentation} with a table", "images are turned and moved", "augmentation=0"
        )

    return {
        "adversarial": float(options.adversarial) if used else 0.0,
        "radius": float(options.radius),
        "neighbors": neighbors_for(options.neighbors, schema, counts) if used else 0,
        "interpolation": interpolation_for(options.interpolation, kind, schema) if used else 0.0,
        "augmentation": float(options.augmentation),
        "teacher": bool(options.teacher) and used,
    }


def long(kind: type[Model], schema: Schema, counts: Counts) -> bool:
    """Whether the last stage takes as many steps as a stage without labels."""

    # So many steps overfit small data, unless held-out rows stop them.
    watched = not schema.targets and counts.held > 0

    return watched or (issubclass(kind, StackedModel) and not is_short(kind))


def is_short(kind: type[Model]) -> bool:
    """Whether the model learns features first, and has a shorter last stage."""

    return issubclass(kind, StackedModel) and kind.short


def student_network(choice: str, schema: Schema) -> Literal["mlp", "conv"]:
    """Returns the network of a student, which uses convolutions for images even if "auto" does not."""

    return "conv" if schema.image and choice != "mlp" else "mlp"


def check_student(options: RecipeOptions, schema: Schema) -> None:
    r"""Checks that a student has a class to learn.

    Raises:
        SettingError: If the target is not a class.
    """

    if options.student and (schema.y is None or schema.target.target_form != "category"):
        raise SettingError(
            f"student=True with {'no target' if schema.y is None else 'a target that is not a class'}",
            "a student learns the predictions of a single class",
            "student=False",
        )


def check_together(estimator: Parameters) -> None:
    r"""Checks for conflicts between parameters before rows are read.

    Raises:
        SettingError: If some conflict.
    """

    given = settings(estimator)

    if given["teacher"] and not given["averaging"]:
        raise SettingError("teacher=True with averaging=0", "its weights are the averaged ones", "averaging=0.99")

    check_seed(given)
    check_bound(given)


def check_seed(given: dict[str, Any]) -> None:
    """Checks that a continued run, or one with several processes, draws the same numbers everywhere."""

    needs = {"checkpoint": None, "devices": 1, "nodes": 1}
    asked = [f"{name}={given[name]!r}" for name, alone in needs.items() if given[name] != alone]

    if asked and not isinstance(given["random_state"], int | np.integer):
        raise SettingError(
            f"{' and '.join(asked)} with random_state={given['random_state']!r}",
            "the run must draw the same numbers on every machine and at every start",
            "random_state=0",
        )


def check_bound(given: dict[str, Any]) -> None:
    """Refuses to weigh the divergence of an importance-weighted bound, which has no separate one."""

    weights = {"beta": ("auto", 1), "warmup": (0,), "free_bits": (0,)}
    changed = [f"{name}={given[name]!r}" for name, none in weights.items() if given[name] not in none]

    if given["importance_samples"] > 1 and changed:
        raise SettingError(
            f"importance_samples={given['importance_samples']!r} with {' and '.join(changed)}",
            "importance weights combine likelihood and divergence, so the divergence has no weight of its own",
            "importance_samples=1",
        )
