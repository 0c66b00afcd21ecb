"""What sparse rows keep, of every kind: their densities, and a fit from a matrix to samples and a file."""

import json

import numpy as np
import pytest
import torch
from scipy import sparse, stats

import semivae
from semivae import DataOptions, VAEClassifier, VAEEmbedding
from semivae.data.codecs.choose import codec_of
from semivae.data.codecs.sparse import SparseCodec
from semivae.data.codecs.variable_columns import most_variable
from semivae.data.kinds import handler
from semivae.data.sparse import SparseRows
from semivae.errors import SemivaeError
from semivae.families import Multinomial, NegativeBinomial
from semivae.schema import Schema

N, P = 60, 12
RANDOM = np.random.default_rng(0)
CLASSES = np.arange(N) % 2
SHARES = RANDOM.dirichlet(np.ones(P), 2)[CLASSES]
SUMS = RANDOM.integers(120, 200, N)
CELLS = sparse.csr_matrix(np.stack([RANDOM.multinomial(*row) for row in zip(SUMS, SHARES, strict=True)]))
MATRICES = {
    "negative_binomial": CELLS.astype(np.int32),
    "multinomial": sparse.csr_matrix(CELLS.toarray() // 8),
    "gaussian": (CELLS * 0.37).astype(np.float32),
}
FIT = {"latents": 2, "hidden": (8,), "epochs": 2, "random_state": 0}

every = pytest.mark.parametrize("likelihood", list(MATRICES))


@every
def test_rows_come_back_as_they_were(likelihood):
    matrix = MATRICES[likelihood]
    codec = SparseCodec.fit(matrix)
    again = codec_of(Schema.from_json(json.loads(json.dumps(codec.schema().to_json(), allow_nan=False))))
    back = again.decode(np.asarray(codec.encode(matrix)))

    assert again.variables == codec.variables and not list(handler(codec.variables[0]).problems())
    assert sparse.isspmatrix_csr(back) and back.dtype == matrix.dtype
    np.testing.assert_allclose(back.toarray(), matrix.toarray(), rtol=1e-6)


@every
def test_fit_scores_samples_and_survives_a_file(likelihood, tmp_path):
    matrix = MATRICES[likelihood]
    fitted = VAEEmbedding(**FIT).fit(matrix)
    drawn, means = fitted.sample(9, random_state=0), fitted.inverse_transform(fitted.transform(matrix[:3]))

    assert fitted.plan_.likelihood == likelihood
    assert drawn.shape == (9, P) and drawn.dtype == matrix.dtype and drawn.nnz
    assert np.isfinite(fitted.score_samples(drawn)).all() and np.isfinite(fitted.transform(means)).all()
    assert fitted.explain(matrix[:2], matrix[2:9]).shape == (2, P)

    fitted.save(tmp_path / "model")
    loaded = semivae.load(tmp_path / "model")

    np.testing.assert_array_equal(loaded.score_samples(matrix), fitted.score_samples(matrix))


def test_a_default_classifier_reads_sparse_rows(tmp_path):
    labels = np.where(np.arange(N) < 20, CLASSES, -1)
    fitted = VAEClassifier(**FIT).fit(MATRICES["negative_binomial"], labels)
    chances = fitted.predict_proba(CELLS)

    assert fitted.model_name_ == "gmvae" and fitted.committee_ is not None
    assert fitted.score(CELLS, CLASSES) > 0.9

    fitted.save(tmp_path / "model")

    np.testing.assert_array_equal(semivae.load(tmp_path / "model").predict_proba(CELLS), chances)


def test_no_step_makes_the_whole_matrix_dense(monkeypatch):
    sizes = []
    dense = SparseRows.__array__

    def counted(rows, dtype=None, copy=None):
        sizes.append(len(rows))

        return dense(rows, dtype, copy)

    monkeypatch.setattr(SparseRows, "__array__", counted)
    many = sparse.vstack([CELLS] * 20)
    VAEEmbedding(**FIT, batch_size=256).fit(many).transform(many)

    assert max(sizes) == 512 < many.shape[0]


def test_multinomial_is_that_of_scipy_and_sums_to_one():
    family = Multinomial([0.2, 0.3, 0.5], 1.0, 0.5).double()
    p = family(torch.tensor([0.4, -0.2, 1.0], dtype=torch.float64))
    all_rows = np.array([(a, b, 4 - a - b) for a in range(5) for b in range(5 - a)])
    found = p.log_prob(torch.from_numpy(all_rows).double()).numpy()

    np.testing.assert_allclose(found, stats.multinomial.logpmf(all_rows, 4, p.log_share.exp().numpy()), rtol=1e-9)
    assert np.exp(found).sum() == pytest.approx(1.0)


def test_gradients_are_finite_at_zeros_and_far_features():
    x = torch.tensor([[0.0, 0.0, 0.0], [0.0, 3.0, 900.0]])

    for family in (NegativeBinomial([0.5, 0.5, 0.0], 3.0, 1.0, inflated=True), Multinomial([0.5, 0.5, 0.0], 3.0, 1.0)):
        features = torch.full((4, 1, family.size), 50.0).cumsum(-1).requires_grad_()
        family(features).log_prob(x).sum().backward()

        assert features.grad is not None and features.grad.isfinite().all()


def test_means_of_inflated_counts_are_rows_again():
    fitted = VAEEmbedding(**FIT, likelihood="zero_inflated").fit(MATRICES["negative_binomial"])
    means = fitted.sample(3, random_state=0, noise=False)

    np.testing.assert_allclose(means.sum(axis=1), np.exp(fitted.schema_.x[0].mean))
    assert np.isfinite(fitted.transform(means)).all()


def test_drawn_counts_do_not_wrap_around():
    codec = SparseCodec.fit(sparse.csr_matrix(np.array([[200, 3], [0, 7]], dtype=np.uint8)))

    assert codec.decode(np.array([[300.0, 1.0]]), within=True).toarray().tolist() == [[300, 1]]
    assert codec.decode(np.array([[255.0, 1.0]]), within=True).dtype == np.uint8


def test_the_most_variable_columns_are_modeled():
    many = sparse.hstack([CELLS, sparse.csr_matrix(np.ones((N, 20), dtype=int))]).tocsr()
    fitted = VAEEmbedding(**FIT, data=DataOptions(most_columns=P)).fit(many)
    row = fitted.schema_.x[0]

    assert row.shape == (P,) and row.kept == tuple(range(P)) and row.among == P + 20
    assert fitted.sample(3, random_state=0).shape == (3, P + 20)
    assert most_variable(many, 3, counts=False).max() < P


def test_refusals_say_what_is_needed():
    counts = SparseCodec.fit(MATRICES["negative_binomial"])

    for use, words in (
        (lambda: counts.encode(CELLS * 0.5), "hold fractions.*counts"),
        (lambda: counts.encode(-CELLS), "negative"),
        (lambda: counts.encode(CELLS[:, :3]), "3 features"),
        (lambda: counts.encode(CELLS[:0]), "0 sample"),
        (lambda: SparseCodec.fit(CELLS * np.nan), "NaN"),
        (lambda: SparseCodec.fit(CELLS * 0), "zeros alone"),
        (lambda: SparseCodec.fit(CELLS[:0]), "0 sample"),
        (lambda: VAEEmbedding(likelihood="bernoulli").fit(CELLS), "'negative_binomial', 'zero_inflated'"),
        (lambda: VAEEmbedding(likelihood="multinomial").fit(CELLS.toarray()), "table"),
    ):
        with pytest.raises(SemivaeError, match=f"(?s){words}"):
            use()
