"""Classes in an order are read, drawn and scored in that order; counts that vary much are negative binomial."""

import numpy as np
import pandas as pd
import pytest
from tests.understood import codec_for

from semivae import DataOptions, VAEEmbedding
from semivae.data.codecs.selection import Selection
from semivae.errors import DataError
from semivae.families import Ordinals

RANDOM = np.random.default_rng(0)
GRADES = ["low", "medium", "high"]
ORDERED = pd.Series(pd.Categorical(RANDOM.choice(GRADES, 60), GRADES, ordered=True))


def test_an_ordered_categorical_is_an_ordinal():
    codec = codec_for(pd.DataFrame({"grade": ORDERED, "plain": ORDERED.cat.as_unordered()}))

    assert [(v.kind, v.classes) for v in codec.variables] == [("ordinal", tuple(GRADES)), ("category", tuple(GRADES))]
    np.testing.assert_array_equal(codec.encode(pd.DataFrame({"grade": GRADES, "plain": GRADES}))[:, 0], [0, 1, 2])


def test_numbers_are_in_the_order_of_their_values():
    codec = codec_for(pd.DataFrame({"stars": [10, 2, 5, 2, 10, 5]}), Selection.of(kinds={"stars": "ordinal"}))

    assert codec.variables[0].classes == (2, 5, 10)


def test_text_has_no_order():
    with pytest.raises(DataError, match=r"'grade' holds 'low'(.|\n)*ordered=True"):
        codec_for(pd.DataFrame({"grade": GRADES}), Selection.of(kinds={"grade": "ordinal"}))


def test_neighbors_of_a_class_are_likelier_than_those_beyond():
    import torch

    family = Ordinals([5])
    logits = family.logits(torch.tensor([[-3.0], [0.0], [3.0]]))

    # Probabilities fall from the most probable class on to both sides.
    for row in logits.tolist():
        best = int(np.argmax(row))
        assert row[: best + 1] == sorted(row[: best + 1]) and row[best:] == sorted(row[best:], reverse=True)


def test_an_order_helps_to_score_grades():
    z = RANDOM.normal(size=(400, 1))
    noisy = z + RANDOM.normal(size=(400, 3)) * 0.3
    grades = pd.DataFrame({f"q{j}": np.digitize(noisy[:, j], [-1.0, -0.4, 0.0, 0.4, 1.0]) for j in range(3)})
    kinds = {name: "ordinal" for name in grades}
    fit = {"random_state": 0, "latents": 1, "model": "vae", "epochs": 120}
    ordinal = VAEEmbedding(data=DataOptions(kinds=kinds), **fit).fit(grades[:80])
    category = VAEEmbedding(data=DataOptions(kinds=dict.fromkeys(kinds, "category")), **fit).fit(grades[:80])

    assert ordinal.score_samples(grades[80:]).mean() > category.score_samples(grades[80:]).mean() + 0.1
    assert abs(np.corrcoef(ordinal.transform(grades)[:, 0], z[:, 0])[0, 1]) > 0.9


def test_counts_that_vary_much_are_negative_binomial():
    rows = pd.DataFrame({"visits": RANDOM.negative_binomial(1, 0.1, 500), "plain": RANDOM.poisson(9, 500)})
    codec = codec_for(rows, Selection.of(kinds=dict.fromkeys(rows, "count")))

    assert [variable.suits for variable in codec.variables] == ["negative_binomial", None]

    fitted = VAEEmbedding(
        data=DataOptions(kinds=dict.fromkeys(rows, "count")), random_state=0, latents=2, model="vae", epochs=60
    ).fit(rows)
    drawn = fitted.sample(4000, random_state=0)

    # A Poisson distribution with one rate would have the deviation 3.
    assert drawn["visits"].std() == pytest.approx(rows["visits"].std(), rel=0.25)
    assert drawn["plain"].std() == pytest.approx(rows["plain"].std(), rel=0.25)
