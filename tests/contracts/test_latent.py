"""Every tool of the latent space works on every estimator of semivae, on PCA, and on a pipeline that ends in PCA."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix, issparse
from sklearn.decomposition import PCA as SklearnPCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from semivae import PCA, VAEClassifier, VAEEmbedding, VAEPredictor, VAERegressor
from semivae.latent import (
    Gate,
    Space,
    attribute,
    cluster,
    debias_weights,
    edit,
    geodesic,
    grid,
    optimize,
    orthogonal,
    spherical,
    straight,
    swap,
    traversal,
)

QUICK = {"epochs": 1, "hidden": (4,), "latents": 2, "random_state": 0, "device": "cpu"}
RANDOM = np.random.default_rng(0)
ROWS = pd.DataFrame(RANDOM.normal(size=(60, 2)) @ RANDOM.normal(size=(2, 3)), columns=["a", "b", "c"])
ROWS += 0.1 * RANDOM.normal(size=(60, 3))
CLASSES = np.where(np.arange(60) % 3 == 0, ROWS["a"] > 0, -1)
NUMBERS = np.where(np.arange(60) % 3 == 0, ROWS["a"], np.nan)
MIXED = ROWS.assign(color=np.where(ROWS["c"] > 0, "red", "blue"))

CASES = {
    "classifier": (VAEClassifier(**QUICK), ROWS, CLASSES),
    "m2": (VAEClassifier(model="m2", **QUICK), MIXED, CLASSES),
    "regressor": (VAERegressor(**QUICK), ROWS.to_numpy(), NUMBERS),
    "predictor": (VAEPredictor(**QUICK), ROWS, pd.DataFrame({"y": NUMBERS})),
    "embedding": (VAEEmbedding(**QUICK), MIXED, None),
    "images": (VAEEmbedding(**QUICK), RANDOM.random((60, 4, 4)), None),
    "sparse": (VAEEmbedding(**QUICK), csr_matrix(RANDOM.random((60, 5)).round(1)), None),
    "pca": (PCA(random_state=0), ROWS, None),
    "scikit-learn": (SklearnPCA(2), ROWS.to_numpy(), None),
    "pipeline": (make_pipeline(StandardScaler(), SklearnPCA(2)), ROWS, None),
    "no density": (make_pipeline(SklearnPCA(2), StandardScaler()), ROWS.to_numpy(), None),
}


@pytest.fixture(scope="module", params=CASES)
def case(request):
    estimator, rows, y = CASES[request.param]

    return (estimator.fit(rows) if y is None else estimator.fit(rows, y)), rows


def first(rows):
    if isinstance(rows, pd.DataFrame):
        return rows.iloc[:, 0].to_numpy()

    return (rows.toarray() if issparse(rows) else np.asarray(rows)).reshape(rows.shape[0], -1)[:, 0]


def same_kind(made, rows):
    assert type(made) is type(rows) and made.shape[1:] == rows.shape[1:]
    assert list(made) == list(rows) if isinstance(rows, pd.DataFrame) else True


def test_search_and_gate(case):
    estimator, rows = case
    found = optimize(estimator, first, rows, evaluations=5, proposals=3, batch=2)
    gate = Gate(Space(estimator, rows))

    same_kind(found.rows, rows)
    assert found.facts["value"].tolist() == pytest.approx(first(found.rows))
    assert ("density" in gate.usual) == hasattr(estimator, "score_samples")
    assert gate.judge(gate.space.latents, rows).passed.mean() > 0.9


@pytest.mark.parametrize(
    ("rows", "width"), [(pd.DataFrame({"v": list(RANDOM.normal(size=(60, 64)))}), 64), (["a", "ab", "b"] * 20, 1)]
)
def test_search_of_vectors_and_strings(rows, width):
    plain = VAEEmbedding(**QUICK).fit(rows)
    found = optimize(plain, lambda rows: RANDOM.normal(size=len(rows)), rows, evaluations=4, proposals=4, gate=None)

    assert found.table().shape == (len(found.facts), width + len(found.facts.columns))


def test_search_of_a_table_with_dates():
    rows = MIXED.assign(when=pd.date_range("2020-01-01", periods=60))
    plain = VAEEmbedding(**QUICK).fit(rows)
    space = Space(plain, rows)
    found = optimize(plain, first, rows, evaluations=4, proposals=3)

    assert "when: month" in found.rows and list(space.rows) == list(found.rows)
    np.testing.assert_allclose(space.encode(space.rows), space.latents, atol=1e-6)
    assert len(edit(space, rows, next(directions(space, MIXED)), 1.0)) == 60


# Versions of anndata use options that newer versions of pandas announce to remove.
@pytest.mark.filterwarnings("ignore")
def test_search_of_cells():
    anndata = pytest.importorskip("anndata", reason="cells need anndata")
    genes = pd.DataFrame(index=[f"g{i}" for i in range(5)])
    cells = anndata.AnnData(csr_matrix(RANDOM.poisson(3.0, (60, 5)).astype(np.float32)), var=genes)
    # The designs have the genes in the order of the fit.
    found = optimize(VAEEmbedding(**QUICK).fit(cells), first, cells[:, ::-1].copy(), evaluations=4, proposals=3)

    assert issparse(found.rows) and found.table().shape[1] == 5 + len(found.facts.columns)


def test_directions(case):
    estimator, rows = case
    space = Space(estimator, rows)
    one, two = orthogonal(list(directions(space, rows)), space.latents)

    same_kind(edit(space, rows, one, 1.0), rows)
    same_kind(grid(space, rows, one, two, [-1.0, 1.0]), rows)


def directions(space, rows):
    yield attribute(space.latents, first(rows) > 0.1, "first")
    yield attribute(space.latents, space.latents[:, 1] - space.latents[:, 0], "second", "linear")


def test_paths_and_clusters(case):
    estimator, rows = case
    space = Space(estimator, rows)
    start, end = space.latents[:2]

    for path in (
        straight(start, end, 3),
        spherical(start, end, 3),
        geodesic(space, start, end, points=4, iterations=2),
        traversal(space, start, 0, 3),
    ):
        same_kind(space.decode(path), rows)

    assert len(cluster(space.latents, 2).codes) == 60
    assert debias_weights(space.latents).mean() == pytest.approx(1)


def test_label_is_swapped():
    estimator, rows, y = CASES["m2"]
    space = Space(estimator.fit(rows, y), rows)
    true, false = (swap(space, rows, label) for label in (1, 0))

    same_kind(true, rows)
    assert not np.allclose(true["a"], false["a"])
