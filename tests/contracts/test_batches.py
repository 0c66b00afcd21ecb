"""The effect of a batch on the counts of cells is learned beside the latent, and taken out of it."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

import semivae
from semivae import DataOptions, TrainingOptions, VAEClassifier, VAEEmbedding
from semivae.errors import DataError, SettingError
from semivae.families import Multinomial, NegativeBinomial

RANDOM = np.random.default_rng(0)
N, P = 600, 40
KINDS, DONORS = RANDOM.integers(0, 3, N), RANDOM.integers(0, 2, N)
MEANS = RANDOM.gamma(1.0, 3.0, (3, P))
# One donor has other shares of all genes, whatever the kind of the cell.
COUNTS = RANDOM.poisson(MEANS[KINDS] * np.exp(RANDOM.normal(0, 0.7, (2, P)))[DONORS])
BATCHED = DataOptions(batch="donor")
FIT = {"random_state": 0, "latents": 4, "model": "vae", "epochs": 40}

# Versions of anndata use options that newer versions of pandas announce to remove.
pytestmark = pytest.mark.filterwarnings("ignore:The .* option is deprecated", "ignore::FutureWarning")


@pytest.fixture
def cells():
    anndata = pytest.importorskip("anndata", reason="cells need anndata")
    names = np.array([f"cell{row}" for row in range(N)], dtype=object)
    beside = pd.DataFrame({"donor": np.array(["b", "a"], dtype=object)[DONORS], "kind": KINDS.astype(str)}, names)
    genes = pd.DataFrame(index=np.array([f"gene{row}" for row in range(P)], dtype=object))

    return anndata.AnnData(csr_matrix(COUNTS.astype(np.float32)), beside, genes)


@pytest.mark.parametrize("kind", [Multinomial, NegativeBinomial])
def test_shares_are_those_of_the_batch(kind):
    shares = [0.2, 0.3, 0.5]
    family, plain = kind(shares, 2.0, 0.5, batches=2).double(), kind(shares, 2.0, 0.5).double()
    family.shifts.data = torch.tensor([[0.5, -0.5, 0.0], [-0.5, 0.0, 1.0]]).double()
    effects = 10 * (family.shifts - family.shifts.mean(0))
    counts, features = torch.tensor([[1, 2, 5], [4, 0, 1]]).double(), torch.randn(2, 3).double()
    rows = torch.cat([counts, torch.eye(2).double()], dim=-1)

    assert torch.allclose(family(features).log_prob(rows), plain(features + effects).log_prob(counts))
    assert torch.allclose(family(features).mean, plain(features).mean), "means are those of no batch"
    # Rows of no batch, such as cells of a new donor, are as without batches.
    alone = torch.cat([counts, torch.zeros(2, 2).double()], dim=-1)
    assert torch.allclose(family(features).log_prob(alone), plain(features).log_prob(counts))
    assert family(features).sample((5,)).shape == (5, 2, 3)


def told(latents, labels):
    return cross_val_score(LogisticRegression(max_iter=500), latents, labels, cv=3).mean()


def test_the_latent_knows_the_kind_and_not_the_donor(cells, tmp_path):
    plain = VAEEmbedding(**FIT).fit(cells)
    fitted = VAEEmbedding(data=BATCHED, **FIT).fit(cells)
    row = fitted.schema_.x[0]

    assert (row.batch, row.batches, row.shape) == ("donor", ("a", "b"), (P,))
    assert told(fitted.transform(cells), KINDS) > 0.95
    assert told(plain.transform(cells), DONORS) > 0.9 > 0.7 > told(fitted.transform(cells), DONORS)
    assert fitted.score_samples(cells).mean() > plain.score_samples(cells).mean()
    assert fitted.sample(3, random_state=0).shape == (3, P)
    assert fitted.outlier_score(cells).shape == (N,)

    fitted.save(tmp_path / "model")
    np.testing.assert_array_equal(semivae.load(tmp_path / "model").transform(cells), fitted.transform(cells))


def test_a_default_classifier_takes_a_batch(cells):
    cells.obs["known"] = np.where(np.arange(N) < 45, cells.obs["kind"], "Unknown")
    quick = {"random_state": 0, "training": TrainingOptions(effort="quick")}
    fitted = VAEClassifier(data=BATCHED, missing_label="Unknown", **quick).fit(cells, y="known")

    assert (fitted.predict(cells) == cells.obs["kind"].to_numpy()).mean() > 0.9
    assert fitted.explain(cells[:5]).shape[0] == 5


def test_a_new_donor_is_read_without_an_effect(cells):
    fitted = VAEEmbedding(data=BATCHED, **FIT | {"epochs": 1}).fit(cells)
    other = cells[:4].copy()
    other.obs["donor"] = ["a", "c", "d", "b"]

    with pytest.warns(UserWarning, match="2 cells are of batches that the fit did not have, such as 'c'"):
        assert fitted.transform(other).shape == (4, 4)


def test_cells_without_the_column_are_of_no_donor(cells):
    fitted = VAEEmbedding(data=BATCHED, **FIT | {"epochs": 1}).fit(cells)
    bare = cells.copy()
    bare.obs = bare.obs[["kind"]]

    np.testing.assert_array_equal(fitted.transform(bare), fitted.transform(cells.X))
    assert fitted.transform(fitted.sample(3)).shape == (3, 4)


def test_genes_are_found_by_names_or_by_their_order(cells):
    cells.var_names = [f"gene{row // 2}" for row in range(P)]
    fitted = VAEEmbedding(**FIT | {"epochs": 1}).fit(cells)

    np.testing.assert_array_equal(fitted.transform(cells), fitted.transform(cells.X))

    with pytest.raises(DataError, match=r"(?s)names of genes repeat.*var_names_make_unique"):
        fitted.transform(cells[:, ::-1])


def test_refusals_say_what_is_needed(cells):
    counts = csr_matrix(COUNTS)

    with pytest.raises(DataError, match="a column beside the counts of cells"):
        VAEEmbedding(data=BATCHED, **FIT).fit(counts)

    with pytest.raises(SettingError, match="batch='donor' with other rows"):
        VAEEmbedding(data=BATCHED, **FIT).fit(COUNTS.astype(float))

    with pytest.raises(DataError, match="the cells have no 'lab' in obs"):
        VAEEmbedding(data=DataOptions(batch="lab"), **FIT).fit(cells)

    cells.obs["donor"] = "a"

    with pytest.raises(DataError, match="all cells have the same 'donor'"):
        VAEEmbedding(data=BATCHED, **FIT).fit(cells)

    cells.obs["donor"] = cells.obs["kind"]
    cells.X = cells.X.log1p()

    with pytest.raises(DataError, match="with fractions"):
        VAEEmbedding(data=BATCHED, **FIT).fit(cells)


def test_rows_of_a_stream_keep_their_batch(cells, tmp_path, monkeypatch):
    from semivae.data.files.cells import write_cells
    from semivae.estimators.rows.streamed import sample_stream

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write_cells(tmp_path / "cells.h5ad", cells)
    rows = semivae.stream(tmp_path / "cells.h5ad")
    fitted = VAEEmbedding(data=DataOptions(batch="donor", most_columns=10), **FIT | {"epochs": 1}).fit(rows)
    x, _ = sample_stream(fitted, rows, 0, 50, 0)

    assert x.obs["donor"].isin(["a", "b"]).all() and fitted.schema_.x[0].shape == (10,)
    assert fitted.transform(x).shape == (50, 4) and x.shape == (50, P)
