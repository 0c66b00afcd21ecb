"""What every kind of variable keeps, over everything registered: both halves, and a fit from cells to samples."""

import json
import math
import warnings
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
import torch
from tests.understood import codec_for

import semivae
from semivae import DataOptions, VAEEmbedding
from semivae.data.codecs.selection import Selection
from semivae.data.kinds import cell_handler, cell_kinds, handler, kinds
from semivae.data.survey import codec_of
from semivae.errors import SemivaeError
from semivae.families import Mixed
from semivae.families.kinds import cell_families, row_families
from semivae.networks import Embed
from semivae.networks.kinds import cell_trunks, row_trunks
from semivae.schema import Schema
from semivae.variables import Variable

N = 120
FIT = {"latents": 2, "hidden": (8,), "epochs": 2, "random_state": 0}
RANDOM = np.random.default_rng(0)


@dataclass
class Case:
    r"""A column of a kind.

    Attributes:
        column: The column in the type of a user, with missing cells.
        odd: A value that the kind does not have.
        support: Points of the model's units that hold nearly all of its mass.
        step: The length that each point stands for; 1 for sums.
    """

    column: pd.Series
    odd: object
    support: torch.Tensor
    step: float = 1.0


GAPS = pd.Series(RANDOM.random(N) < 0.2)

CASES = {
    "real": Case(
        pd.Series(RANDOM.normal(5.0, 3.0, N)).mask(GAPS),
        "tall",
        torch.linspace(-40, 40, 40_001, dtype=torch.float64),
        0.002,
    ),
    "category": Case(
        pd.Series(RANDOM.choice(["red", "green", "blue"], N), dtype="str").mask(GAPS), [1], torch.arange(3).double()
    ),
    "ordinal": Case(
        pd.Series(
            pd.Categorical(RANDOM.choice(["red", "green", "blue"], N), ["red", "green", "blue"], ordered=True)
        ).mask(GAPS),
        [1],
        torch.arange(3).double(),
    ),
    "count": Case(pd.Series(RANDOM.poisson(3.0, N)).astype("Int64").mask(GAPS), -1, torch.arange(2000).double()),
}

every_cell = pytest.mark.parametrize("kind", list(CASES))


def frame(kind: str) -> pd.DataFrame:
    return pd.DataFrame({"cell": CASES[kind].column, "other": np.arange(N) % 7 * 0.5})


def selection(kind: str) -> Selection:
    return Selection.of(kinds={"cell": kind})


def variable_of(kind: str) -> Variable:
    return codec_for(frame(kind), selection(kind)).variables[0]


def test_both_halves_have_every_kind():
    assert {*kinds} == {*cell_trunks, *row_trunks} == {*cell_families, *row_families}
    assert {*cell_kinds()} == {*cell_trunks} == {*cell_families} == {*CASES}, "a new kind needs a case here"
    assert not {*cell_trunks} & {*row_trunks}


@every_cell
def test_cells_come_back_as_they_were(kind):
    rows, codec = frame(kind), codec_for(frame(kind), selection(kind))
    values = codec.encode(rows)
    again = codec_of(Schema.from_json(json.loads(json.dumps(codec.schema().to_json(), allow_nan=False))))

    assert codec.variables[0].kind == kind and codec.variables == again.variables
    assert (np.isnan(values[:, 0]) == GAPS).all()
    pd.testing.assert_frame_equal(again.decode(values), rows)


@every_cell
def test_blocks_tell_what_the_whole_column_does(kind):
    whole, parts = (cell_kinds()[kind].tally("cell", math.inf) for _ in range(2))
    whole.add(CASES[kind].column)

    for start in range(0, N, 50):
        parts.add(CASES[kind].column[start : start + 50])

    one, other = whole.found(), parts.found()
    numbers = ("center", "scale", "mean", "deviation")

    assert one.missing == other.missing == GAPS.sum()
    assert [replace(v, **dict.fromkeys(numbers, 1.0)) for v in one.variables] == [
        replace(v, **dict.fromkeys(numbers, 1.0)) for v in other.variables
    ]
    for name in numbers:
        assert getattr(one.variables[0], name) == pytest.approx(getattr(other.variables[0], name))


@every_cell
def test_what_is_not_of_the_kind_is_refused(kind):
    rows, odd = frame(kind), CASES[kind].odd
    codec = codec_for(rows, selection(kind))
    wrong = rows.assign(cell=[odd] * N)

    for use in (codec.encode, lambda rows: codec_for(rows, selection(kind))):
        with pytest.raises(SemivaeError, match="'cell'"):
            use(wrong)


@every_cell
def test_column_without_a_value(kind):
    rows = frame(kind)
    rows["cell"] = pd.Series([None] * N, dtype=rows["cell"].dtype)

    if kind in ("category", "ordinal"):  # which no class can be of
        with pytest.raises(SemivaeError, match="no value"):
            codec_for(rows, selection(kind))
        return

    with pytest.warns(UserWarning, match="without any value"):
        codec = codec_for(rows, selection(kind))

    assert np.isnan(codec.encode(rows)[:, 0]).all()
    assert codec.decode(np.zeros((2, 2)))["cell"].isna().all()
    assert not list(handler(codec.variables[0]).problems())


@every_cell
def test_words(kind):
    variable = variable_of(kind)
    words = cell_handler(variable).describe(lambda value: f"[{value:g}]")

    assert ("[" in words) == (not variable.classes) and (not variable.classes or "red" in words)
    assert not list(handler(variable).problems())


@every_cell
def test_probabilities_sum_to_one(kind):
    case, family = CASES[kind], Mixed([variable_of(kind)]).double()

    for seed in range(3):
        features = torch.randn(family.size, generator=torch.Generator().manual_seed(seed)).double()
        total = family(features).log_prob(case.support[:, None]).exp().sum() * case.step

        assert total.item() == pytest.approx(1.0, abs=1e-6)


@every_cell
def test_gradients_are_finite_beside_missing_cells_and_far_features(kind):
    variable = replace(variable_of(kind), missing=True)
    trunk, family = Embed([variable, variable]), Mixed([variable, variable])
    x = torch.tensor([[torch.nan, 1.0], [1.0, torch.nan], [torch.nan, torch.nan], [0.0, 1.0]])
    weight = torch.ones(trunk.width, family.size, requires_grad=True)

    for factor in (1.0, 1e4):
        family(factor * (trunk(x) @ weight)).log_prob(x).sum().backward()

        assert trunk(x).shape == (4, trunk.width) and trunk(x).isfinite().all()
        assert weight.grad is not None and weight.grad.isfinite().all()


@every_cell
def test_fit_samples_scores_and_survives_a_file(kind, tmp_path):
    rows = frame(kind)
    estimator = VAEEmbedding(data=DataOptions(kinds={"cell": kind}), **FIT).fit(rows)
    drawn, rebuilt = estimator.sample(200, random_state=0), estimator.inverse_transform(estimator.transform(rows))

    assert drawn["cell"].isna().mean() == pytest.approx(GAPS.mean(), abs=0.1), "as often as in the rows"

    for table in (drawn[drawn["cell"].notna()], rebuilt):
        assert (table.dtypes == rows.dtypes).all() and table["cell"].notna().all()

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert cell_handler(estimator.schema_.x[0]).difference(table["cell"]) == ""
            assert np.isfinite(estimator.codec_.encode(table)).all(), "samples lie in the support"

    assert drawn["cell"].nunique() > 1
    assert np.isfinite(estimator.score_samples(rows)).all()

    estimator.save(tmp_path / "model")
    loaded = semivae.load(tmp_path / "model")

    for method in ("score_samples", "transform"):
        np.testing.assert_array_equal(getattr(loaded, method)(rows), getattr(estimator, method)(rows))

    pd.testing.assert_frame_equal(loaded.sample(50, random_state=1), estimator.sample(50, random_state=1))


def test_unknown_kinds_and_columns_are_named():
    for given, words in (
        ({"cell": "counts"}, "each kind must be one of 'real', 'category', 'count'"),
        ({"sell": "count"}, "did you mean 'cell'"),
        ("cell", "kinds='cell'"),
    ):
        with pytest.raises(SemivaeError, match=words):
            codec_for(frame("count"), Selection.of(kinds=given))

    with pytest.raises(SemivaeError, match="cannot be both modeled and left out"):
        Selection.of(drop="cell", kinds={"cell": "count"})

    with pytest.raises(SemivaeError, match=r"kinds=\{'cell': 'count'\}; arrays have no column names"):
        codec_for(np.ones((3, 2)), Selection.of(kinds={"cell": "count"}))
