"""Names of files that are no Unicode, and outputs that cannot show every character, stop nothing."""

import io
import json
import os
import subprocess
import sys

import pytest

from semivae.data.files.paths import shown
from semivae.workflows.plain import ready

QUICK = ("--set", "epochs=1", "--set", "hidden=(8,)", "--set", "latents=2", "--quiet", "--no-compare")


def semivae(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "semivae", *map(os.fsencode, arguments)],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},  # strict, as in most languages
    )


@pytest.fixture
def odd(table, prices, tmp_path):
    """A folder with files whose names are Latin-1."""

    folder = os.fsencode(tmp_path)

    for source, name in ((table, b"t\xe9.csv"), (prices, b"t\xe9.parquet")):
        try:
            with open(os.path.join(folder, name), "wb") as file:
                file.write(source.read_bytes())
        except OSError:
            pytest.skip("file names are Unicode here")

    return folder


@pytest.mark.parametrize("json_too", [True, False])
def test_names_that_are_no_unicode(odd, tmp_path, json_too):
    data, out = odd + b"/t\xe9.csv", odd + b"/mod\xe8l"
    options = ("--target", "kind", "--missing-label", "unknown", *(["--json"] if json_too else []))

    fitted = semivae("fit", data, *options, *QUICK, "--out", out)
    assert fitted.returncode == 0, fitted.stderr
    assert not json_too or json.loads(fitted.stdout)["data"]["name"] == "t\ufffd.csv"
    assert os.path.isdir(out)

    for command in (["check", data, *options], ["predict", out, data, "--out", odd + b"/\xe9.csv"], ["info", out]):
        used = semivae(*command)
        assert used.returncode == 0, used.stderr

    assert b"Traceback" not in semivae("check", data + b"x").stderr


def test_parquet_files_whose_names_are_no_unicode(odd):
    data = odd + b"/t\xe9.parquet"

    for number, more in enumerate([[], ["--stream"]]):
        fitted = semivae("fit", data, "--target", "price", *more, *QUICK, "--out", odd + b"/\xe9%d" % number)
        assert fitted.returncode == 0, fitted.stderr


def test_outputs_that_cannot_show_every_character(tmp_path):
    path = tmp_path / "tè.csv"
    path.write_text("größe,art\n" + "1,ä\n2,ö\n" * 9)

    for options in ([], ["--json"]):
        told = semivae("check", str(path), "--target", "art", *options, PYTHONIOENCODING="ascii")
        assert told.returncode == 0, told.stderr
        assert not options or json.loads(told.stdout)["target"]["variable"]["classes"] == ["ä", "ö"]

    refused = semivae("check", str(path), "--target", "ärt", PYTHONIOENCODING="ascii")
    assert refused.returncode == 2 and b"rt'; it has" in refused.stderr


def test_outputs_that_are_closed(monkeypatch):
    from semivae.cli import screen

    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    screen.put("text")
    screen.say("text")


def test_text_is_made_printable(monkeypatch):
    from semivae.cli import screen

    output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", output)
    screen.put("a\udce9b")

    assert output.buffer.getvalue() == b"a?b\n"
    assert ready({"\udce9": ["\udce9", "é"]}) == {"?": ["?", "é"]}
    assert shown(os.fsdecode(b"t\xe9")) == "t\ufffd" and shown("té") == "té"
