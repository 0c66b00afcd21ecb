"""The page in a headless Chromium: look, decode, label, undo, retrain, restore, export; keys, themes and a phone.

`make browser` runs it. `SEMIVAE_SCREENSHOTS=FOLDER` keeps pictures of every view.
"""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.explorer import cases
from tests.explorer.cases import KNOWN, ROWS
from tests.explorer.visit import Visit, check_access

import semivae
from semivae.explorer.running import serve
from semivae.explorer.workspace import Workspace

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore"),  # of the fits, and of the driver of the browser
]


def test_look_label_retrain_and_look_again(case, browser):
    visit, kind, truth = case
    page, work = visit.page, visit.work
    target = next(iter(work.marking.goals))
    visit.shoot(f"{kind}-map")

    # Hover shows a row, and the pointer over another place another decoded row.
    page.mouse.move(*visit.at(100))
    visit.wait(lambda: page.inner_text("#pointer h2") == f"Row {page.evaluate('() => semivae.state.hovered')}")
    decoded = []

    for share in (0.03, 0.97):
        page.mouse.move(visit.box["x"] + share * visit.box["width"], visit.box["y"] + 8)
        page.mouse.move(visit.box["x"] + share * visit.box["width"], visit.box["y"] + 9)
        visit.wait(lambda: page.evaluate("() => semivae.live.under.size + semivae.live.waiting.size") == 0)
        decoded.append(page.evaluate("() => semivae.state.spot.z.join()"))

    assert decoded[0] != decoded[1]
    assert "off the data" in page.inner_text("#pointer")

    # A lasso and a key label rows; undo takes them back.
    before, y = work.marking.counts()[target], visit.explorer.labels()
    count = visit.lasso()
    assert count >= 30

    if kind == "number":
        page.fill("#value", "12.5")
        page.keyboard.press("Enter")
    else:
        page.locator("#over").focus()
        page.keyboard.press("2")

    visit.wait(lambda: visit.said.startswith(f"Saved: {count}"))
    assert sum(line.action == "label" for line in work.log.lines) == count
    visit.shoot(f"{kind}-labeled")

    # What a copied line of Python does is what the page did.
    exec(page.evaluate("() => semivae.actions.python"), {"y": y})
    assert list(map(str, y)) == list(map(str, visit.explorer.labels()))

    page.locator("#over").focus()
    page.keyboard.press("u")
    visit.wait(lambda: visit.said.startswith("Undone"))
    assert work.marking.counts()[target] == before
    exec(page.evaluate("() => semivae.actions.python"), {"y": y})
    assert list(map(str, y)) == list(map(str, visit.explorer.labels()))

    # With right labels the accuracy that is sure rises; the old version can be used again.
    for row in range(KNOWN, 4 * KNOWN):
        work.marking.give(target, [row], truth[row].item())

    page.keyboard.press("r")
    visit.wait(lambda: page.is_visible("#run"))
    visit.wait(lambda: "epoch" in page.inner_text("#progress") or page.is_hidden("#run"))
    visit.shoot(f"{kind}-retraining")
    visit.wait(lambda: page.inner_text("#version").endswith("v2"))
    first, second = (work.versions.facts(name)["held_out"] for name in ("v1", "v2"))
    assert second["labels"] > first["labels"]
    # Few labels leave a wide interval, whose lower end is what is sure.
    assert second["low"] > first["low"]
    visit.shoot(f"{kind}-retrained")

    page.click("#version")
    page.click("[data-restore=v1]")
    visit.wait(lambda: page.inner_text("#version").endswith("v1"))
    visit.wait(lambda: "semivae.load" in page.inner_text("#python"))
    names = {"semivae": semivae}
    exec(page.evaluate("() => semivae.actions.python"), names)
    assert np.allclose(names["estimator"].transform(work.session.X), work.session.z)

    # A reload keeps the labels.
    labeled = page.inner_text("#labelcount")
    visit.open()
    assert page.inner_text("#labelcount") == labeled
    visit.check()


def test_exports_are_what_is_shown(case, monkeypatch, tmp_path):
    visit, kind, _ = case
    page = visit.page
    saved, lines = {}, {}
    monkeypatch.chdir(tmp_path)
    # Scores come block by block, and are exported as far as they are known.
    visit.wait(lambda: not np.isnan(visit.work.session.unusual).any())

    for what in ("svg", "png", "selection", "labels", "log", "session"):
        page.keyboard.press("e")

        with page.expect_download() as download:
            page.click(f"[data-export={what}]")

        saved[what] = Path(download.value.path()).read_bytes()
        lines[what] = page.evaluate("() => semivae.actions.python")

    shown = page.evaluate("() => semivae.state.facts.rows")
    assert saved["svg"].count(b"<circle") >= shown
    assert saved["png"].startswith(b"\x89PNG")
    assert len(saved["selection"].splitlines()) == shown + 1
    assert json.loads(saved["session"])["version"] == "v1"
    assert json.loads(saved["log"].splitlines()[0])["rows"] == ROWS

    # The copied lines make the same.
    names = {"pd": pd, "explorer": visit.explorer, "estimator": visit.explorer.estimator, "X": visit.work.session.X}
    exec(lines["svg"], names)
    places = np.asarray(page.evaluate("() => Array.from(semivae.state.xy)")).reshape(-1, 2)
    assert np.allclose(eval(lines["svg"].splitlines()[-1], names), places, atol=1e-4)
    eval(lines["selection"], names)
    assert Path("selection.csv").read_bytes() == saved["selection"]
    assert eval(lines["labels"], names).equals(pd.read_csv(io.BytesIO(saved["labels"])))
    assert len(eval(lines["log"], names)) == len(saved["log"].splitlines())

    # The pinned point, decoded by the copied line.
    page.mouse.click(*visit.at(100))
    visit.wait(lambda: "inverse_transform" in page.inner_text("#python"))
    estimator = visit.explorer.estimator
    made = eval(page.evaluate("() => semivae.actions.python"), {"estimator": estimator})

    if kind == "digits":
        picture = page.evaluate("() => Array.from(semivae.actions.frames.get(semivae.state.spot).arrays.picture)")
        assert np.abs(np.array(picture).reshape(8, 8) / 255 - made[0]).max() < 0.02
    else:
        assert page.evaluate("() => semivae.state.spot.cells[1].text") == made["city"][0]

    visit.check()


def test_keys_themes_and_a_phone(case):
    visit, kind, _ = case
    page = visit.page

    # Without a mouse: the pointer moves on the map, a row is picked, the list has the same rows.
    page.locator("#over").focus()

    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)

    visit.wait(lambda: page.evaluate("() => semivae.state.pinned !== null"))
    page.keyboard.press("v")
    page.wait_for_selector("#list tbody tr")
    assert page.locator("#list tbody tr").count() == 50
    page.locator("#list input[type=checkbox]").first.check()
    visit.wait(lambda: page.inner_text("#selection h2").startswith("Selection: "))
    visit.shoot(f"{kind}-list")
    check_access(page)
    page.keyboard.press("v")

    page.keyboard.press("?")
    assert page.is_visible("#help")
    page.keyboard.press("Escape")
    visit.wait(lambda: page.is_hidden("#help"))
    page.keyboard.press("p")

    for row in (10, 20):
        page.mouse.click(*visit.at(row))

    page.wait_for_selector("#path li")
    assert page.locator("#path ol > li").count() == 9
    page.click("#theme")
    visit.shoot(f"{kind}-dark")
    check_access(page)
    page.click("#theme")
    check_access(page)

    page.set_viewport_size({"width": 390, "height": 780})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390

    for tab in ("left", "right", "bottom", "map"):
        page.click(f"#tabs [data-tab={tab}]")
        visit.shoot(f"{kind}-phone-{tab}")

    visit.check()


def test_the_page_says_when_the_server_is_gone(browser, tmp_path):
    estimator, X, y, _ = cases.table()
    explorer = serve(Workspace(estimator, X, y, tmp_path / "labels.jsonl", "table"))
    visit = Visit(browser, explorer)
    explorer.close()
    visit.wait(lambda: visit.page.is_visible("#gone"), 20)

    assert "labels.jsonl" in visit.page.inner_text("#gone")
    visit.page.close()
