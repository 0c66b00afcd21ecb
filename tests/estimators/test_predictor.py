"""Several targets, each known in some rows: what is learned, what is hidden, and what comes back."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_wine
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.understood import target_labels

import semivae
from semivae import TrainingOptions, VAEClassifier, VAEPredictor, VAERegressor
from semivae.data.labels.table import target_frame
from semivae.errors import DataError, SchemaError, SettingError
from semivae.estimators.rows.target import Target
from semivae.models import models

WINE = load_wine(as_frame=True).frame
X = WINE.drop(columns=["target", "color_intensity"])
Y = pd.DataFrame({"kind": np.array(["red", "rosé", "white"])[WINE["target"]], "color": WINE["color_intensity"]})

# Of 178 rows 60 know their kind, 60 others their color, and the rest are tested.
ORDER = np.random.default_rng(0).permutation(len(X))
TEST, KINDS, COLORS = ORDER[:58], ORDER[58:118], ORDER[118:]
FEW = Y.copy()
FEW.loc[[*TEST, *COLORS], "kind"] = None
FEW.loc[[*TEST, *KINDS], "color"] = np.nan

FIT = {"hidden": (8,), "latents": 2, "epochs": 3, "batch_size": 32, "random_state": 0}


@pytest.fixture(scope="module")
def fitted() -> VAEPredictor:
    return VAEPredictor(**FIT).fit(X, FEW)


def weights(estimator: VAEPredictor) -> list[torch.Tensor]:
    return list(estimator.model_.state_dict().values())


def same(one: VAEPredictor, other: VAEPredictor) -> bool:
    return all(map(torch.equal, weights(one), weights(other)))


def test_rows_that_know_one_target_each_teach_both():
    learned = {"hidden": (32,), "latents": 4, "epochs": 60, "batch_size": 32, "learning_rate": 0.01, "random_state": 0}
    predictor = VAEPredictor(**learned).fit(X, FEW)
    found = predictor.scores(X.iloc[TEST], Y.iloc[TEST])
    low, high = predictor.predict_interval(X.iloc[TEST])
    inside = (low["color"] < Y["color"].iloc[TEST]) & (Y["color"].iloc[TEST] < high["color"])

    assert found["kind"] > 0.85 and found["color"] > 0.3
    assert predictor.score(X.iloc[TEST], Y.iloc[TEST]) == pytest.approx((found["kind"] + found["color"]) / 2)
    assert (predictor.n_labeled_, predictor.n_unlabeled_) == (120, 58)
    assert 0.75 < inside.mean() <= 1


# Entries that are hidden


def test_entries_behind_the_mask_change_no_bit():
    """What unlabeled rows hold is scrambled where the fit could still see it, and missing entries are told as such."""

    labels = target_labels(target_frame(FEW))
    points, known = labels.encode(target_frame(FEW)), FEW.notna().any(axis=1).to_numpy()
    whole = labels.encode(target_frame(Y))
    fits = [
        VAEPredictor(training=TrainingOptions(early_stopping=True), **FIT)._fit(
            X, Target.of(labels.variable, np.where(known[:, None], points, hidden), known)
        )
        for hidden in (np.nan, whole, whole[::-1])
    ]

    assert same(fits[0], fits[1]) and same(fits[0], fits[2])


def test_every_way_to_hide_an_entry_is_the_same(fitted):
    marked = FEW.fillna({"kind": "?"}).assign(color=FEW["color"].astype(object).where(FEW["color"].notna(), "?"))
    codes = FEW.assign(kind=pd.factorize(FEW["kind"], sort=True)[0])
    others = [
        VAEPredictor(**FIT).fit(X, FEW.astype(object).where(FEW.notna(), None).to_numpy()),
        VAEPredictor(**FIT).fit(X, codes),
        VAEPredictor(**FIT).fit(X, codes.to_numpy()),
        VAEPredictor(**FIT).fit(X, codes.replace({"kind": -1}, np.nan)),
        VAEPredictor(missing_label="?", **FIT).fit(X, marked),
    ]

    assert all(same(fitted, other) for other in others)


def test_known_entries_change_the_fit(fitted):
    """The tests above could not fail if entries had no effect."""

    assert not same(
        fitted, VAEPredictor(**FIT).fit(X, FEW.assign(color=FEW["color"].sample(frac=1, random_state=0).to_numpy()))
    )
    assert not same(fitted, VAEPredictor(**FIT).fit(X, FEW.assign(color=FEW["color"].iloc[::-1].to_numpy())))
    assert not same(fitted, VAEPredictor(**FIT).fit(X.iloc[::-1].reset_index(drop=True), FEW))


def test_an_early_stop_keeps_every_class():
    y = FEW.copy()
    rare = y.index[y["kind"] == "red"]
    y.loc[rare[1:], "kind"] = None
    labels = target_labels(target_frame(y))
    target = Target.of(labels.variable, labels.encode(target_frame(y)))

    assert (target.codes == target.codes[rare[0]]).sum() == 1, "a class of one label is a code of one row"
    assert (target.codes == -1).sum() == len(y) - target.labeled
    assert len(set(target.codes[COLORS])) == 1 and target.counts == [
        [1, *np.bincount(target.points[KINDS, 0][target.points[KINDS, 0] > 0].astype(int))[1:]]
    ]
    assert VAEPredictor(training=TrainingOptions(early_stopping=True, validation_share=0.3), **FIT).fit(X, y).classes_[
        0
    ].tolist() == [
        "red",
        "rosé",
        "white",
    ]


# What comes back


def test_answers_are_in_the_units_and_names_of_the_targets(fitted):
    predicted = fitted.predict(X.iloc[TEST])
    (probabilities,) = fitted.predict_proba(X.iloc[TEST])

    assert predicted.columns.tolist() == ["kind", "color"] and predicted.index.tolist() == X.index[TEST].tolist()
    assert fitted.classes_[0].tolist() == ["red", "rosé", "white"]
    assert (fitted.classes_[0][probabilities.argmax(1)] == predicted["kind"]).all()
    assert Y["color"].min() < predicted["color"].mean() < Y["color"].max()
    np.testing.assert_allclose(probabilities.sum(1), 1)


def test_answers_to_an_array_are_arrays():
    y = np.column_stack([np.where(FEW["kind"].isna(), -1, WINE["target"]), FEW["color"], FEW["color"] * 100])
    predictor = VAEPredictor(**FIT).fit(X.to_numpy(), y)
    predicted = predictor.predict(X.to_numpy())
    low, high = predictor.predict_interval(X.to_numpy())

    assert predicted.shape == y.shape and predicted.dtype == np.float64
    assert set(predicted[:, 0]) <= {0, 1, 2} and low.shape == high.shape == (len(y), 2)
    assert (low < predicted[:, 1:]).all() and (predicted[:, 1:] < high).all()
    assert 20 < predicted[:, 2].mean() / predicted[:, 1].mean() < 500, "each has its own scale"


@pytest.mark.parametrize("alone", ["kind", "color"])
def test_one_kind_of_target_alone(alone):
    y = pd.DataFrame({"a": FEW[alone], "b": FEW[alone].iloc[::-1].to_numpy()})
    predictor = VAEPredictor(**FIT).fit(X, y)

    assert predictor.predict(X).shape == (178, 2)
    assert len(predictor.predict_proba(X)) == len(predictor.classes_) == (2 if alone == "kind" else 0)
    assert predictor.predict_interval(X)[0].shape == (178, 0 if alone == "kind" else 2)


def test_missing_entries_are_never_scored(fitted):
    known = fitted.scores(X.iloc[KINDS], Y[["kind"]].iloc[KINDS])

    assert fitted.scores(X, FEW)["kind"] == known["kind"] and list(known) == ["kind"]
    assert fitted.scores(X, FEW.assign(color=np.nan)).keys() == {"kind"}
    assert fitted.scores(X, Y.assign(kind="never seen"))["kind"] == 0, "an unknown class is a wrong prediction"

    weight = np.zeros(len(X))
    weight[[*KINDS[:9], *COLORS[:9]]] = 1
    part = [*KINDS[:9], *COLORS[:9]]
    assert fitted.score(X, FEW, weight) == pytest.approx(fitted.score(X.iloc[part], FEW.iloc[part]))

    with pytest.raises(DataError, match="no labeled row"):
        fitted.score(X.iloc[TEST], FEW.iloc[TEST])


@pytest.mark.parametrize("kind", ["int64", "Int64", "float64", "object", "category", "boolean"])
def test_classes_of_every_type_are_scored(kind):
    y = pd.DataFrame({"class": (WINE["target"] > 0).astype(int).astype(kind), "color": FEW["color"].astype(object)})
    y.loc[3:5, "class"] = -1 if kind == "int64" else None
    predictor = VAEPredictor(**FIT).fit(X, y)
    known = ~y.index.isin([3, 4, 5])
    expected = (predictor.predict(X)["class"] == (WINE["target"] > 0))[known].mean()

    assert predictor.scores(X, y)["class"] == pytest.approx(expected) and 0 < expected < 1


def test_rows_are_drawn_by_some_of_the_targets(fitted):
    for y in (
        {"kind": "red"},
        {"kind": "red", "color": 5.0},
        ["red", None],
        FEW.iloc[:4],
        pd.DataFrame({"color": [5.0]}),
    ):
        assert fitted.sample(4, y, random_state=0).columns.tolist() == X.columns.tolist()

    first, second = (fitted.sample(4, {"color": color}, random_state=0) for color in (1.0, 12.0))
    assert not first.equals(second)
    assert fitted.inverse_transform(fitted.transform(X.iloc[:2])).shape == (2, 12)

    with pytest.raises(DataError, match="3 rows"):
        fitted.sample(4, FEW.iloc[:3])

    with pytest.raises(SchemaError, match="'pink'"):
        fitted.sample(4, {"kind": "pink"})


# Tools


FRESH = """
import sys
import pandas as pd
import semivae

rows, model = pd.read_csv(sys.argv[2]), semivae.load(sys.argv[1])
model.predict(rows).to_csv(sys.argv[3], index=False)
"""


def test_fresh_process_says_the_same(fitted, tmp_path):
    fitted.save(tmp_path / "model")
    X.to_csv(tmp_path / "rows.csv", index=False)
    arguments = [tmp_path / name for name in ("model", "rows.csv", "out.csv")]
    subprocess.run([sys.executable, "-c", FRESH, *arguments], check=True)
    fresh, loaded = pd.read_csv(tmp_path / "out.csv"), semivae.load(tmp_path / "model")

    pd.testing.assert_frame_equal(fresh, fitted.predict(X), check_dtype=False, check_exact=True)
    pd.testing.assert_frame_equal(loaded.predict(X), fitted.predict(X), check_exact=True)
    assert same(loaded, fitted) and loaded.schema_ == fitted.schema_ and loaded.framed_
    assert np.array_equal(loaded.classes_, fitted.classes_) and loaded.counts_ == fitted.counts_
    assert "it predicts kind, one of red, rosé, white; color, from" in (tmp_path / "model" / "README.md").read_text()


def test_grid_search_and_pipeline():
    pipeline = make_pipeline(StandardScaler(), VAEPredictor(**FIT))
    folds = KFold(2, shuffle=True, random_state=0)
    search = GridSearchCV(pipeline, {"vaepredictor__latents": [1, 2]}, cv=folds, error_score="raise").fit(X, FEW)

    assert np.isfinite(search.best_score_) and search.predict(X).columns.tolist() == ["kind", "color"]
    assert clone(search.best_estimator_[-1]).get_params()["latents"] == search.best_params_["vaepredictor__latents"]


@pytest.mark.parametrize("model", [name for name in models if "several" not in models[name].targets])
def test_other_models_name_those_that_learn_several_targets(model):
    with pytest.raises(SettingError, match=f"'{model}' does not learn from several targets; .*'predictor'"):
        VAEPredictor(model=model, **FIT).fit(X, FEW)


def test_what_cannot_be_fitted_is_said(tmp_path):
    for y, words in ((None, "requires y"), (FEW.iloc[1:], "every row needs"), (np.zeros((178, 2, 2)), "a column each")):
        with pytest.raises(DataError, match=words):
            VAEPredictor(**FIT).fit(X, y)

    X.astype(float).to_parquet(tmp_path / "rows.parquet")

    with pytest.raises(DataError, match="y was given beside a stream"):
        VAEPredictor(**FIT).fit(semivae.stream(tmp_path / "rows.parquet"), FEW)

    for single in (VAEClassifier, VAERegressor):
        with pytest.raises(DataError, match="VAEPredictor"):
            single(**FIT).fit(X, FEW)
