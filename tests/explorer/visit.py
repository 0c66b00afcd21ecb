"""A person at the page of an exploration, for the tests in a browser."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
from tests.access import AXE, serious_problems


class Visit:
    """A person at the page of an exploration, who notes everything that goes wrong."""

    def __init__(self, browser, explorer, width=1280, height=800):
        self.explorer, self.work = explorer, explorer.work
        self.base = explorer.url.split("/?")[0]
        self.wrong, self.requests = [], []
        self.page = browser.new_page(viewport={"width": width, "height": height}, accept_downloads=True)
        self.page.on("console", lambda said: said.type == "error" and self.wrong.append(said.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.open()

    def open(self):
        """Opens the link, and waits for the map."""

        self.page.goto(self.explorer.url)
        self.page.wait_for_selector("body[data-state=ready]")
        self.wait(lambda: self.page.evaluate("() => semivae.map.drawn") > 0)

    def wait(self, is_true, seconds=120):
        """Waits until something is true."""

        until = time.monotonic() + seconds

        while not is_true():
            assert time.monotonic() < until, self.said
            time.sleep(0.05)

    @property
    def said(self):
        """The last message."""

        return self.page.inner_text("#said")

    @property
    def box(self):
        """The map on the page."""

        return self.page.locator("#over").bounding_box()

    def at(self, row):
        """The place of a row on the page."""

        x, y = self.page.evaluate(
            "row => semivae.map.view.toPage(semivae.state.xy[2 * row], semivae.state.xy[2 * row + 1])", row
        )

        return self.box["x"] + x, self.box["y"] + y

    def lasso(self):
        """Draws a lasso over the middle of the map, and returns the number of rows in it."""

        self.page.keyboard.press("l")
        box, steps = self.box, np.linspace(0, 2 * np.pi, 14)
        radius = 0.3 * min(box["width"], box["height"])
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        places = [(middle[0] + radius * np.cos(step), middle[1] + radius * np.sin(step)) for step in steps]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()

        for place in places[1:]:
            self.page.mouse.move(*place)

        self.page.mouse.up()

        return self.page.evaluate("() => semivae.state.selected.size")

    def hear(self, count):
        """Waits until the page knows this many lines of the log, and has said what it saved."""

        self.wait(lambda: self.page.evaluate("() => semivae.state.facts.sequence") == len(self.work.log.lines) == count)
        self.wait(lambda: not self.said.startswith("Saving"))

    def same(self, made, kind):
        """Checks that a row that a copied line made is the one on the page."""

        if kind == "digits":
            found = self.page.evaluate(
                "() => Array.from(semivae.actions.frames.get(semivae.state.spot).arrays.picture)"
            )
            assert np.abs(np.array(found).reshape(8, 8) / 255 - made[0]).max() < 0.02
        else:
            cells = {cell["name"]: cell["text"] for cell in self.page.evaluate("() => semivae.state.spot.cells")}
            assert cells == {name: f"{made[name][0]:.5g}" if name == "age" else str(made[name][0]) for name in made}

    def shoot(self, name):
        """Keeps a picture, if wanted."""

        if folder := os.environ.get("SEMIVAE_SCREENSHOTS"):
            time.sleep(0.5)
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{folder}/{name}.png")

    def check(self):
        """Nothing was said on the console, and no request left the machine."""

        assert not self.wrong, self.wrong
        assert self.requests
        assert all(url.startswith((self.base, "data:", f"blob:{self.base}")) for url in self.requests)


def check_access(page):
    """No serious problem of access is found, if axe is there."""

    if not AXE.is_file():
        pytest.skip("axe is not there, so that access was not checked: cd web && npm ci")

    assert not serious_problems(page)
