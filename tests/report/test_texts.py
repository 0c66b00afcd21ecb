"""The report on texts and strings, which shows the text of each row that it lists."""

import numpy as np
import pandas as pd
import pytest

from semivae import DataOptions, RecipeOptions, VAEClassifier
from semivae.data.sentences import embed
from semivae.report import collect, render

N, P = 60, 8
TEXTS = pd.DataFrame({"said": [f"{('Who', 'What', 'Where')[i % 3]} is {i % 7} of {i % 11} here?" for i in range(N)]})
LABELS = np.where(np.arange(N) < 24, np.array(["p", "q"])[np.arange(N) % 2], None)
FIT = {"epochs": 1, "hidden": (8,), "latents": 2, "random_state": 0}
NEAREST = "the nearest text of the data"


@pytest.fixture
def language(monkeypatch):
    """Vectors in place of the language model."""

    made = np.random.default_rng(0).normal(size=(N, P)).astype("float32")
    found = dict(zip(TEXTS["said"], made, strict=True))
    monkeypatch.setattr(embed, "read", lambda texts: np.stack([found[text] for text in texts]))
    embed.known.cache_clear()

    yield

    embed.known.cache_clear()


@pytest.mark.parametrize("embedded", [True, False])
def test_report_shows_texts(language, embedded):
    data = DataOptions(embed="said") if embedded else DataOptions(kinds={"said": "sequence"})
    recipe = RecipeOptions(committee=False, calibrate=False)
    fitted = VAEClassifier(**FIT, data=data, recipe=recipe).fit(TEXTS, LABELS)
    facts = collect(fitted, TEXTS, LABELS)

    for sheet in (facts.unusual, facts.following):
        assert sheet.columns[-1] == "said"
        assert all(row[-1] == TEXTS["said"][int(row[0])] for row in sheet.rows)

    assert (NEAREST in render(facts)) == embedded
