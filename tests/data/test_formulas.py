"""Text that a spreadsheet would run is written so that it does not, and comes back as it was."""

import io
import re
import time
import warnings

import numpy as np
import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from semivae.data.files.formulas import csv_text
from semivae.data.files.literals import MISSING
from semivae.data.read import read

RUN = ["=HYPERLINK(1)", "+1+1", "-x", "@a", "'=x", "''-x", "'-5", "-inf", "-nan", "\rq", "\tq"]
ODD = [*RUN, "-5", "+1e3", "-1,5", "a\rb", "'q"]
CHARACTERS = st.one_of(
    st.sampled_from("=+-@'\t\r\n\",;|0a "), st.characters(exclude_categories=["Cs"], exclude_characters="\0")
)
CELLS = st.one_of(st.sampled_from(ODD), st.text(CHARACTERS))
# Blanks around text are no part of it, and a cell such as "NA" is missing.
TEXTS = CELLS.filter(lambda text: (text == text.strip() and text not in MISSING) or text in ("\rq", "\tq", "-nan"))


def runs(cell):
    """Whether a spreadsheet would run a cell: it begins like a formula and is no number."""

    number = re.fullmatch(r"[+-](\d+([.,]\d*)?|\.\d+)(e[+-]?\d+)?", cell, re.IGNORECASE)

    return cell[:1] in tuple("=+-@\t\r") and not number


def cells(text):
    """The cells of a CSV file as a spreadsheet shows them."""

    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, header=None)


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=5), TEXTS)
@example(ODD, "=name")
def test_text_is_safe_and_comes_back(tmp_path_factory, texts, name):
    name = name if name != "n" else "m"
    written = csv_text(pd.DataFrame({name: [*texts, "text"], "n": range(len(texts) + 1)}))
    path = tmp_path_factory.getbasetemp() / "t.csv"
    path.write_bytes(written.encode())

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name may look like a value
        found = read(path).x

    assert list(found) == [name, "n"]
    assert found[name].tolist() == [*texts, "text"]
    assert not any(runs(cell) for cell in cells(written)[0])


def test_columns_of_every_type():
    frame = pd.DataFrame(
        {
            "number": [-1.5, -np.inf],
            "=kind": pd.Categorical(["=a", "b"]),
            "arrow": pd.array(["-a", None], "string"),
            "mixed": pd.Series([-1, "=b"], dtype=object),
            "flag": [True, False],
        }
    )

    assert csv_text(frame) == "number,'=kind,arrow,mixed,flag\n-1.5,'=a,'-a,-1,True\n-inf,b,,'=b,False\n"
    assert csv_text(frame, header=False, raw=True).startswith("-1.5,=a,-a,-1,True\n")


def test_numbers_are_written_as_fast_as_before():
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(100_000, 3)))
    start = time.perf_counter()
    frame.to_csv(index=False)
    middle = time.perf_counter()
    csv_text(frame)

    assert time.perf_counter() - middle < 1.5 * (middle - start) + 0.2
