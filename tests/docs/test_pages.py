"""The pages of the models are those that their docstrings make, and say what they have to."""

import importlib.util
from pathlib import Path

import pytest

from semivae.models import models

DOCS = Path(__file__).parents[2] / "docs"

spec = importlib.util.spec_from_file_location("pages", DOCS / "pages.py")
made = importlib.util.module_from_spec(spec)
spec.loader.exec_module(made)

PAGES = made.pages()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_up_to_date(name):
    path = DOCS / "models" / name

    assert path.is_file() and path.read_text() == PAGES[name], "run `make pages`"


def test_page_on_training_says_all_that_models_share():
    page = PAGES["training.md"]

    assert all(f"| `{name}` |" in page for name in ("epochs", "learning_rate", "adversarial", "student"))
    assert "| `marginalize` |" not in page, "a setting of some models stands on their pages"
    assert "```math\n\n" not in page and page.count("```") % 2 == 0


def test_there_is_a_page_for_each_model_and_no_other():
    assert {path.name for path in (DOCS / "models").iterdir()} == set(PAGES)
    assert {f"{name}.md" for name in models} < set(PAGES)
    assert all(f"({name}.md)" in PAGES["README.md"] for name in models)


@pytest.mark.parametrize("name", [f"{name}.md" for name in made.MODELS])
def test_page_says_what_a_reader_looks_for(name):
    page = PAGES[name]
    parts = (
        "```math",
        "## Training\n\n",
        "## When to choose it",
        "## References\n\n- [",
        "](https://",
        "## Notation and code\n\n| in the code",
        "## Measured\n\n",
    )

    assert all(part in page for part in parts)
    assert ("(training.md)" in page) == (name != "pca.md")
    assert page.count("```") % 2 == 0 and not any(rest in page for rest in (":math:", ":py:", ".. math", "Args:"))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Bound:", "## Bound"),
        ("Inference: :math:`q(z) \\, p`, a *b*.", "## Inference\n\n$`q(z) \\, p`$, a *b*."),
        ("Bound, for :math:`a`:", "## Bound\n\nFor $`a`$:"),
        ("Bounded: no.", "Bounded: no."),
        (".. math:: a = b", "```math\na = b\n```"),
        (".. math::\n    a & = b", "```math\n\\begin{aligned}\na & = b\n\\end{aligned}\n```"),
        ("See :py:`a.b` and :class:`C`.", "See `a.b` and `C`."),
        (
            "References:\n    | One (A,\n    | 2000)\n    | https://a\n\n    | Two\n    | a book",
            "## References\n\n- [One (A, 2000)](https://a)\n- Two a book",
        ),
    ],
)
def test_markdown(source, expected):
    assert made.markdown(source) == expected


def test_bar_ends_no_cell():
    assert made.table(("a",), [("|b|",)]).splitlines()[-1] == r"| \vert b\vert  |"
