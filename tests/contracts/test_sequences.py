"""Strings as rows: tokens there and back, probabilities that sum to one, and a fit from strings to samples."""

import itertools
import json
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from tests.understood import codec_for

import semivae
from semivae import DataOptions, RecipeOptions, VAEEmbedding, VAERegressor
from semivae.data.codecs.choose import codec_of
from semivae.data.codecs.selection import Selection
from semivae.data.codecs.sequences import SequenceCodec
from semivae.data.in_memory import InMemory
from semivae.data.kinds import handler
from semivae.data.survey import survey
from semivae.errors import DataError, SchemaError, SettingError
from semivae.families import Tokens
from semivae.families.recurrent import Recurrence
from semivae.latent import optimize
from semivae.networks.sequences import SequenceTrunk, TokenCounts
from semivae.schema import Schema
from semivae.variables import Variable

MOLECULES = ["CC(=O)Cl", "c1ccccc1Br", "C[C@@H](N)C(=O)O", "CCO", "N#CC1CC1", "C[C@@H](Cl)C=O", "OCC", "BrCC(=O)N#C"]
QUESTIONS = ["What is a cell ?", "Who is the king, then?", "What is the cell made of ?"]
COLUMN = Selection.of(kinds={"text": "sequence"})


@pytest.mark.parametrize(
    ("texts", "way", "tokens"),
    [
        (MOLECULES, "smiles", ["C", "[C@@H]", "(", "N", ")", "C", "(", "=", "O", ")", "O"]),
        (QUESTIONS, "words", ["What", "is", "the", "cell", UNKNOWN := "\N{REPLACEMENT CHARACTER}", UNKNOWN, "?"]),
        (["aab", "ab", "ba a"], "characters", ["b", "a", UNKNOWN, "a"]),
    ],
)
def test_strings_are_split_and_joined(texts, way, tokens):
    codec = codec_for(texts)
    variable = codec.variables[0]
    again = codec_of(Schema.from_json(json.loads(json.dumps(codec.schema().to_json()))))
    values = codec.encode(texts)
    known = ["", *variable.classes, UNKNOWN]

    assert variable.tokens == way and not list(handler(variable).problems())
    assert [known[int(code)] for code in values[2] if code] == tokens
    assert values.shape == (len(texts), *variable.shape) and again.variables == codec.variables
    assert codec.encode(again.decode(values)).tolist() == values.tolist()


def test_column_of_a_frame_comes_back_as_a_frame():
    frame = pd.DataFrame({"key": range(16), "text": MOLECULES * 2})
    codec = codec_for(frame, Selection.of(drop="key", kinds={"text": "sequence"}))

    pd.testing.assert_frame_equal(codec.decode(codec.encode(frame)), frame[["text"]], check_dtype=False)
    assert codec.left_out == ("key",)
    assert codec.encode(MOLECULES * 2).tolist() == codec.encode(frame).tolist()

    with pytest.raises(DataError, match=r"columns beside the strings of 'text': 'key'.*\n.*drop=\['key'\]"):
        codec_for(frame, COLUMN)

    with pytest.raises(SchemaError, match=r"the columns 'smiles'"):
        codec.encode(frame[["text"]].rename(columns={"text": "smiles"}))

    with pytest.raises(DataError, match="1 of 2 rows are no strings, such as None in row 1"):
        codec.encode(["CC", None])

    with pytest.raises(SettingError, match="strings have no column names"):
        codec_for(MOLECULES, COLUMN)


def test_longer_strings_are_cut_with_a_word():
    codec = codec_for(["ab", "ba"])

    with pytest.warns(UserWarning, match="1 of 2 strings have more than the 2 tokens"):
        assert codec.encode(["abb", "a"]).tolist() == codec.encode(["ab", "a"]).tolist()

    with pytest.warns(UserWarning, match="1 of 2 strings have more than 128 tokens"):
        codec_for(["ab" * 100, "a"])


def test_probabilities_of_all_strings_sum_to_one():
    torch.manual_seed(0)
    family = Tokens(3, 2).double().eval()
    strings = [(*string, *[0] * (3 - n)) for n in range(4) for string in itertools.product((1, 2), repeat=n)]
    p = family(torch.randn(2, 1, family.size, dtype=torch.float64))

    total = p.log_prob(torch.tensor(strings, dtype=torch.float64)).exp().sum(-1)
    torch.testing.assert_close(total, torch.ones_like(total))


def test_tokens_are_hidden_in_training_alone_and_none_is_unknown():
    torch.manual_seed(0)
    family = Tokens(6, 3)
    p, x = family(torch.randn(50, family.size)), torch.randint(1, 4, (50, 6)).float()

    assert not torch.equal(p.log_prob(x), p.log_prob(x))
    family.eval()
    assert torch.equal(p.log_prob(x), p.log_prob(x))
    assert p.sample().max() == 2 and torch.equal(p.mean, p.mean)
    torch.testing.assert_close(p.cells(x).sum(-1), p.log_prob(x))


def test_gradient_of_the_recurrent_network():
    torch.manual_seed(0)
    gates, state, weight = (torch.randn(*s, dtype=torch.float64, requires_grad=True) for s in ((6, 9), (3, 3), (9, 3)))

    assert torch.autograd.gradcheck(lambda *parts: Recurrence.apply(*parts, [3, 2, 1]), (gates, state, weight))


def test_features_of_strings():
    variable = Variable("text", "sequence", (5,), ("a", "b"), tokens="characters")
    x = torch.tensor([[1.0, 2, 1, 0, 0], [2, 2, 1, 1, 3]])
    counts, trunk = TokenCounts(variable), SequenceTrunk(variable)

    assert counts(x)[:, :3].tolist() == [[2, 1, 0], [2, 2, 1]]
    assert counts(x)[:, 3:].sum(1).tolist() == [2, 4] and counts(x).shape == (2, counts.width)
    assert trunk(x).shape == (2, trunk.width) and trunk(x[None]).shape == (1, 2, trunk.width)
    torch.testing.assert_close(trunk(x[0]), trunk(x)[0])


@pytest.fixture(scope="module")
def fitted() -> VAERegressor:
    y = np.array([3.0, 1.0, np.nan, 2.0] * 8)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        alone = RecipeOptions(committee=False, calibrate=False)
        return VAERegressor(latents=2, hidden=(8,), epochs=1, random_state=0, recipe=alone).fit(MOLECULES * 4, y)


def test_fit_samples_scores_and_survives_a_file(fitted, tmp_path):
    scores = fitted.evidence(MOLECULES, draws=2)[0]
    fitted.save(tmp_path / "model")
    loaded = semivae.load(tmp_path / "model")

    assert np.isfinite(scores).all() and (scores < 0).all() and np.isfinite(fitted.predict(MOLECULES)).all()
    np.testing.assert_allclose(fitted.evidence(MOLECULES[2:4], draws=2)[0], scores[2:4], rtol=1e-12)

    np.testing.assert_array_equal(loaded.evidence(MOLECULES, draws=2)[0], scores)

    for method in ("transform", "predict", "features"):
        np.testing.assert_array_equal(getattr(loaded, method)(MOLECULES), getattr(fitted, method)(MOLECULES))

    for noise in ("auto", True):
        drawn = fitted.sample(5, random_state=1, noise=noise)
        assert drawn.tolist() == loaded.sample(5, random_state=1, noise=noise).tolist()
        assert all(isinstance(text, str) for text in drawn)

    assert fitted.inverse_transform(fitted.transform(MOLECULES)).shape == (8,)
    assert fitted.explain(MOLECULES).shape == (8, *fitted.schema_.x[0].shape)


def test_parts_of_strings_are_not_imputed(fitted):
    with pytest.raises(SettingError, match="only rows of cells and images"):
        fitted.impute(MOLECULES)


def test_column_of_a_frame_is_fitted():
    frame = pd.DataFrame({"text": MOLECULES * 4})
    data = DataOptions(kinds={"text": "sequence"})
    model = VAEEmbedding(latents=2, hidden=(8,), epochs=1, random_state=0, data=data).fit(frame)

    assert list(model.sample(3)) == ["text"] and model.schema_.container == "sequence"


def test_a_latent_search_gives_strings(fitted):
    found = optimize(fitted, lambda rows: np.char.str_len(rows.astype(str)), MOLECULES * 4, evaluations=2, proposals=2)

    assert all(isinstance(text, str) for text in found.rows) and len(found.facts) == len({*found.rows})


def test_molecules_as_selfies():
    pytest.importorskip("selfies", reason="molecules need selfies")
    texts = ["CC(=O)O", "c1ccccc1", "CCN", "no molecule"] * 5
    frame = pd.DataFrame({"smiles": texts})
    codec = survey(InMemory(frame), Selection.of(kinds={"smiles": "selfies"})).codec
    codes, variable = codec.encode(frame), codec.variables[0]

    assert variable.kind == "sequence" and variable.tokens == "selfies" and not list(handler(variable).problems())
    assert codec.decode(codes[:3])["smiles"].tolist() == ["CC(=O)O", "C1=CC=CC=C1", "CCN"]
    np.testing.assert_array_equal(codec.encode(codec.decode(codes[:3])), codes[:3])
    # What is no molecule is one unknown token.
    assert codes[3].tolist()[:2] == [len(variable.classes) + 1, 0]
    # Any tokens are a molecule.
    drawn = np.random.default_rng(0).integers(1, len(variable.classes) + 1, (20, 6))
    assert all(isinstance(text, str) for text in codec.decode(drawn)["smiles"])
    assert survey(InMemory(texts), Selection.of(kinds="selfies")).codec.variables[0].tokens == "selfies"

    with pytest.raises(DataError, match="none of 4 strings is a molecule"):
        SequenceCodec.fit(["no", "such", "thing", "?"], way="selfies")

    with pytest.raises(SettingError, match="molecules are strings"):
        survey(InMemory(np.zeros((3, 2))), Selection.of(kinds="selfies"))


def test_strings_of_one_token():
    model = VAEEmbedding(latents=2, hidden=(8,), epochs=1, random_state=0).fit(["a", "b"] * 20)

    assert model.schema_.x[0].shape == (2,) and np.isfinite(model.transform(["a", "b"])).all()


@pytest.mark.parametrize("texts", [[float("nan"), "ab"] * 9, pd.Series([pd.NA, "ab"] * 9, dtype="string")])
def test_missing_strings_are_counted(texts):
    with pytest.raises(DataError, match="9 of 18 rows are no strings"):
        VAEEmbedding(epochs=1).fit(texts)


def test_samples_of_selfies_are_drawn():
    pytest.importorskip("selfies", reason="molecules need selfies")
    model = VAEEmbedding(latents=2, hidden=(8,), epochs=1, random_state=0, data=DataOptions(kinds="selfies"))
    model.fit(MOLECULES * 4)
    usual, drawn, most_probable = (
        model.sample(20, random_state=0, noise=noise).tolist() for noise in ("auto", True, False)
    )

    assert usual == drawn != most_probable


def test_selfies_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "selfies", None)

    with pytest.raises(DataError, match=r"pip install 'semivae\[molecules\]'"):
        SequenceCodec.fit(["CCO-missing"], way="selfies")
