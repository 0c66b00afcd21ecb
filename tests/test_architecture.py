"""The folder listing is the architecture: which folders may import which, and no file imports itself in a circle.

Each rule is a small function over source. It is also tried on made-up sources below, so that a rule that no longer sees
anything fails.
"""

import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from tests.source import FILES, PACKAGE, graph, imported, module_of

VOCABULARY = {"batch", "errors", "findings", "fitted", "ranks", "registry", "schema", "store", "straight", "typing"}
VOCABULARY |= {"variables"}

BELOW_ESTIMATORS = {
    "data": set(),
    "networks": set(),
    "families": set(),
    "marginal": set(),
    "engine": set(),
    "committee": set(),
    "priors": {"families"},
    "conditional": {"families", "networks"},
    "models": {"conditional", "families", "marginal", "priors"},
    "objectives": {"models"},
}

# Judgment: arrays in; numbers, arrays or axes out.
JUDGMENT = {"evaluation", "figures", "latent", "trust"}

# What the files of a folder may import from other folders. Vocabulary is free to all.
MAY_IMPORT: dict[str, set[str]] = {
    **{word: set() for word in VOCABULARY},
    **BELOW_ESTIMATORS,
    **{island: set() for island in JUDGMENT},
    # The arithmetic of calibration is one of the measures, and estimators and trust both need it.
    "trust": {"evaluation"},
    # Clusters are measured as any others are.
    "latent": {"evaluation"},
    # A fit ends with a check of its health.
    "estimators": {*BELOW_ESTIMATORS, "evaluation", "trust"},
}
MAY_IMPORT["workflows"] = set(MAY_IMPORT)
# A face asks the workflows and shows what they found.
MAY_IMPORT |= {face: set(MAY_IMPORT) for face in ("cli", "explorer", "report")}
# The command starts the explorer and writes the report.
MAY_IMPORT["cli"] |= {"explorer", "report"}
MAY_IMPORT["__init__"] = set(MAY_IMPORT)
MAY_IMPORT["__main__"] = {"cli"}

MATHEMATICS = {"conditional", "families", "marginal", "models", "networks", "objectives", "priors"}


def home(path: Path) -> str:
    """The folder of the package that a file is in, or the name of a file beside the folders."""

    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def wrong_arrows(source: str, folder: str) -> set[str]:
    """Imports of the package that the folder may not make, or that hide what they import."""

    allowed = MAY_IMPORT.get(folder, set()) | VOCABULARY | {folder}
    clear = {name for name in imported(source) if name.startswith("semivae.") and name.split(".")[1] in allowed}

    return {name for name in imported(source) if name.split(".")[0] in ("", "semivae")} - clear


def foreign_libraries(source: str) -> set[str]:
    """Imported libraries other than PyTorch and Python's own."""

    roots = {name.split(".")[0] for name in imported(source)}

    return roots - sys.stdlib_module_names - {"", "semivae", "torch"}


def circle(imports: dict[str, set[str]]) -> list[str]:
    """A circle of modules that import each other; empty where there is none."""

    try:
        list(TopologicalSorter(imports).static_order())
    except CycleError as error:
        return error.args[1]

    return []


def loads_torch(code: str) -> bool:
    """Whether a fresh process has PyTorch loaded after it ran the code."""

    code += "\nimport sys; sys.exit(42 if 'torch' in sys.modules else 0)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode in (0, 42), run.stderr

    return run.returncode == 42


# The package

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))


def test_there_are_files():
    assert {home(path) for path in FILES} >= {"data", "engine", "estimators", "models"}


def test_folders_have_no_circle():
    assert not circle(MAY_IMPORT)


def test_files_have_no_circle():
    assert not circle(graph({module_of(path): path.read_text() for path in FILES}))


@every_file
def test_imports_point_down(path):
    assert home(path) in MAY_IMPORT, "a new folder needs its arrows here and in CONTRIBUTING.md"
    assert not wrong_arrows(path.read_text(), home(path))


@every_file
def test_mathematics_is_torch_only(path):
    assert home(path) not in MATHEMATICS or not foreign_libraries(path.read_text())


@pytest.mark.parametrize(
    "code",
    [
        "import semivae.cli.main",
        "import sys; sys.argv = ['semivae', '--help']\n"
        "from semivae.cli.main import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code",
    ],
    ids=["import", "help"],
)
def test_command_starts_without_torch(code):
    assert not loads_torch(code)


# The rules on made-up sources


@pytest.mark.parametrize(
    ("folder", "source"),
    [
        ("data", "from semivae.engine.loop import fit"),
        ("engine", "import semivae.models.m2"),
        ("engine", "def f():\n    from semivae.models import m2"),
        ("evaluation", "if TYPE_CHECKING:\n    from semivae.trust.verdict import Verdict"),
        ("trust", "from semivae.latent.space import LatentSpace"),
        ("workflows", "from semivae.cli.screen import say"),
        ("explorer", "from semivae.cli.screen import say"),
        ("estimators", "from semivae.figures.curves import curves"),
        ("errors", "from semivae.data.source import Source"),
        ("models", "from semivae import VAEClassifier, engine"),
        ("models", "import semivae"),
        ("models", "from .base import Model"),
        ("models", "from importlib import import_module\nimport_module('semivae.engine.loop')"),
    ],
)
def test_wrong_arrow_is_found(folder, source):
    assert wrong_arrows(source, folder)


@pytest.mark.parametrize(
    ("folder", "source"),
    [
        ("data", "import numpy\nfrom semivae.variables import Schema"),
        ("models", "from semivae.models.base import Model\nfrom semivae.priors.normal import Normal"),
        ("report", "from semivae.workflows.judge import judge"),
        ("cli", "def f():\n    from semivae.estimators.base import load"),
    ],
)
def test_right_arrow_is_not_found(folder, source):
    assert not wrong_arrows(source, folder)


def test_circles_are_found():
    sources = {"a": "from b import x", "b": "def f():\n    import c", "c": "", "p.a": "from p import b", "p.b": ""}

    assert not circle(graph(sources))
    assert circle(graph(sources | {"c": "if TYPE_CHECKING:\n    from a import y"}))
    assert circle(graph(sources | {"p.b": "import p.a"}))
    assert circle(
        graph({"p": "from p import a", "p.a": "from q import b", "q": "", "q.b": "from p import c", "p.c": ""})
    )
    assert circle(MAY_IMPORT | {"families": {"models"}})


def test_libraries_and_torch_are_seen():
    assert foreign_libraries("import numpy, math\nfrom torch import nn") == {"numpy"}
    assert loads_torch("import torch")
