"""The site hangs together: every page is listed, every link leads somewhere, every command and cell can be run."""

import ast
import re
import shlex
from pathlib import Path

import pytest
import typer

from semivae.cli.main import app

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
COMMANDS = typer.main.get_command(app).commands


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(path: Path, opening: str) -> list[str]:
    return re.findall(rf"^```{opening}\n(.*?)^```", path.read_text(), re.DOTALL | re.MULTILINE)


def anchors(path: Path) -> set[str]:
    """The anchors of the headings of a page, as GitHub and the site make them."""

    titles = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)

    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def commands() -> list[tuple[str, str]]:
    """The lines of all pages that call the command, with the name of their page."""

    found = []

    for page in [ROOT / "README.md", *PAGES]:
        lines = [line for text in blocks(page, "sh") for line in text.replace("\\\n", " ").splitlines()]
        lines += [line[1:] for text in blocks(page, r"\{code-cell\} python") for line in text.splitlines()]
        found += [(named(page), line) for line in lines if line.startswith("semivae ")]

    return found


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(), flags=re.DOTALL)

    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://")):
            continue

        file, _, anchor = target.partition("#")
        place = (page.parent / file) if file else page

        assert place.exists(), f"{target} leads nowhere"
        assert not anchor or anchor in anchors(place), f"{target} names no heading"


def test_every_page_is_listed():
    index = (DOCS / "index.md").read_text()
    listed = [entry for tree in re.findall(r"```\{toctree\}\n(.*?)```", index, re.DOTALL) for entry in tree.split()]
    shown = {path for entry in listed for path in DOCS.glob(f"{entry}.md")}

    assert shown == set(PAGES) - {DOCS / "index.md"}


@pytest.mark.parametrize(("page", "line"), commands())
def test_commands_have_their_options(page, line):
    words = shlex.split(line, comments=True)

    if words[1].startswith("-") or "..." in line:
        return

    assert words[1] in COMMANDS, f"{page}: {line}"
    known = {flag for part in COMMANDS[words[1]].params for flag in [*part.opts, *part.secondary_opts]} | {"--help"}

    assert {word.partition("=")[0] for word in words[2:] if re.match(r"-[-a-z]", word)} <= known, f"{page}: {line}"


@pytest.mark.parametrize("page", [page for page in PAGES if "file_format: mystnb" in page.read_text()], ids=named)
def test_cells_are_python(page):
    cells = blocks(page, r"\{code-cell\} python")

    assert cells

    for cell in cells:
        lines = [line for line in cell.splitlines() if not line.startswith((":tags:", "%", "!"))]
        ast.parse("\n".join(lines))
