"""The source of the package, read for the tests of its architecture and style."""

import ast
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "semivae"
FILES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted(ROOT.glob("tests/**/*.py"))

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


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


def graph(sources: dict[str, str]) -> dict[str, set[str]]:
    """The modules that each module imports, given the source of each by its dotted name.

    An import of `a.b.c` runs the packages `a` and `a.b` first, unless the importer lies in them and so came after.
    """

    def targets(source: str) -> Iterator[str]:
        yield from imported(source)

        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and node.module:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def packages(name: str) -> set[str]:
        return {name.rsplit(".", depth)[0] for depth in range(1, name.count(".") + 1)}

    found = {}

    for name, source in sources.items():
        direct = {*targets(source)} & sources.keys()
        every = direct.union(*map(packages, direct)) & sources.keys()
        found[name] = every - packages(name) - {name} | (direct & packages(name))

    return found


def module_of(path: Path) -> str:
    """The dotted name of a file of the package."""

    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts

    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def code_lines(source: str) -> set[int]:
    """The numbers of the lines that hold code: neither blank, nor a comment, nor part of a docstring."""

    documented = [node for node in ast.walk(ast.parse(source)) if isinstance(node, DOCUMENTED)]
    docstrings = [node.body[0] for node in documented if ast.get_docstring(node) is not None]
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    code = {line for token in tokens if token.type not in LAYOUT for line in range(token.start[0], token.end[0] + 1)}

    return code - {line for node in docstrings for line in range(node.lineno, (node.end_lineno or 0) + 1)}


def function_lengths(source: str) -> list[int]:
    """The lines of code of each function, without its arguments, which a command has many of."""

    code = code_lines(source)

    return [
        len(code & {*range(node.body[0].lineno, (node.end_lineno or 0) + 1)})
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
