"""Columns of frames in all estimators: found by their names, dropped, kept, taken apart, and of any name."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone

from semivae import PCA, DataOptions, VAEClassifier, VAEEmbedding, VAEPredictor, VAERegressor, load, stream
from semivae.errors import DataError, SchemaError, SettingError
from semivae.estimators.rows.streamed import sample_stream

FIT = {"epochs": 1, "hidden": (8,), "latents": 2, "random_state": 0}
N = 80
RANDOM = np.random.default_rng(0)
Y = np.array(["p", "q"] * (N // 2))
VALUES = RANDOM.normal(size=N)
SEVERAL = pd.DataFrame({"kind": Y, "value": VALUES})

ESTIMATORS = [
    (VAEClassifier(**FIT), Y),
    (VAERegressor(**FIT), VALUES),
    (VAEPredictor(**FIT), SEVERAL),
    (VAEEmbedding(**FIT), None),
    (PCA(latents=1), None),
]
every_estimator = pytest.mark.parametrize(("estimator", "y"), ESTIMATORS, ids=lambda x: type(x).__name__)
METHODS = ("predict", "transform", "predict_proba", "score_samples", "outlier_score", "encode", "features")


@pytest.fixture
def numbers():
    return pd.DataFrame(RANDOM.normal(size=(N, 4)), columns=["a", "b", "c", "d"])


@pytest.fixture
def people():
    """Rows with a name, a number, a date, a category and a number that counts them."""

    return pd.DataFrame(
        {
            "id": np.arange(N),
            "name": [f"person {i}" for i in range(N)],
            "size": 1.5 * np.arange(N),
            "when": pd.date_range("2019-12-01 06:00", periods=N, freq="31h"),
            "shade": ["red", "blue", None, "red"] * (N // 4),
        }
    )


def answers(estimator, X):
    found = {name: getattr(estimator, name)(X) for name in METHODS if hasattr(estimator, name)}

    return {name: [np.asarray(part) for part in value] for name, value in found.items()}


def assert_same(found, expected):
    for name, values in expected.items():
        for part, other in zip(found[name], values, strict=True):
            np.testing.assert_array_equal(part, other)


# What scikit-learn's check of names asks, but for their order


@every_estimator
def test_columns_go_by_their_names(estimator, y, numbers):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted = estimator.fit(numbers, y)
        expected = answers(fitted, numbers)

    assert fitted.feature_names_in_.dtype == object and fitted.feature_names_in_.tolist() == list("abcd")
    assert fitted.n_features_in_ == 4
    assert_same(answers(fitted, numbers[list("dbca")]), expected)
    assert_same(answers(fitted, pl.DataFrame(numbers[list("cdab")].to_dict("list"))), expected)


@every_estimator
def test_wrong_names_are_refused_by_name(estimator, y, numbers):
    fitted = estimator.fit(numbers, y)
    other = numbers.rename(columns="other {}".format)

    for name in set(METHODS) & set(dir(fitted)):
        with pytest.raises(SchemaError, match=r"(?s)missing columns: 'a', 'b', 'c', 'd'.*unknown columns: 'other a'"):
            getattr(fitted, name)(other)

        with pytest.raises(SchemaError, match=r"missing columns: 'c', 'd'\."):
            getattr(fitted, name)(numbers[["a", "b"]])

        with pytest.raises(SchemaError, match=r"unknown columns: 'e'\."):
            getattr(fitted, name)(numbers.assign(e=1))


@every_estimator
def test_an_array_stands_for_the_columns_in_their_order(estimator, y, numbers):
    fitted = estimator.fit(numbers, y)

    with pytest.warns(UserWarning, match="does not have valid feature names"):
        np.testing.assert_array_equal(fitted.transform(numbers.to_numpy()), fitted.transform(numbers))


def test_an_array_stands_for_left_out_columns_too(people):
    model = VAEEmbedding(**FIT, data=DataOptions(drop=["id", "name", "when"])).fit(people)

    with pytest.warns(UserWarning, match="does not have valid feature names"):
        np.testing.assert_array_equal(model.transform(people.to_numpy()), model.transform(people))


# What is modeled


@every_estimator
def test_columns_are_dropped_and_may_be_absent(estimator, y, people, tmp_path):
    columns = DataOptions(drop=["when", "shade", "name"], id_columns="id")
    fitted = clone(estimator).set_params(data=columns).fit(people, y)

    assert fitted.codec_.names == ["size"] and fitted.n_features_in_ == 5
    assert fitted.schema_.left_out == ("id", "name", "when", "shade")
    assert_same(answers(fitted, people[["size"]]), answers(fitted, people))
    assert list(fitted.sample(3, random_state=0)) == ["size"]

    fitted.save(tmp_path / "model")
    again = load(tmp_path / "model")
    assert again.data.id_columns == "id" and again.data.drop == ["when", "shade", "name"]
    assert_same(answers(again, people[["size"]]), answers(fitted, people))


@every_estimator
def test_wrong_columns_are_refused(estimator, y, people):
    for settings, words in (
        ({"drop": ["nme"]}, "no column 'nme' among.*'name'"),
        ({"id_columns": "Id"}, "no column 'Id'"),
        ({"keep": ["size"], "drop": ["size"]}, "cannot be both modeled and left out"),
    ):
        with pytest.raises(SettingError, match=f"(?s){words}"):
            clone(estimator).set_params(data=DataOptions(**settings)).fit(people, y)

    with pytest.raises(SettingError, match=r"keep=\['a'\]; arrays have no column names"):
        clone(estimator).set_params(data__keep="a").fit(people[["size", "id"]].to_numpy(), y)


def test_each_thing_is_said_once(people):
    with pytest.warns(UserWarning) as warned:
        VAEClassifier(**FIT).fit(people.assign(nothing=None, one=1), Y)

    told = [str(note.message) for note in warned]
    words = ("left out", "count the rows", "constant", "without any value")
    assert [sum(word in message for message in told) for word in words] == [1] * 4 and len(told) == 4


@pytest.mark.filterwarnings("ignore:columns with more than")
def test_kept_identifiers_are_modeled(people):
    model = VAEClassifier(**FIT, data=DataOptions(keep=["name", "id"])).fit(people, Y)

    assert {"name", "id"} <= set(model.codec_.names)


@pytest.mark.parametrize(("estimator", "y"), ESTIMATORS[:4], ids=lambda x: type(x).__name__)
def test_dates_go_through_a_fit_and_back(estimator, y, people, tmp_path):
    fitted = estimator.set_params(data__drop=["id", "name"]).fit(people, y)
    parts = ["when: year", "when: month", "when: weekday", "when: time of day"]
    new = fitted.sample(20, random_state=0)

    assert list(new) == ["size", *parts, "shade"] and list(fitted.feature_names_in_) == list(people)
    assert set(new["when: weekday"]) <= set(people["when"].dt.day_name())
    assert len(fitted.transform(new)) == 20
    assert list(fitted.inverse_transform(fitted.transform(people))) == list(new)

    fitted.save(tmp_path / "model")
    text = people.assign(when=people["when"].astype(str))
    assert_same(answers(load(tmp_path / "model"), text), answers(fitted, people))


def test_numbers_of_extreme_magnitude_are_modeled():
    X = pd.DataFrame({"tiny": 1e-300 * RANDOM.normal(size=N), "size": RANDOM.normal(size=N)})
    model = VAEClassifier(**FIT).fit(X, Y)
    new = model.sample(50, random_state=0)

    assert np.isfinite(model.score_samples(X)).all() and 1e-302 < new["tiny"].abs().mean() < 1e-298


# Streams


@pytest.fixture
def folder(people, tmp_path, monkeypatch):
    """The people as a folder of two files, read in blocks of 30 rows."""

    monkeypatch.setattr("semivae.data.stream.blocks.MOST_ROWS", 30)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "rows").mkdir()
    rows = people.assign(kind=Y)
    rows.iloc[:50].to_parquet(tmp_path / "rows" / "0.parquet", index=False)
    rows.iloc[50:].to_parquet(tmp_path / "rows" / "1.parquet", index=False)

    return tmp_path / "rows"


def test_streams_take_what_memory_takes(folder, people):
    with pytest.warns(UserWarning, match="left out.*'name'"):
        model = VAEClassifier(**FIT, data=DataOptions(id_columns=["id"])).fit(stream(folder, "kind"))

    assert model.schema_.left_out == ("id", "name")
    assert [v.source for v in model.schema_.x] == ["size", "when", "when", "when", "when", "shade"]
    np.testing.assert_array_equal(
        model.predict(stream(folder, "kind")), model.predict(people[["shade", "when", "size"]])
    )

    x, _ = sample_stream(model, stream(folder, "kind"), 100, 100, seed=0)
    assert list(x)[:4] == ["id", "name", "size", "when: year"] and list(x)[-1] == "shade"
    assert len(model.predict(x)) == N


def test_streams_warn_of_identifiers(folder):
    with pytest.warns(UserWarning) as warned:
        VAEClassifier(**FIT).fit(stream(folder, "kind"))

    told = sorted(str(note.message) for note in warned)
    assert len(told) == 2 and "'name'" in told[0] and "count the rows: 'id'" in told[1]


def test_another_choice_of_columns_is_another_survey(folder):
    for drop in (["id", "name"], ["id", "name", "when"], ["id", "name"]):
        model = VAEEmbedding(**FIT, data=DataOptions(drop=drop)).fit(stream(folder))
        assert ("when: year" in model.codec_.names) == ("when" not in drop)


# Names


@pytest.mark.parametrize(
    "names",
    [
        [0, 1, 2],
        [0.5, float("nan"), 2.0],
        [("a", 1), ("b", 2), ("c", 3)],
        ["a", 1, None],
        ["", " ", "c"],
        ["a\nb", "tab\t", "\0"],
        ["$x$", "$\\frac{", "a.b"],
        ["training", "x/y", "[red]"],
        ["a: year", "名前", "%s"],
    ],
    ids=str,
)
def test_any_names_work(names, tmp_path):
    columns = {"p": RANDOM.normal(size=N), "q": RANDOM.choice(["u", "$v$"], N), "r": RANDOM.integers(0, 9, N)}
    X = pd.DataFrame(columns).set_axis(pd.Index(names, tupleize_cols=False), axis=1)
    model = VAEClassifier(**FIT).fit(X, Y)
    new = model.sample(5, random_state=0)

    assert list(new) == list(map(str, names)) and len(model.predict(new)) == 5
    model.save(tmp_path / "model")
    assert_same(answers(load(tmp_path / "model"), X[X.columns[::-1]]), answers(model, X))


def test_names_that_are_one_as_text_are_refused_with_a_fix_that_works():
    X = pd.DataFrame(RANDOM.normal(size=(N, 2)), columns=pd.Index(["1", 1], dtype=object))

    with pytest.raises(DataError, match="more than once: '1'") as error:
        VAEEmbedding(**FIT).fit(X)

    scope = {"X": X}
    exec(error.value.fix, {}, scope)
    assert VAEEmbedding(**FIT).fit(scope["X"]).n_features_in_ == 1


@pytest.mark.filterwarnings("ignore:constant")
def test_pca_of_rows_in_a_plane_has_no_density():
    X = pd.DataFrame({"a": RANDOM.normal(size=N), "one": 1.0})

    with pytest.raises(DataError, match="some columns of the fit are constant"):
        PCA(1).fit(X).score_samples(X)
