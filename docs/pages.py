r"""Writes docs/models/: a page for each model, made from the docstrings of its file, and one on how all are trained.

Usage: .venv/bin/python docs/pages.py (or `make pages`)
Result: docs/models/<name>.md, training.md, and the list of models, README.md. A test says so when a page is no longer
what it would be.
"""

from __future__ import annotations

__all__ = ["FOLDER", "page", "pages"]

import inspect
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from semivae.data.batches import spread, steps
from semivae.engine import optimizer
from semivae.estimators import stages
from semivae.estimators.options.grouped import declarations, paths
from semivae.estimators.parameters import Parameters
from semivae.estimators.pca import PCA
from semivae.estimators.plan.applies import BUILT_WITH
from semivae.models import Model, models
from semivae.objectives import augmentation, consistency, distillation, elbo, interpolation, neighbors, penalties

FOLDER = Path(__file__).parent / "models"
SOURCE = Path(__file__).parents[1]

# The words that open a part of a model's docstring.
DIFFERS = ("Differs from the paper", "Differs from the papers", "Differs from vae_ssl")
PARTS = (
    *("Generative process", "Inference", "Bound", "Objective", "Training"),
    *DIFFERS,
    *("When to choose it", "References"),
)
# PCA is no model that is trained, but a baseline with the same face.
MODELS: dict[str, type] = {name: models[name] for name in models} | {"pca": PCA}

# What the training of all models has in common, from the files that do it.
TRAINING: dict[str, ModuleType] = {
    "Stages": stages,
    "Steps": steps,
    "The whole loss": penalties,
    "Bound": elbo,
    "Weights": optimizer,
    "Consistency": consistency,
    "Neighbors": neighbors,
    "Interpolation": interpolation,
    "Augmentation": augmentation,
    "Student": distillation,
}

ESTIMATORS = {"category": "VAEClassifier", "real": "VAERegressor", "several": "VAEPredictor", None: "VAEEmbedding"}
LEARNS = {"category": "a class", "real": "a number", "several": "several of both", None: "no target"}


def pages() -> dict[str, str]:
    """Returns the text of every page by the name of its file."""

    each = {f"{name}.md": page(name, model) for name, model in MODELS.items()}

    return {"README.md": listed(), "training.md": trained()} | each


def listed() -> str:
    """Returns the list of all models."""

    rows = [(f"[`{name}`]({name}.md)", learns(model), title(model)) for name, model in MODELS.items()]

    return f"# Models\n\n{NOTE}\n\n{table(('model', 'learns', 'what it is'), rows)}\n{COMMON}\n"


def trained() -> str:
    """Returns the page on what the training of all models has in common, with the settings that all take."""

    own = {name for model in MODELS.values() for name in taken(model)}
    common = [name for name in declarations(Parameters) if name not in own]

    parts = [
        "# How the models are trained",
        NOTE,
        *(f"## {name}\n\n{body(docstring(file)).replace('## ', '### ')}" for name, file in TRAINING.items()),
        constants(),
        settings(common),
    ]

    return "\n\n".join(parts) + "\n"


def constants() -> str:
    """Returns the table of all constants of the loss, with their values in the code or their option."""

    rows = [
        ("$`\\rho`$", "weight of the bound of labeled rows", "option `labeled_share`: 0.5; 0.1 for gmvae"),
        ("$`\\beta`$", "weight of the divergence of the latent", "option `beta`: 1; 0.05 in the first stage of gmvae"),
        (
            "$`\\alpha`$",
            "weight of known labels and of all penalties",
            "option `alpha`: 20 for a class, 5 for a number",
        ),
        ("$`a`$", "weight of consistency", "option `adversarial`, 1"),
        (
            "$`\\epsilon`$",
            "radius of consistency",
            "option `radius`: 0.25 of the distance to the nearest row",
        ),
        ("$`\\eta`$", "weight of the entropy in consistency", f"{consistency.SURE}"),
        ("$`\\gamma`$", "weight of the class prior in consistency", f"{consistency.FREQUENT}"),
        ("$`\\kappa`$", "weight of neighbors", "Cohen's kappa of held-out labels; 0 with option `neighbors` = 0"),
        ("$`t_0`$", "share of the training with pseudo-labels", f"{neighbors.LENT}"),
        ("$`\\lambda`$ of neighbors", "weight of neighbors in a step of spreading", f"{spread.SPREADING}"),
        ("", "steps of spreading", f"{spread.STEPS}"),
        ("", "share of each class that is pseudo-labeled", f"{spread.SUREST}"),
        ("$`b`$", "weight of interpolation", "option `interpolation`: 1 for shot, else 0"),
        ("$`\\eta`$ of interpolation", "weight of the latent in interpolation", f"{interpolation.LATENT}"),
        ("", "largest turn, shear, log-scales and shifts of augmentation", ", ".join(map(str, augmentation.LARGEST))),
    ]

    return "## All constants\n\n" + table(("symbol", "what it is", "value"), rows).rstrip()


def page(name: str, model: type) -> str:
    r"""Returns the page of a model.

    Arguments:
        name: The name that the model is registered by.
        model: The model.
    """

    _, _, text = docstring(inspect.getmodule(model)).partition("\n\n")
    source = Path(inspect.getfile(model))
    link = f"[{source.name}](../../{source.resolve().relative_to(SOURCE).as_posix()})"
    target = " --target COL" if targets(model) != (None,) else ""
    calls = ["PCA()"] if model is PCA else [f'{ESTIMATORS[kind]}(model="{name}")' for kind in targets(model)]

    parts = [
        f"# {title(model)}",
        NOTE,
        f"Learns {learns(model)}. The code is {link}.",
        "```python\n" + "\n".join(calls) + "\n```",
        f"```sh\nsemivae fit DATA{target} --model {name} --out DIR\n```",
        body(text),
        "## Notation and code\n\n" + table(("in the code", "what it is"), entries(model)).rstrip(),
        settings(taken(model)),
        COMMON if issubclass(model, Model) else "",
        measured(name),
    ]

    return "\n\n".join(part for part in parts if part).rstrip() + "\n"


def docstring(documented: object) -> str:
    """Returns a docstring without its indentation."""

    return inspect.getdoc(documented) or ""


def title(model: type) -> str:
    """Returns the first line of the docstring of a model's file."""

    return inline(docstring(inspect.getmodule(model)).partition("\n")[0].rstrip("."))


def learns(model: type) -> str:
    """Returns what a model can learn, in words."""

    *others, last = [LEARNS[kind] for kind in targets(model)]

    return f"{', '.join(others)} or {last}" if others else last


def targets(model: type) -> tuple[str | None, ...]:
    """Returns the kinds of target that a model learns from."""

    return getattr(model, "targets", ()) or (None,)


def body(text: str) -> str:
    """Returns the text of a docstring as Markdown."""

    return "\n\n".join(map(markdown, merged(text.split("\n\n"))))


def merged(paragraphs: list[str]) -> list[str]:
    """Returns the paragraphs with the references, which are several, as one."""

    start = next((i for i, text in enumerate(paragraphs) if text.startswith("References:")), len(paragraphs))

    return [*paragraphs[:start], *(["\n\n".join(paragraphs[start:])] if paragraphs[start:] else [])]


def markdown(paragraph: str) -> str:
    """Returns a paragraph of reStructuredText as Markdown."""

    if paragraph.startswith(".. math::"):
        return formula(paragraph.removeprefix(".. math::"))

    part = next((part for part in PARTS if re.match(rf"{part}[:,]", paragraph)), None)

    if part is None:
        return inline(paragraph)

    rest = paragraph.removeprefix(part)[1:].strip()
    text = references(rest) if part == "References" else inline(rest)

    return f"## {part}\n\n{text[:1].upper()}{text[1:]}".rstrip()


def formula(text: str) -> str:
    """Returns a formula as a block that GitHub and Sphinx set."""

    text = inspect.cleandoc(text)

    return "```math\n" + (f"\\begin{{aligned}}\n{text}\n\\end{{aligned}}" if "&" in text else text) + "\n```"


def inline(text: str) -> str:
    """Returns a text with its formulas and names as Markdown has them."""

    # Between backticks Markdown leaves a formula as it is: between dollars alone it takes `\,` for a comma.
    text = re.sub(r":math:`([^`]*)`", r"$`\1`$", text)
    text = re.sub(r":\w+:`~?([^`]*)`", r"`\1`", text)

    return re.sub(r"``([^`]*)``", r"`\1`", text)


def references(text: str) -> str:
    """Returns the references as a list of links."""

    found = []

    for reference in text.split("\n\n"):
        *words, address = (line.strip().lstrip("| ") for line in reference.splitlines())
        name = inline(" ".join(words))
        found.append(f"- [{name}]({address})" if address.startswith("http") else f"- {name} {address}")

    return "\n".join(found)


def entries(documented: type) -> list[tuple[str, str]]:
    """Returns what a class takes, and what its docstring says of each."""

    text = docstring(documented).partition("Arguments:\n")[2].partition("\n\n")[0]
    found = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", text, re.MULTILINE)

    return [(f"`{name}`", inline(" ".join(words.split()))) for name, words in found]


def settings(names: list[str]) -> str:
    """Returns some settings of the estimators, in a table for each group, where there are any."""

    known, places = declarations(Parameters), paths(Parameters)
    tables: dict[str, list[tuple[str, str, str]]] = {}

    for name in names:
        group, nested, _ = places[name].partition("__")
        row = (f"`{name}`", f"`{known[name].default!r}`", inline(known[name].help))
        tables.setdefault(group if nested else "", []).append(row)

    parts = [f"{headed(group)}{table(('setting', 'default', 'what it does'), rows)}" for group, rows in tables.items()]

    return "## Settings\n\n" + "\n".join(parts).rstrip() if parts else ""


def headed(group: str) -> str:
    """Returns the sentence before the table of a group."""

    if not group:
        return "Parameters of an estimator:\n\n"

    return f"Options in `{group}={Parameters._groups()[group].kind.__name__}(...)`:\n\n"


def taken(model: type) -> list[str]:
    """Returns the settings that only some models use, of those that a model uses."""

    built = inspect.signature(getattr(model, "build", list)).parameters

    return [
        name
        for name in declarations(Parameters)
        if name != "latents" and any(part in built for part in BUILT_WITH.get(name, (name,)))
    ]


def measured(name: str) -> str:
    """Returns what was measured of a model by the benchmarks, which are no package."""

    spec: Any = spec_from_file_location("results", SOURCE / "benchmarks" / "table.py")
    benchmarks = module_from_spec(spec)
    spec.loader.exec_module(benchmarks)
    found = benchmarks.tables([facts for facts in benchmarks.results() if facts["model"] == name])

    return (
        f"## Measured\n\nOver draws of labels, on test rows (see [benchmarks](../benchmarks.md)).\n\n{found}"
        if found
        else ""
    )


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Returns a table; a bar would end a cell, and has another name in formulas."""

    lines = [head, ("---",) * len(head), *rows]

    return "".join("| " + " | ".join(cell.replace("|", r"\vert ") for cell in line) + " |\n" for line in lines)


COMMON = "What the training of all models has in common, and all other settings: [training](training.md)."

NOTE = "<!-- Made by docs/pages.py from the docstrings: change those. -->"


def main() -> None:
    """Writes the pages, and removes those of models that are gone."""

    FOLDER.mkdir(exist_ok=True)
    made = pages()

    for path in FOLDER.glob("*.md"):
        if path.name not in made:
            path.unlink()

    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
