"""House style that can be counted: short files and functions, openings, names, and nothing that prints or unpickles."""

import ast
import statistics
from pathlib import Path

import pytest
from tests.source import FILES, PACKAGE, ROOT, TESTS, code_lines, function_lengths, imported

# Lines of code, without blanks, comments and docstrings.
LONGEST_FILE, LONGEST_FUNCTION, USUAL_FUNCTION = 220, 50, 20

# A file should fit on a few screens, however much of it explains.
MOST_LINES = 300

FORBIDDEN_NAMES = {"common", "core", "helpers", "misc", "util", "utils"}
UNSAFE_MODULES = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
SAFE_PARTS = {"joblib.externals.loky"}  # processes


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


def forbidden_names(path: Path) -> set[str]:
    """Folder and file names that say nothing."""

    return {part.removesuffix(".py") for part in path.parts} & FORBIDDEN_NAMES


def names_a_kind(source: str) -> bool:
    """Whether some code compares the kind of a variable with a name, which is the business of its handler."""

    return any(
        isinstance(node, ast.Compare) and any(is_kind(part) for part in (node.left, *node.comparators))
        for node in ast.walk(ast.parse(source))
    )


def is_kind(part: ast.expr) -> bool:
    """Whether an expression is the kind of something other than a type of NumPy."""

    match part:
        case ast.Attribute(attr="kind", value=value):
            return not ast.unparse(value).endswith("dtype")
        case ast.Subscript(slice=ast.Constant(value="kind")):
            return True

    return False


def untyped_estimators(source: str) -> int:
    """The number of arguments that are estimators of any type, in place of a protocol."""

    arguments = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.arg)]

    return sum(
        argument.arg == "estimator" and argument.annotation is not None and ast.unparse(argument.annotation) == "Any"
        for argument in arguments
    )


# The package

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))


@every_file
def test_nothing_prints_or_unpickles(path):
    assert not unsafe(path.read_text())


@every_file
def test_file_is_in_house_style(path):
    assert opens_in_house_style(path.read_text())
    assert not forbidden_names(path.relative_to(PACKAGE))


@every_file
def test_kinds_and_estimators_go_by_their_handlers_and_protocols(path):
    source = path.read_text()

    assert "kinds" in path.parts or path.name == "variables.py" or not names_a_kind(source)
    assert not untyped_estimators(source)


@pytest.mark.parametrize("path", [*FILES, *TESTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_file_is_short(path):
    source = path.read_text()

    assert len(code_lines(source)) <= LONGEST_FILE
    assert len(source.splitlines()) <= MOST_LINES


def test_functions_are_short():
    lengths = [length for path in FILES for length in function_lengths(path.read_text())]

    assert statistics.quantiles(lengths, n=20, method="inclusive")[-1] <= USUAL_FUNCTION
    assert max(lengths) <= LONGEST_FUNCTION


# The rules on made-up sources


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


def test_lines_of_code_are_counted():
    source = 'def f(\n    a,\n):\n    """Two\n    lines."""\n\n    # why\n    return """\n    x"""\n'

    assert code_lines(source) == {1, 2, 3, 8, 9}
    assert function_lengths(source) == [2]


def test_small_rules_see():
    assert forbidden_names(Path("models/utils.py")) == {"utils"}
    assert names_a_kind("a = [v for v in x if v.kind == 'real']") and not names_a_kind(
        "kinds[variable.kind], y.dtype.kind == 'f'"
    )
    assert names_a_kind("variable['kind'] == 'real'")
    assert untyped_estimators("def f(estimator: Any): ...") == 1
