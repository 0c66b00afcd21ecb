r"""The folder listing is the architecture, and these tests keep it true.

Each rule is a small function over the source of a file. It is also tried on made-up sources below,
so that a rule that no longer sees anything fails.
"""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "semivae"
FILES = sorted(PACKAGE.rglob("*.py"))

VOCABULARY = {"batch", "errors", "fitted", "ranks", "registry", "store", "typing", "variables"}

BELOW_ESTIMATORS = {
    "data": set(),
    "networks": set(),
    "families": set(),
    "marginal": set(),
    "engine": set(),
    "priors": {"families"},
    "conditional": {"families", "networks"},
    "models": {"conditional", "families", "marginal", "priors"},
    "objectives": {"models"},
}

PRESENTATION = {"evaluation", "figures", "latent", "trust"}

# What the files of a folder may import from other folders. Vocabulary is free to all.
MAY_IMPORT: dict[str, set[str]] = {
    **{word: set() for word in VOCABULARY},
    **BELOW_ESTIMATORS,
    **{island: set() for island in PRESENTATION},
    # How far a fit can be believed is measured.
    "trust": {"evaluation"},
    # A classifier is calibrated by what evaluation knows of calibration.
    "estimators": {*BELOW_ESTIMATORS, "evaluation"},
    "report": set(PRESENTATION),
    "explorer": PRESENTATION - {"evaluation"},
}
MAY_IMPORT["workflows"] = set(MAY_IMPORT) - {"report", "explorer"}
MAY_IMPORT["cli"] = set(MAY_IMPORT)
MAY_IMPORT["__init__"] = set(MAY_IMPORT)
MAY_IMPORT["__main__"] = {"cli"}

MATHEMATICS = {"conditional", "families", "marginal", "models", "networks", "objectives", "priors"}

FORBIDDEN_NAMES = {"common", "core", "helpers", "misc", "util", "utils"}
UNSAFE_MODULES = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
SAFE_PARTS = {"joblib.externals.loky"}  # processes


def home(path: Path) -> str:
    """The folder of the package that a file is in, or the name of a file beside the folders."""

    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(source: str) -> Iterator[str]:
    """Names of all imported modules, also inside functions. A relative one starts with a dot."""

    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module="semivae", names=names, level=0):
                yield from (f"semivae.{alias.name}" for alias in names)
            case ast.ImportFrom(module=module, level=level):
                yield "." * level + (module or "")
            case ast.Call(
                func=ast.Name(id="import_module") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(module)), *_],
            ):
                yield module


def wrong_arrows(source: str, folder: str) -> set[str]:
    """Imports of the package that the folder may not make, or that hide what they import."""

    allowed = MAY_IMPORT.get(folder, set()) | VOCABULARY | {folder}
    clear = {name for name in imported(source) if name.startswith("semivae.") and name.split(".")[1] in allowed}

    return {name for name in imported(source) if name.split(".")[0] in ("", "semivae")} - clear


def foreign_libraries(source: str) -> set[str]:
    """Imported libraries other than PyTorch and Python's own."""

    roots = {name.split(".")[0] for name in imported(source)}

    return roots - sys.stdlib_module_names - {"", "semivae", "torch"}


def unsafe(source: str) -> set[str]:
    """What prints, or runs code that a file holds when the file is opened."""

    found = {name for name in {*imported(source)} - SAFE_PARTS if name.split(".")[0] in UNSAFE_MODULES}

    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="print")):
                found.add("print")
            case ast.Attribute(value=ast.Name(id="torch"), attr="load"):
                found.add("torch.load")
            case ast.ImportFrom(module="torch", names=names) if any(alias.name == "load" for alias in names):
                found.add("torch.load")
            case ast.keyword(arg="allow_pickle", value=ast.Constant(value=True)):
                found.add("allow_pickle=True")

    return found


def opens_in_house_style(source: str) -> bool:
    """Whether a docstring comes first and ``__all__`` right after it, before all code and imports."""

    module = ast.parse(source)
    rest = [ast.unparse(node) for node in module.body[1:]]
    code = [line for line in rest if not line.startswith("from __future__")]
    lists_names = not code or code[0].startswith("__all__")

    return ast.get_docstring(module) is not None and lists_names


def function_lengths(source: str) -> list[int]:
    """Lines of each function, from its ``def`` on and without its docstring."""

    return [
        lines(node) - (lines(node.body[0]) if ast.get_docstring(node) else 0)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]


def lines(node: ast.stmt) -> int:
    """Lines that a statement takes."""

    return node.end_lineno - node.lineno + 1


def forbidden_names(path: Path) -> set[str]:
    """Folder and file names that say nothing."""

    return {part.removesuffix(".py") for part in path.parts} & FORBIDDEN_NAMES


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


def test_arrows_have_no_circle():
    assert list(TopologicalSorter(MAY_IMPORT).static_order())


@every_file
def test_imports_point_down(path):
    assert home(path) in MAY_IMPORT, "a new folder needs its arrows here and in CONTRIBUTING.md"
    assert not wrong_arrows(path.read_text(), home(path))


@every_file
def test_mathematics_is_torch_only(path):
    assert home(path) not in MATHEMATICS or not foreign_libraries(path.read_text())


@every_file
def test_nothing_prints_or_unpickles(path):
    assert not unsafe(path.read_text())


@every_file
def test_file_is_in_house_style(path):
    assert opens_in_house_style(path.read_text())
    assert not forbidden_names(path.relative_to(PACKAGE))


@pytest.mark.parametrize(
    "path", [*FILES, *sorted(ROOT.glob("tests/**/*.py"))], ids=lambda path: str(path.relative_to(ROOT))
)
def test_file_fits_on_a_few_screens(path):
    assert len(path.read_text().splitlines()) <= 300


def test_functions_are_short():
    lengths = [length for path in FILES for length in function_lengths(path.read_text())]

    assert statistics.quantiles(lengths, n=20, method="inclusive")[-1] <= 35


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


@pytest.mark.parametrize(
    ("folder", "source"),
    [
        ("data", "from semivae.engine.loop import fit"),
        ("engine", "import semivae.models.m2"),
        ("engine", "def f():\n    from semivae.models import m2"),
        ("evaluation", "if TYPE_CHECKING:\n    from semivae.trust.verdict import Verdict"),
        ("trust", "from semivae.latent.space import LatentSpace"),
        ("report", "from semivae.estimators.base import Estimator"),
        ("explorer", "from semivae.evaluation.evaluate import evaluate"),
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
        ("report", "from semivae.trust.verdict import Verdict"),
        ("cli", "def f():\n    from semivae.estimators.base import load"),
    ],
)
def test_right_arrow_is_not_found(folder, source):
    assert not wrong_arrows(source, folder)


def test_circle_is_found(monkeypatch):
    monkeypatch.setitem(MAY_IMPORT, "families", {"models"})

    with pytest.raises(ValueError, match="cycle"):
        test_arrows_have_no_circle()


def test_unsafe_lines_are_found():
    assert unsafe("print(1)") == {"print"}
    assert unsafe("import pickle\ndef f():\n    from joblib import load") == {"pickle", "joblib"}
    assert unsafe("from joblib.externals.cloudpickle import load") == {"joblib.externals.cloudpickle"}
    assert unsafe("torch.load('weights')") == unsafe("from torch import load") == {"torch.load"}
    assert unsafe("numpy.load('rows.npz', allow_pickle=True)") == {"allow_pickle=True"}


def test_safe_lines_are_not_found():
    assert not unsafe("from joblib.externals.loky import get_reusable_executor")
    assert not unsafe("console.print(1)\nfrom semivae.store import load\nload(path, allow_pickle=False)")


@pytest.mark.parametrize(
    ("source", "good"),
    [
        ('r"""A."""\n\nfrom __future__ import annotations\n\n__all__ = ["a"]\nimport torch', True),
        ('r"""A."""', True),
        ('r"""A."""\nimport torch\n__all__ = ["a"]', False),
        ('__all__ = ["a"]', False),
    ],
)
def test_opening_is_judged(source, good):
    assert opens_in_house_style(source) == good


def test_small_rules_see():
    assert function_lengths('def f():\n    """Two\n    lines."""\n\n    return 1') == [3]
    assert forbidden_names(Path("models/utils.py")) == {"utils"}
    assert foreign_libraries("import numpy, math\nfrom torch import nn") == {"numpy"}
    assert loads_torch("import torch")
