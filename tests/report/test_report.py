"""The report of every kind of model: one file, whose parts are there and say what was measured."""

import re
from html.parser import HTMLParser

import pytest

from semivae.report import collect, render

COMPARED = {
    "metric": "accuracy",
    "labels": 40,
    "rows": [{"name": "this model", "mean": 0.8, "low": 0.7, "high": 0.9, "weight": None}],
    "gain": None,
    "p_value": None,
    "sentence": "No unlabeled rows.",
}
VOID = {"meta", "link", "input", "img", "br"}


class Page(HTMLParser):
    """The elements of a page, in the order of their ends."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.sources, self.unnamed = [], set(), [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids |= {found["id"]} if "id" in found else set()
        self.links += [found["href"]] if "href" in found else []
        self.sources += [found["src"]] if "src" in found else []
        self.unnamed += tag == "img" and not found.get("alt")

        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("kind", ["digits", "table", "number", "plain", "linear"])
def test_report(made, kind):
    fitted, x, y = made(kind)
    facts = collect(fitted, x, y, {}, "a folder", "rows.csv")
    text = render(facts)
    page = Page(text)

    # One file: nothing is fetched, all links are to its own parts, and no name in the data is markup.
    assert not page.open and not page.unnamed
    assert all(source.startswith("data:") for source in page.sources)
    assert {link.removeprefix("#") for link in page.links if not link.startswith("data:")} <= page.ids
    assert "http" not in re.sub(r"http-equiv|http://www.w3.org", "", text) and "<b>Lima" not in text
    assert len(text) < 1_000_000

    assert ("live" in page.ids) == (kind != "linear")
    assert facts.card is not None and facts.map is not None and facts.unusual is not None
    assert len(facts.unusual.rows) == 20 and "semivae fit rows.csv" in facts.commands["fit"]
    assert (facts.following is None) == (kind in ("plain", "linear"))
    assert "'a folder'" in facts.commands["report"]
    assert ("semivae budget" in text) == (kind in ("digits", "table", "number"))


def test_report_without_rows(made):
    facts = collect(made("table")[0])

    assert facts.card is None and facts.unusual is None and facts.live is not None
    assert "semivae" in render(facts)


def test_a_section_that_cannot_be_made_is_left_out(made, caplog):
    fitted, x, y = made("table")

    with caplog.at_level("INFO"):
        facts = collect(fitted, x[y.notna()], y[y.notna()])

    assert facts.following is None and facts.unusual is not None
    assert "no section 'Rows to label next'" in caplog.text


def test_forecasts_are_shown(made):
    facts = collect(made("table")[0], metrics={"comparison": COMPARED})
    forecast = {
        "metric": "error",
        "sentences": ["20 more labels should move the error from 9 % to 8 %"],
        "measured": [{"labels": 20, "error": 0.2, "fits": 3}],
        "forecasts": [{"labels": 40, "error": 0.1, "low": 0.05, "high": 0.2}],
    }
    text = render(type(facts)(**vars(facts) | {"budget": forecast}))

    assert "20 more labels should move" in text and "0.050 to 0.200" in text
