r"""The card of a saved model: what it predicts, how well, how to use it, and what it was fitted on."""

from __future__ import annotations

__all__ = ["card"]

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from statistics import mean
from typing import Any

from semivae.data.labels.classes import short

# The most variables and classes to list.
FEW = 12

USE = """```python
import semivae

model = semivae.load("FOLDER")
{call}
model.outlier_score(X)  # higher is more abnormal
model.sample(10)  # new rows
```

```sh
{command}
```"""

LIMITS = (
    "It predicts for any row, even one unlike the rows of its fit: check `outlier_score` first.",
    "Generated rows imitate the rows of the fit. They are not observations.",
)


def card(facts: Mapping[str, Any], pictures: Iterable[str] = ()) -> str:
    r"""Returns the card of a saved model as Markdown.

    Arguments:
        facts: Everything saved beside the weights, as plain JSON values.
        pictures: The paths of the figures in the folder.
    """

    sections = {
        "": purpose(facts),
        "How good it is": quality(facts["metrics"]),
        "Use": USE.format(**calls(facts["schema"]["y"])),
        "Pictures": "\n\n".join(f"![{PurePosixPath(path).stem}]({path})" for path in pictures if path.endswith(".png")),
        "Data": variables(facts["schema"]["x"]),
        "Limits": "\n".join(f"- {line}" for line in (*stops(facts["fit"]), *LIMITS)),
        "Details": details(facts),
    }
    parts = [f"## {name}\n\n{text}" if name else text for name, text in sections.items() if text]

    return f"# {title(facts)}\n\n" + "\n\n".join(parts) + "\n"


def title(facts: Mapping[str, Any]) -> str:
    """Returns the model and the target in a few words."""

    target = facts["schema"]["y"]
    names = "" if target is None else " and ".join(plain(part["name"]) for part in target["parts"] or [target])

    return f"{facts['model']}, a model of {names or 'rows without a target'}"


def purpose(facts: Mapping[str, Any]) -> str:
    """Describes the model's prediction and its training rows, in sentences."""

    schema, fit, data = facts["schema"], facts["fit"], facts["metrics"].get("data", {})
    kinds = Counter(variable["kind"] for variable in schema["x"])
    columns = ", ".join(f"{count} of kind {kind}" for kind, count in kinds.items())
    first = schema["x"][0] if schema["x"] else {"shape": [], "name": ""}
    single = {
        "image": "an image",
        "vector": "a vector",
        "sparse": f"a sparse row of {sum(first['shape']):,} {first['name']}",
        "sequence": "a string",
    }
    row = single.get(schema["container"], f"a row of {len(schema['x'])} variables ({columns})")
    name = f" of {plain(data['name'])}" if data.get("name") else ""
    counts = [f"{fit[f'n_{kind}_']:,} {kind}" for kind in ("labeled", "unlabeled") if fit.get(f"n_{kind}_")]
    rows = f"{' and '.join(counts)} rows{name}".lstrip()
    target = schema["y"]
    task = "it embeds, generates and scores rows" if target is None else f"it predicts {described(target)}"

    return f"From {row} {task}. It was fitted on {rows} (semivae, `{facts['estimator']}`)."


def described(target: Mapping[str, Any]) -> str:
    """Describes a target."""

    if target["parts"]:
        return "; ".join(map(described, target["parts"]))

    if target["classes"]:
        return f"{plain(target['name'])}, one of {plain(few(target['classes']))}"

    return f"{plain(target['name'])}, from {target['low']:g} to {target['high']:g}"


def quality(metrics: Mapping[str, Any]) -> str:
    """Returns the measurements that were made with the fit."""

    parts = []

    if tested := metrics.get("test_accuracy"):
        rows = [
            (name, f"{mean(values):.3f}", f"{min(values):.3f} to {max(values):.3f}") for name, values in tested.items()
        ]
        parts.append("Accuracy on test rows, over draws of the labels:\n\n" + table(("method", "mean", "range"), rows))

    if found := metrics.get("comparison"):
        rows = [(row["name"], f"{row['mean']:.3f}", f"{row['low']:.3f} to {row['high']:.3f}") for row in found["rows"]]
        head = f"{found['metric']} on the {found['labels']:,} given labels, each held out once (95 % intervals):"
        parts += [head[0].upper() + head[1:] + "\n\n" + table(("method", found["metric"], "interval"), rows)]
        parts += [found["sentence"], confidence(found["confidence"])]

    return (
        "\n\n".join(parts)
        or "This was not measured with the fit. `semivae evaluate FOLDER DATA` measures it on labeled rows."
    )


def confidence(found: Mapping[str, float] | None) -> str:
    """Returns a sentence on the calibration of confidence."""

    if found is None:
        return "Its confidence is not calibrated."

    if "temperature" in found:
        return f"Its probabilities are calibrated on these held-out labels (temperature {found['temperature']:.2f})."

    return f"Its deviations are calibrated on these held-out values (scaled by {found['scale']:.2f})."


def calls(target: Mapping[str, Any] | None) -> dict[str, str]:
    """Returns the first call in Python and the command, for a model with or without a target."""

    if target is None:
        return {"call": "model.transform(X)  # latents", "command": "semivae score FOLDER DATA --out scores.csv"}

    return {"call": "model.predict(X)", "command": "semivae predict FOLDER DATA --out predictions.csv"}


def variables(found: Sequence[Mapping[str, Any]]) -> str:
    """Returns the first variables as a table."""

    rows = [(variable["name"], variable["kind"], values(variable)) for variable in found[:FEW]]
    more = f"\n\nand {len(found) - FEW} more (model.json lists them all)" if len(found) > FEW else ""

    return table(("variable", "kind", "values"), rows) + more


def values(variable: Mapping[str, Any]) -> str:
    """Returns the values of a variable in few words."""

    if variable["shape"]:
        return f"shape {' x '.join(map(str, variable['shape']))} (channels, height, width)"

    if variable["classes"]:
        return few(variable["classes"])

    return "no value" if variable["low"] is None else f"{variable['low']:g} to {variable['high']:g}"


def stops(fit: Mapping[str, Any]) -> list[str]:
    """Returns a warning if the fit was stopped by hand."""

    return (
        ["The fit was stopped by hand; `semivae fit --resume` continues it."]
        if fit.get("stopped_") == "interrupted"
        else []
    )


def details(facts: Mapping[str, Any]) -> str:
    """Returns the settings needed to fit the model again."""

    versions = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
    epochs = f"- epochs: {facts['metrics']['epochs']}\n" if facts["metrics"].get("epochs") else ""

    return f"- random_state: {facts['parameters']['random_state']}\n{epochs}- versions: {versions}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Returns a table as Markdown."""

    lines = [head, ["---"] * len(head), *([plain(cell) for cell in row] for row in rows)]

    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def few(classes: Sequence[Any]) -> str:
    """Returns classes as text, shortened after the first few."""

    text = ", ".join(short(str(name), 30) for name in classes[:FEW])

    return f"{text} and {len(classes) - FEW} more" if len(classes) > FEW else text


def plain(name: Any) -> str:
    """Escapes a user's text so that Markdown shows it as plain text."""

    text = short(" ".join(str(name).split()), 400)

    return "".join(f"\\{sign}" if sign in r"\`*_[]<>|#" else sign for sign in text)
