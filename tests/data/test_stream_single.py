"""Vectors, strings and cells in files are streamed: judged by a part of them, kept on disk, fitted, and predicted."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix, random_array

import semivae
from semivae import DataOptions, TrainingOptions, VAEClassifier, VAEEmbedding, VAERegressor
from semivae.data import single
from semivae.data.files.cells import write_cells
from semivae.data.sparse import SparseRows
from semivae.data.stream.stored_sparse import SparseWriter, StoredSparse
from semivae.errors import DataError, SettingError, StoreError

RANDOM = np.random.default_rng(0)
# Versions of anndata use options that newer versions of pandas announce to remove.
CELLS = pytest.mark.filterwarnings("ignore")
QUICK = {"random_state": 0, "latents": 2, "hidden": (8,), "training": TrainingOptions(features_epochs=2), "epochs": 2}
PLAIN = {"random_state": 0, "latents": 2, "hidden": (8,), "epochs": 2}


@pytest.fixture(autouse=True)
def few_judged(monkeypatch, tmp_path):
    monkeypatch.setattr(single, "MOST", 50)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_sparse_rows_come_back_as_they_were(tmp_path):
    rows = csr_matrix(random_array((40, 7), density=0.3, rng=RANDOM))

    with SparseWriter(tmp_path / "a.npy", (7,)) as file:
        file.add(SparseRows(rows[:15]))
        file.add(SparseRows(csr_matrix((3, 7))))
        file.add(SparseRows(rows[15:]))
        facts = json.loads(json.dumps(file.finish()))

    stored = StoredSparse.open(tmp_path / "a.npy", facts)
    stored.verify()
    every = np.concatenate([rows[:15].toarray(), np.zeros((3, 7)), rows[15:].toarray()]).astype(np.float32)

    assert len(stored) == 43 and stored.read(40, 10).shape == (3, 7)
    np.testing.assert_array_equal(stored.read(0, 43), every)
    np.testing.assert_array_equal(stored.take([42, 3, 15]), every[[42, 3, 15]])
    assert stored.take([]).shape == (0, 7)

    content = bytearray((tmp_path / "a.npy").read_bytes())
    content[-1] ^= 1
    (tmp_path / "a.npy").write_bytes(content)

    with pytest.raises(StoreError, match="sha256"):
        StoredSparse.open(tmp_path / "a.npy", facts).verify()


def test_rows_that_are_too_long_are_refused(tmp_path):
    with pytest.raises(DataError, match="16,777,217 columns"):
        SparseWriter(tmp_path / "a.npy", (2**24 + 1,))


def test_vectors_of_an_array(tmp_path):
    rows = RANDOM.normal(size=(300, 70)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    np.save(tmp_path / "rows.npy", rows)
    pd.DataFrame({"row": range(40), "kind": ["a", "b"] * 20}).to_csv(tmp_path / "labels.csv", index=False)
    stream = semivae.stream(tmp_path / "rows.npy", "kind", labels=tmp_path / "labels.csv")
    model = VAEClassifier(**QUICK).fit(stream)

    assert model.schema_.container == "vector" and model.n_features_in_ == 70
    assert (model.n_labeled_, model.n_unlabeled_) == (40, 260)
    np.testing.assert_allclose(model.predict_proba(stream), model.predict_proba(rows), atol=1e-6)


def test_vectors_in_a_column_of_lists(tmp_path):
    rows = RANDOM.normal(size=(120, 5))
    pd.DataFrame({"at": list(rows), "y": [None, "a", "b"] * 40}).to_parquet(tmp_path / "rows.parquet")
    stream = semivae.stream(tmp_path / "rows.parquet", "y")
    model = VAEClassifier(**QUICK).fit(stream)

    assert model.schema_.container == "vector" and model.feature_names_in_.tolist() == ["at"]
    # The part that is judged is every third row.
    np.testing.assert_allclose(model.schema_.x[0].centers, rows[::3].mean(axis=0))
    np.testing.assert_allclose(model.transform(stream), model.transform(rows), atol=1e-6)


def test_strings_of_a_column(tmp_path):
    texts = ["".join(RANDOM.choice(["C", "N", "O"], 6)) for _ in range(200)]
    pd.DataFrame({"smiles": texts, "y": [None, "a", "b", None] * 50}).to_parquet(tmp_path / "rows.parquet")
    stream = semivae.stream(tmp_path / "rows.parquet", "y")
    model = VAEClassifier(data=DataOptions(kinds={"smiles": "sequence"}), **QUICK).fit(stream)

    assert model.schema_.container == "sequence" and set(model.schema_.x[0].classes) == set("CNO")
    frame = pd.DataFrame({"smiles": texts})
    np.testing.assert_allclose(model.predict_proba(stream), model.predict_proba(frame), atol=1e-6)


def test_texts_are_embedded_in_memory(tmp_path):
    pd.DataFrame({"text": ["a", "b"]}).to_parquet(tmp_path / "rows.parquet")

    with pytest.raises(SettingError, match="embedded in memory"):
        VAEEmbedding(data=DataOptions(embed="text"), **QUICK).fit(semivae.stream(tmp_path / "rows.parquet"))


@pytest.fixture
def cells(tmp_path):
    anndata = pytest.importorskip("anndata", reason="cells need anndata")
    means = RANDOM.gamma(1.0, 2.0, (3, 30))
    kinds = np.repeat([0, 1, 2], 60)
    counts = csr_matrix(RANDOM.poisson(means[kinds]).astype(np.float32))
    labels = np.where(np.arange(180) % 3 == 0, np.array(["x", "y", "z"], dtype=object)[kinds], "Unknown")
    names = [f"g{place}" for place in range(30)]
    found = anndata.AnnData(
        counts, pd.DataFrame({"kind": labels}, index=[f"c{row}" for row in range(180)]), pd.DataFrame(index=names)
    )
    write_cells(tmp_path / "cells.h5ad", found)

    return found


@CELLS
@pytest.mark.parametrize("layer", [False, True])
def test_cells(cells, tmp_path, monkeypatch, layer):
    from semivae.data.stream import cell_blocks

    if layer:
        cells.layers["counts"] = cells.X.copy()
        cells.X = cells.X.log1p()
        write_cells(tmp_path / "cells.h5ad", cells)

    monkeypatch.setattr(cell_blocks, "ROWS", 70)
    stream = semivae.stream(tmp_path / "cells.h5ad", "kind")
    model = VAEClassifier(missing_label="Unknown", **QUICK).fit(stream)

    assert model.schema_.container == "sparse" and model.schema_.x[0].kind == "counts"
    assert model.schema_.x[0].names[:2] == ("g0", "g1") and model.n_features_in_ == 30
    assert (model.n_labeled_, model.n_unlabeled_) == (60, 120)
    np.testing.assert_allclose(model.predict_proba(stream), model.predict_proba(cells), atol=1e-6)

    with pytest.raises(DataError, match="has no 'sort'"):
        semivae.stream(tmp_path / "cells.h5ad", "sort")


@CELLS
@pytest.mark.parametrize("dense", [False, True])
def test_counts_may_be_in_a_layer_alone(cells, tmp_path, dense):
    counts = cells.X.copy()
    cells.X = np.log1p(counts.toarray()) if dense else None
    cells.layers["counts"] = counts
    cells.obs["row"] = RANDOM.random(180)
    write_cells(tmp_path / "cells.h5ad", cells)
    stream = semivae.stream(tmp_path / "cells.h5ad", "row")

    assert single.some(stream).X.sum() == counts[::4].sum()
    # A column of this name is the user's own.
    assert VAERegressor(**QUICK).fit(stream).schema_.y.high < 1
    assert VAEEmbedding(**PLAIN).fit(cells).transform(cells).shape == (180, 2)

    cells.layers.clear()
    cells.X = None

    with pytest.raises(DataError, match="neither a matrix X nor a layer of counts"):
        VAEEmbedding(**PLAIN).fit(cells)


@CELLS
def test_cells_in_a_file_are_refused(cells, tmp_path):
    anndata = pytest.importorskip("anndata")

    with pytest.raises(DataError, match=r"cells\.to_memory\(\)"):
        VAEEmbedding(**PLAIN).fit(anndata.read_h5ad(tmp_path / "cells.h5ad", backed="r"))


@CELLS
def test_dense_cells_are_not_streamed(cells, tmp_path):
    cells.X = cells.X.toarray()
    write_cells(tmp_path / "cells.h5ad", cells)

    with pytest.raises(DataError, match="stored row by row"):
        VAEEmbedding(**QUICK).fit(semivae.stream(tmp_path / "cells.h5ad"))


@CELLS
def test_large_cells_are_streamed_by_the_command(cells, tmp_path, monkeypatch):
    from semivae.data.stream import choose
    from semivae.workflows.inputs.sources import is_streamed

    wishes = SimpleNamespace(data=str(tmp_path / "cells.h5ad"), stream=False, labels_from=None, columns={}, resize=None)

    assert not is_streamed(wishes)
    monkeypatch.setattr(choose, "memory", lambda: 1e3)
    assert is_streamed(wishes)


IMAGES = RANDOM.integers(0, 256, (150, 9, 8)).astype(np.uint8)


def test_a_part_of_large_images_is_judged_with_their_range(tmp_path, monkeypatch):
    images = RANDOM.random((400, 9, 8))
    images[7, 0, 0], images[11, 0, 0] = 3.0, -2.0
    np.save(tmp_path / "rows.npy", images)
    monkeypatch.setattr(single, "BYTES", 20 * images[0].nbytes)
    judged = single.some(semivae.stream(tmp_path / "rows.npy"))

    assert len(judged) <= 24 and (judged.min(), judged.max()) == (-2.0, 3.0)


def test_images_of_an_array(tmp_path):
    np.save(tmp_path / "rows.npy", IMAGES)
    pd.DataFrame({"row": range(40), "kind": ["a", "b"] * 20}).to_csv(tmp_path / "labels.csv", index=False)
    stream = semivae.stream(tmp_path / "rows.npy", "kind", labels=tmp_path / "labels.csv")
    model = VAEClassifier(**QUICK).fit(stream)

    assert model.schema_.x[0].shape == (1, 9, 8) and model.schema_.container == "image"
    np.testing.assert_allclose(model.predict_proba(stream), model.predict_proba(IMAGES), atol=1e-6)

    with pytest.raises(SettingError, match="pixels on disk are drawn once"):
        VAEEmbedding(data=DataOptions(binarize="stochastic"), **PLAIN).fit(stream)

    binary = VAEEmbedding(data=DataOptions(binarize="threshold"), **PLAIN).fit(semivae.stream(tmp_path / "rows.npy"))
    assert binary.schema_.x[0].levels == 2


@pytest.fixture
def photos(tmp_path):
    image = pytest.importorskip("PIL.Image", reason="pictures need Pillow")

    for row, pixels in enumerate(IMAGES):
        folder = tmp_path / "photos" / ("unlabeled" if row % 3 == 0 else "cat" if row % 2 else "dog")
        folder.mkdir(parents=True, exist_ok=True)
        image.fromarray(pixels).save(folder / f"{row:03}.png")

    return tmp_path / "photos"


def test_pictures_of_a_folder(photos, tmp_path, monkeypatch):
    from semivae.data.stream import blocks

    monkeypatch.setattr(blocks, "MOST_CELLS", 72 * 20)
    stream = semivae.stream(photos, "label")
    model = VAEClassifier(**QUICK).fit(stream)
    held = semivae.read(photos, "label")

    assert model.classes_.tolist() == ["cat", "dog"] and (model.n_labeled_, model.n_unlabeled_) == (100, 50)
    np.testing.assert_allclose(model.predict_proba(stream), model.predict_proba(held.x), atol=1e-6)

    small = VAEEmbedding(**PLAIN).fit(semivae.stream(photos, resize=4))
    assert small.schema_.x[0].shape == (1, 4, 4)

    pd.DataFrame({"file": held.x.files[:30], "kind": ["a", "b", "c"] * 10}).to_csv(tmp_path / "kinds.csv", index=False)
    joined = VAEClassifier(**QUICK).fit(semivae.stream(photos, "kind", labels=tmp_path / "kinds.csv"))
    assert joined.classes_.tolist() == ["a", "b", "c"] and joined.n_labeled_ == 30

    with pytest.raises(DataError, match="has no 'breed'"):
        semivae.stream(photos, "breed")


def test_large_images_are_streamed_by_the_command(photos, tmp_path, monkeypatch):
    from semivae.data.stream import choose
    from semivae.workflows.inputs.sources import is_streamed

    np.save(tmp_path / "rows.npy", IMAGES)

    for path in (photos, tmp_path / "rows.npy"):
        wishes = SimpleNamespace(data=str(path), stream=False, labels_from=None, columns={}, resize=None)
        assert not is_streamed(wishes)

        with monkeypatch.context() as patch:
            patch.setattr(choose, "memory", lambda: 1e5)
            assert is_streamed(wishes)
