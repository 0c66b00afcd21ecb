"""The report in a headless Chromium: no error, no request, a living panel, two widths, print, light and dark.

`make browser` runs it. `SEMIVAE_SCREENSHOTS=FOLDER` keeps pictures.
"""

import os

import pytest
from tests.access import AXE, serious_problems

from semivae.report import collect, render

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore")]


# The decoded row or image of the panel.
DECODED = """() => {
  const shown = document.getElementById("decoded");
  return shown.tagName === "CANVAS" ? shown.toDataURL() : shown.innerText;
}"""


@pytest.mark.parametrize("kind", ["digits", "table", "number", "plain", "by_label", "linear"])
def test_report_in_a_browser(browser, made, kind, tmp_path):
    file = tmp_path / "report.html"
    file.write_text(render(collect(*made(kind))), encoding="utf-8")

    for width, scheme in ((1280, "light"), (390, "dark")):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        wrong, asked = [], []
        page.on("console", lambda said, wrong=wrong: said.type == "error" and wrong.append(said.text))
        page.on("pageerror", lambda error, wrong=wrong: wrong.append(str(error)))
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(file.as_uri())

        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        check_panel(page, kind)
        page.click("#theme")
        check_axe(page)
        shoot(page, f"report-{kind}-{width}")
        page.emulate_media(media="print")
        assert not page.is_visible("nav")

        assert not wrong
        assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
        page.close()


def check_panel(page, kind):
    """Sliders, the pad and the class change what is decoded; the first slider is the one that changes most."""

    if kind == "linear":
        assert "semivae explore" in page.inner_text("#generates")
        return

    seen = [page.evaluate(DECODED)]
    page.locator("#sliders input").first.fill("3")
    seen.append(page.evaluate(DECODED))
    page.locator("#pad").scroll_into_view_if_needed()
    box = page.locator("#pad").bounding_box()
    page.mouse.click(box["x"] + 0.1 * box["width"], box["y"] + 0.1 * box["height"])
    seen.append(page.evaluate(DECODED))
    assert len(set(seen)) == 3

    if kind == "by_label":
        page.locator("#classes input").last.check()
        assert page.evaluate(DECODED) != seen[-1]

    page.click("#usual")
    assert kind == "by_label" or page.evaluate(DECODED) == seen[0]
    assert "many rows are here" in page.inner_text("#density")


def check_axe(page):
    """No serious problem of access is found, if axe is there."""

    if not AXE.is_file():
        return

    assert not serious_problems(page)


def shoot(page, name):
    """Keeps a picture, if wanted."""

    if folder := os.environ.get("SEMIVAE_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
