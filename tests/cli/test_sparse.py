"""The command on sparse matrices and single cells: from a file to predictions beside the cells."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

QUICK = (
    "--no-compare",
    "--no-figures",
    "--set",
    "epochs=1",
    "--set",
    "hidden=(8,)",
    "--set",
    "latents=2",
    "--quiet",
    "--no-report",
)
N, P = 60, 9
RANDOM = np.random.default_rng(0)
TYPES = np.array(["B", "T"])[np.arange(N) % 2]
COUNTS = sparse.csr_matrix(RANDOM.poisson(np.where(TYPES[:, None] == "B", 2.0, 20.0) * np.ones(P)))
KNOWN = np.where(np.arange(N) < 24, TYPES, "Unknown")


@pytest.fixture(scope="module")
def matrix(folder):
    sparse.save_npz(folder / "words.npz", COUNTS)
    pd.DataFrame({"row": np.arange(N), "cell_type": KNOWN}).to_csv(folder / "types.csv", index=False)

    return folder / "words.npz"


@pytest.fixture(scope="module")
def cells(folder):
    anndata = pytest.importorskip("anndata")
    names = [np.array([f"{what}{i}" for i in range(count)], dtype=object) for what, count in (("cell", N), ("gene", P))]
    made = anndata.AnnData(
        sparse.csr_matrix(np.log1p(COUNTS.toarray())),
        pd.DataFrame({"cell_type": pd.Categorical(KNOWN)}, index=names[0]),
        pd.DataFrame(index=names[1]),
        layers={"counts": COUNTS},
    )

    from semivae.data.files.cells import write_cells

    write_cells(folder / "cells.h5ad", made)

    return folder / "cells.h5ad"


def test_a_sparse_matrix_and_its_labels(run, matrix, tmp_path):
    labels = ("--target", "cell_type", "--labels-from", matrix.with_name("types.csv"), "--missing-label", "Unknown")
    seen = json.loads(run("check", matrix, *labels, "--json").stdout)

    assert seen["container"] == "sparse" and seen["target"]["labeled"] == 24
    assert seen["likelihood"]["chosen"] in run("check", matrix).stdout

    run("fit", matrix, *labels, *QUICK, "--out", tmp_path / "m")
    run("predict", tmp_path / "m", matrix, "--out", tmp_path / "p.csv")
    run("score", tmp_path / "m", matrix, "--out", tmp_path / "s.csv")
    run("sample", tmp_path / "m", "-n", 5, "--given", "cell_type=T", "--out", tmp_path / "new.npz")
    new = sparse.load_npz(tmp_path / "new.npz")

    assert len(pd.read_csv(tmp_path / "p.csv")) == N and new.shape == (5, P) and new.dtype == COUNTS.dtype
    assert "counts given their sum" in run("info", tmp_path / "m").stdout
    assert "sparse matrix" in run("sample", tmp_path / "m", "--out", tmp_path / "new.csv", code=2).stderr


# Versions of anndata use options that newer versions of pandas announce to remove.
@pytest.mark.filterwarnings("ignore")
def test_cells_get_their_results_beside_them(run, cells, tmp_path):
    import anndata

    from semivae import VAEClassifier

    read = anndata.read_h5ad(cells)
    run("fit", cells, "--target", "cell_type", "--missing-label", "Unknown", *QUICK, "--out", tmp_path / "m")
    run("predict", tmp_path / "m", cells, "--out", tmp_path / "new.h5ad")
    run("sample", tmp_path / "m", "-n", 5, "--out", tmp_path / "drawn.h5ad")
    new, drawn = anndata.read_h5ad(tmp_path / "new.h5ad"), anndata.read_h5ad(tmp_path / "drawn.h5ad")

    assert new.obsm["X_semivae"].shape == (N, 2) and list(drawn.var_names) == list(read.var_names)
    assert {"semivae_prediction", "semivae_uncertainty", "semivae_outlier_score"} <= {*new.obs}
    assert (drawn.X.toarray() % 1 == 0).all(), "counts, which the layer holds"

    fitted = VAEClassifier(epochs=1, hidden=(8,), latents=2, missing_label="Unknown", random_state=0)
    fitted.fit(read, y="cell_type")

    turned = read[:, ::-1]
    np.testing.assert_array_equal(fitted.predict_proba(turned), fitted.predict_proba(read), "genes go by name")
    assert fitted.schema_.x[0].names == tuple(read.var_names)

    with pytest.raises(ValueError, match="lack 1 of 9 genes"):
        fitted.predict(read[:, 1:])

    with pytest.raises(ValueError, match="'batch' in obs"):
        fitted.fit(read, y="batch")


def test_h5ad_files_need_anndata(run, folder, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "anndata", None)
    (folder / "none.h5ad").write_bytes(b"\x89HDF")

    assert "pip install 'semivae[cells]'" in run("check", folder / "none.h5ad", code=2).stderr
