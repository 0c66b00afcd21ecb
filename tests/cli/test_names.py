"""Names of files that are no Unicode, and outputs that cannot show every character, stop nothing."""

import io
import json
import os
import sys

import pytest
from tests.cli.processes import semivae

from semivae.data.files.paths import shown
from semivae.workflows.plain import ready

QUICK = ("--set", "epochs=1", "--set", "hidden=(8,)", "--set", "latents=2", "--quiet", "--no-compare", "--no-figures")


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


# Strict, as in most languages.
STRICT = {"PYTHONIOENCODING": "utf-8"}


@pytest.mark.slow
def test_names_that_are_no_unicode(odd):
    data, stream, out = odd + b"/t\xe9.csv", odd + b"/t\xe9.parquet", odd + b"/mod\xe8l"
    options = ("--target", "kind", "--missing-label", "unknown")

    in_json, *others, missing = semivae(
        ["fit", data, *options, "--json", *QUICK, "--out", out],
        ["check", data, *options, "--json"],
        ["predict", out, data, "--out", odd + b"/\xe9.csv"],
        ["info", out],
        ["fit", data, *options, *QUICK, "--out", out, "--overwrite"],
        ["check", data, *options],
        *(
            ["fit", stream, "--target", "price", *more, *QUICK, "--out", out + b"p"]
            for more in ([], ["--stream", "--overwrite"])
        ),
        ["check", data + b"x"],
        **STRICT,
    )

    for used in (in_json, *others):
        assert used.returncode == 0, used.stderr

    assert json.loads(in_json.stdout)["data"]["name"] == "t\ufffd.csv"
    assert os.path.isdir(out)
    assert missing.returncode == 2 and b"Traceback" not in missing.stderr


def test_outputs_that_cannot_show_every_character(tmp_path):
    path = tmp_path / "tè.csv"
    path.write_text("größe,art\n" + "1,ä\n2,ö\n" * 9)
    check = ("check", path, "--target")
    shown, told, refused = semivae(
        [*check, "art"], [*check, "art", "--json"], [*check, "ärt"], PYTHONIOENCODING="ascii"
    )

    assert shown.returncode == told.returncode == 0, shown.stderr + told.stderr
    assert json.loads(told.stdout)["target"]["variable"]["classes"] == ["ä", "ö"]
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
