"""What every registered model keeps, with every kind of target that it says it learns from."""

import math

import pytest
import torch

from semivae.batch import Batch, Labeled
from semivae.engine import normal_noise
from semivae.errors import SettingError
from semivae.models import Terms, models

ROWS = 6
LATENTS = 3

# Models some divergence of which has no closed form: at one draw it may be anything.
AT_A_DRAW = ["adgm", "ccvae", "gmvae", "m1m2", "sdgm"]


def values(terms: Terms) -> dict[str, torch.Tensor]:
    """All terms by name."""

    named = {"likelihood": terms.likelihood, "bound": terms.bound, "prediction": terms.prediction}

    return {name: value for name, value in (named | terms.kl).items() if value is not None}


def test_terms_have_one_finite_value_per_row(name, target, schema_of, build, batch):
    schema = schema_of(target)
    halves = build(name, schema)(batch(schema))

    for terms in filter(None, halves):
        for term, value in values(terms).items():
            assert value.shape == (ROWS,), term
            assert value.isfinite().all(), term

    labeled, unlabeled = halves
    assert (labeled is None) == (target is None)
    assert (unlabeled is None) == models[name].labels_only
    assert unlabeled is None or unlabeled.prediction is None, "no label, no prediction of it"
    assert labeled is None or (labeled.prediction is None) == models[name].labels_only


def test_bound_is_what_its_terms_add_up_to(name, target, schema_of, build, batch):
    schema = schema_of(target)

    for terms in filter(None, build(name, schema)(batch(schema))):
        expected = terms.likelihood + terms.prior - sum(terms.kl.values())
        torch.testing.assert_close(terms.bound, expected)
        assert name in AT_A_DRAW or all((kl > -1e-5).all() for kl in terms.kl.values())


@pytest.mark.parametrize("name", AT_A_DRAW)
def test_divergence_at_a_draw_is_one_on_average(name, schema_of, build, batch):
    schema, draws = schema_of("category"), 400
    model = build(name, schema)
    (x, y), unlabeled, *_ = batch(schema)
    halves = model(Batch(Labeled(repeated(x, draws), repeated(y, draws)), repeated(unlabeled, draws)))

    for terms in halves:
        divergence = sum(terms.kl.values()).view(ROWS, draws)
        assert (divergence.mean(1) > -3 * divergence.std(1) / math.sqrt(draws)).all()


def repeated(rows: torch.Tensor, times: int) -> torch.Tensor:
    return rows.repeat_interleave(times, 0)


def test_every_parameter_learns(name, target, schema_of, build, batch):
    schema = schema_of(target)
    model = build(name, schema, dropout=0.0)
    terms = [half for stage in model.stages() for half in stage(batch(schema)) if half is not None]

    predictions = [half.prediction.mean() for half in terms if half.prediction is not None]
    (-sum(half.bound.mean() for half in terms) - sum(predictions)).backward()

    for parameter, value in model.named_parameters():
        assert value.grad is not None, parameter
        assert value.grad.isfinite().all(), parameter
        assert value.grad.any(), parameter


def test_one_half_of_a_batch_is_enough(name, target, schema_of, build, batch):
    schema = schema_of(target)
    whole = batch(schema)

    for half in (Batch(whole.labeled, None), Batch(None, whole.unlabeled)):
        terms = build(name, schema)(half)

        assert [part is None for part in terms] == [part is None for part in half[:2]]


@pytest.mark.parametrize("name", [name for name in models if models[name].labels_only])
def test_model_of_labeled_rows_names_those_that_learn_from_both(name, schema_of, build, rows):
    model = build(name, schema_of("category"))

    with pytest.raises(SettingError, match=r"'m2', .*'predictor'") as error:
        model(Batch(None, rows(schema_of("category"))))

    assert repr(name) not in error.value.needed


def test_evaluation_draws_nothing(name, target, schema_of, build, rows):
    schema = schema_of(target)
    model = build(name, schema, **{"dropout": 0.5} if target and not models[name].labels_only else {}).double().eval()
    x = rows(schema).double()
    noise = normal_noise(4, model.noise)

    def answers() -> list[torch.Tensor]:
        z, deviation = model.posterior(x)
        label = [] if target is None else [model.predict(x).mean]

        return [z, deviation, model.decode(z).mean, model.log_evidence(x, noise), *label]

    before = torch.get_rng_state()
    first, second = answers(), answers()

    assert torch.equal(before, torch.get_rng_state())
    assert all(map(torch.equal, first, second))
    assert all(part.isfinite().all() and len(part) == ROWS for part in first)
    assert all(part.dtype == torch.float64 for part in first), "half of the digits are lost on the way"


def test_model_without_a_target_predicts_none(name, target, schema_of, build, rows):
    schema = schema_of(target)
    model = build(name, schema).eval()

    if target is None:
        with pytest.raises(SettingError, match="model="):
            model.predict(rows(schema))
    else:
        p = model.predict(rows(schema))
        assert p.mean.shape == (ROWS, schema.y.width)
        assert all(part.variance.shape == part.mean.shape for part in model.beliefs(model.read(rows(schema))))
        assert p.log_prob(p.sample()).shape == (ROWS,)


def test_double_precision_agrees_with_single(name, target, schema_of, build, rows):
    schema = schema_of(target)
    model, double = build(name, schema).eval(), build(name, schema).double().eval()
    x, noise = rows(schema), normal_noise(4, model.noise)

    exact = double.log_evidence(x.double(), noise)
    torch.testing.assert_close(model.log_evidence(x, noise.float()).double(), exact, rtol=1e-4, atol=1e-3)


def test_answer_for_a_row_depends_on_that_row_alone(name, target, schema_of, build, rows):
    schema = schema_of(target)
    model = build(name, schema).double().eval()
    x, noise = rows(schema).double(), normal_noise(4, model.noise)
    order = torch.tensor([3, 0, 5, 1, 4, 2])

    together = model.log_evidence(x, noise)
    alone = torch.cat([model.log_evidence(row[None], noise) for row in x])

    torch.testing.assert_close(together, alone, rtol=1e-12, atol=1e-10)
    torch.testing.assert_close(together[order], model.log_evidence(x[order], noise), rtol=1e-12, atol=1e-10)
    torch.testing.assert_close(model.posterior(x)[0][2:3], model.posterior(x[2:3])[0], rtol=1e-12, atol=1e-12)


def test_draws_can_be_decoded(name, target, schema_of, build, points, rows):
    schema = schema_of(target)
    model = build(name, schema).eval()
    given = [None] if target is None else [None, points(schema)]

    for y in given:
        z, label = model.draw(ROWS, y)
        p = model.decode(z, label)

        assert z.shape == (ROWS, LATENTS)
        assert p.mean.shape == p.sample().shape == rows(schema).shape
        assert p.log_prob(rows(schema)).shape == (ROWS,)
        assert label is None or y is None or torch.equal(label, y)
        assert model.generate(ROWS, y).sample().shape == rows(schema).shape


@pytest.mark.parametrize("schema_of", ["table"], indirect=True)
def test_missing_cells_leave_no_nan_behind(name, target, build, rows, points, schema_of):
    schema = schema_of(target)
    model = build(name, schema)
    x = torch.full_like(rows(schema), torch.nan)
    terms = model.unlabeled(x) if target is None else model.labeled(x, points(schema))

    assert (terms.likelihood == 0).all(), "a row without a cell says nothing"

    terms.bound.sum().backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in model.parameters())


def test_registry_names_models_once():
    assert set(models) >= {"ae", "vae", "predictor", "m1", "m2", "m1m2", "adgm", "sdgm", "alpha"}
    assert set(models) >= {"cvae", "ccvae", "shot", "debias"}
    assert len({models[name] for name in models}) == len(list(models))

    with pytest.raises(ValueError, match="'m2'"):
        models["m3"]


@pytest.mark.parametrize("target", ["category", "real"])
def test_values_computed_once_for_a_stage_change_no_term_of_the_loss(target, schema_of, build, batch):
    schema = schema_of(target)
    whole, model = batch(schema), build("gmvae", schema, dropout=0.0)
    found = []

    for part in (whole, whole._replace(frozen=model.frozen(whole.x).detach())):
        torch.manual_seed(0)
        found.append(model(part))
        torch.testing.assert_close(model.read_all(part), model.read(whole.x), equal_nan=True)

    for fresh, once in zip(*found, strict=True):
        torch.testing.assert_close(once.kl, fresh.kl)
        torch.testing.assert_close(once.prediction, fresh.prediction)
