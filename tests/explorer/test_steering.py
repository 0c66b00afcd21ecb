"""The page in a headless Chromium: attributes, a search of the latent space, a forecast, two tabs, every state."""

import json

import numpy as np
import pandas as pd
import pytest
from tests.explorer.visit import Visit, check_access

from semivae import latent
from semivae.explorer.running import serve

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore"),  # of the fits, and of the driver of the browser
]


def names_of(explorer):
    """The names that copied lines use."""

    return {"explorer": explorer, "estimator": explorer.estimator, "X": explorer.work.X, "y": explorer.labels()} | {
        "np": np,
        "pd": pd,
    }


def test_attributes_search_and_forecast(case):
    visit, kind, _ = case
    page = visit.page

    # A slider moves the pinned row; the copied lines make the same row.
    page.mouse.click(*visit.at(100))
    visit.wait(lambda: page.evaluate("() => semivae.state.pinned?.row === 100 && semivae.state.directions.length > 0"))
    slider = page.locator("#attributes input").first
    slider.focus()

    for _ in range(12):
        page.keyboard.press("ArrowRight")

    visit.wait(lambda: page.evaluate("() => semivae.live.under.size + semivae.live.waiting.size") == 0)
    lines = page.evaluate("() => semivae.actions.python")
    assert lines.endswith("direction, 1.2)")
    names = names_of(visit.explorer)
    start, _, end = lines.rpartition("\n")
    exec(start, names)
    visit.same(eval(end, names), kind)
    visit.shoot(f"{kind}-edit")

    # Designs of a search land on the map; the copied lines find the same ones.
    page.select_option("#wish", index=0)
    page.fill("#evaluations", "8")
    page.click("#optimize")
    visit.wait(lambda: page.inner_text("#searched").startswith("8 of 8 rows tried"))
    assert page.locator("#proposals button").count() == 8
    exec(page.evaluate("() => semivae.actions.python"), names)
    best = page.evaluate("() => semivae.state.facts.search.designs.find(design => design.rank === 1)")
    assert np.allclose(names["found"].latents[0], best["z"])
    assert isinstance(names["found"], latent.Found)
    page.locator("#proposals button").first.click()
    visit.wait(lambda: np.allclose(page.evaluate("() => semivae.state.pinned.z"), best["z"]))
    visit.shoot(f"{kind}-search")
    check_access(page)

    page.fill("#evaluations", "200")
    page.click("#optimize")
    page.click("#stopsearch")
    visit.wait(lambda: page.is_hidden("#stopsearch"))
    assert page.evaluate("() => semivae.state.facts.search.designs.length") < 200

    # The chart shows what more labels would bring.
    page.click("#foresee")

    if kind == "table":
        visit.wait(lambda: "band" in page.inner_text("#foreseen"), 300)
        assert page.locator("#chart .band").count() == 1
        visit.shoot(f"{kind}-forecast")
    else:
        visit.wait(lambda: "Forecast: fit" in page.inner_text("#foreseen"))
        page.click("#foresee")
        visit.wait(lambda: page.inner_text("#foresee") == "Forecast")
        assert page.locator("#chart .band").count() == 0

    visit.check()


def test_two_tabs_label_at_once(browser, made, work):
    one = work("table")
    explorer = serve(one)
    tabs = [Visit(browser, explorer), Visit(browser, explorer)]

    for code, tab in enumerate(tabs):
        act = f"() => {{ semivae.actions.select([1, 2, {3 + code}]); void semivae.actions.label({code}); }}"
        tab.page.evaluate(act)

    for tab in tabs:
        tab.hear(6)
        assert tab.said.startswith("Saved")

    shown = [tab.page.evaluate("() => Array.from(semivae.state.label.slice(0, 5))") for tab in tabs]
    assert shown[0] == shown[1]
    assert shown[0][3:] == [0, 1]
    assert [one.marking.classes["kind"][int(code)] for code in shown[0][1:]] == [
        one.marking.label("kind", row) for row in (1, 2, 3, 4)
    ]

    # A change that comes late is older than what the page shows.
    late = "change => { semivae.actions.hear(change); return semivae.state.label[1]; }"
    old = one.marking.change(one.log.lines[:3]) | {"sequence": 3, "label": [2, 2, 2]}
    assert tabs[0].page.evaluate(late, old) == shown[0][1]

    # Both change what the other gave; one of them hears of it.
    tabs[1].page.evaluate("() => semivae.actions.undo()")
    tabs[0].hear(9)

    for tab in tabs:
        tab.check()
        tab.page.close()

    explorer.close()


STATES = {
    "several": ["#target option", "kind is low"],
    "plain": ["no target", "This model learns from no label"],
    "by_label": ["The decoder takes the class.", "kind is low"],
    "linear": ["no target", "This model learns from no label"],
}


@pytest.mark.parametrize("kind", STATES)
def test_every_kind_of_model_has_its_words(browser, work, kind):
    explorer = serve(work(kind))
    visit = Visit(browser, explorer)
    page = visit.page
    page.mouse.click(*visit.at(7))
    visit.wait(lambda: page.evaluate("() => semivae.state.pinned?.row >= 0"))
    visit.wait(lambda: "Judging" not in page.inner_text("#doubtful"))
    text = page.inner_text("body") + page.inner_text("#wish")

    for word in STATES[kind]:
        assert page.locator(word).count() == 2 if word.startswith("#") else word in text, word

    if kind == "several":
        page.select_option("#target", "1")
        visit.wait(lambda: page.locator("#value").count() == 1)
        assert "spend" in page.inner_text("#pointer")
        assert "several targets" in page.inner_text("#doubtful")

    page.fill("#search", "row 99999")
    page.keyboard.press("Enter")
    visit.wait(lambda: page.is_visible("#empty"))
    assert "Clear the search" in page.inner_text("#empty")
    visit.shoot(f"state-{kind}")
    check_access(page)
    visit.check()
    page.close()
    explorer.close()


def test_loading_and_a_wrong_link_have_their_words(browser, work):
    explorer = serve(work("linear"))
    page = browser.new_page()
    held = []
    page.route("**/api/session", lambda route: held.append(route))
    page.goto(explorer.url)
    page.wait_for_selector("text=Loading the rows")
    held[0].fulfill(status=403, body=json.dumps({"message": "The token is wrong."}))
    page.wait_for_selector("text=The explorer cannot show this model")
    assert "The token is wrong." in page.inner_text("#state")
    assert "its link is new" in page.inner_text("#state")
    page.close()
    explorer.close()
