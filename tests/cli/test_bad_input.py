"""Bad input gets one clear message and exit code 2, and nothing is written or lost."""

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

ROWS = "a,b,y\n" + "".join(f"{i % 7},{(i * i) % 11},{'uv'[i % 2]}\n" for i in range(30))


def text(path, content):
    path = path.with_suffix(".csv")
    path.write_text(content)

    return path


def halved(path, content):
    path.write_bytes(content[: len(content) // 2])

    return path


def npz(path):
    np.savez(path.with_suffix(".npz"), X=np.random.default_rng(0).normal(size=(200, 5)), y=np.arange(200) % 2)

    return halved(path.with_suffix(".npz"), path.with_suffix(".npz").read_bytes())


def parquet(path):
    pd.DataFrame({"a": range(200), "y": ["u", "v"] * 100}).to_parquet(path.with_suffix(".parquet"))

    return halved(path.with_suffix(".parquet"), path.with_suffix(".parquet").read_bytes())


def ragged(path):
    images = np.empty(4, dtype=object)
    images[:] = [np.zeros((8, 8)), np.zeros((8, 8)), np.zeros((9, 9)), np.zeros((8, 8))]
    np.savez(path.with_suffix(".npz"), X=images, y=np.arange(4) % 2, allow_pickle=True)

    return path.with_suffix(".npz")


def other(path, name, content):
    path.with_name(name).write_bytes(content)

    return path.with_name(name)


BAD = {
    "empty file": (lambda p: text(p, ""), "is empty"),
    "no rows": (lambda p: text(p, "a,b,y\n"), "holds no rows"),
    "no such column": (lambda p: text(p, ROWS.replace("a,b,y", "a,b,why")), "has no 'y'"),
    "target all missing": (lambda p: text(p, ROWS.replace("u", "").replace("v", "")), "no labeled row"),
    "one class only": (lambda p: text(p, ROWS.replace("u", "v")), "only one class, 'v'"),
    "infinite values": (lambda p: text(p, ROWS.replace("\n1,", "\ninf,")), "infinite values"),
    "text in a numeric column": (
        lambda p: text(p, "a,y\n" + "".join(f"{i},{'uv'[i % 2]}\n" for i in range(50)) + "x,u\n"),
        "'a' is numeric except in",
    ),
    "duplicate column names": (lambda p: text(p, ROWS.replace("a,b,y", "a,a,y")), "occur more than once: 'a'"),
    "images of different sizes": (ragged, "such as images of different sizes"),
    "wrong file type": (lambda p: other(p, "d.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "is not a text file"),
    "unknown file type": (lambda p: other(p, "d.docx", b"text"), "of a type that is not known"),
    "truncated npz": (npz, "cannot be read"),
    "truncated parquet": (parquet, "cannot be read"),
    "truncated gz": (lambda p: halved(p.with_name("d.csv.gz"), gzip.compress(ROWS.encode() * 50)), "cannot be read"),
    "no such file": (lambda p: p.with_suffix(".csv"), "does not exist"),
    "a folder": (lambda p: p.parent, "is a folder"),
}


def refused(result, message):
    assert message in result.stderr
    assert sum(line.startswith("Error:") for line in result.stderr.splitlines()) == 1
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("command", ["fit", "check"])
def test_bad_data(run, tmp_path, case, command):
    make, message = BAD[case]
    path = make(tmp_path / "d")
    before = set(tmp_path.iterdir())
    out = ["--out", tmp_path / "model", "--quiet"] if command == "fit" else ["--json"]

    refused(run(command, path, "--target", "y", *out, code=2), message)
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--labels", "1"], "2 classes"),
        (["--labels", "31"], "must be from 1 to 30"),
        (["--task", "real"], "must hold numbers"),
        (["--model", "m3"], "--model auto"),
        (["--set", "epoch=3"], "epochs"),
        (["--set", "epochs=-3"], "--set epochs=-3"),
        (["--set", "epochs=True"], "Fix: --set epochs=auto"),
        (["--set", "epochs=3", "--set", "epochs=4"], "also given as 3"),
        (
            ["--set", "data=3"],
            "Fix: use --drop COL or --id COL or --keep COL or --kind COL=KIND or --embed COL",
        ),
        (["--set", "objective=3"], "Fix: use --set alpha=..."),
        (["--set", "kinds=count"], "Fix: use --kind COL=KIND"),
        (["--set", "patience=3"], "Fix: --set early_stopping=True"),
        (["--set", "latents=two"], "--set latents=two"),
        (["--model", "vae", "--labels", "4"], "learned from"),
        (["--missing-label", "u"], "only one class"),
        (["--set", "early_stopping=yes"], "--set early_stopping=yes"),
        (["--set", "network=conv"], "these rows are a table"),
        (["--set", "device=mps" if torch.cuda.is_available() else "device=cuda"], "on this machine"),
    ],
)
def test_bad_wishes(run, tmp_path, arguments, message):
    path = text(tmp_path / "d", ROWS)

    refused(run("fit", path, "--target", "y", *arguments, "--quiet", "--out", tmp_path / "m", code=2), message)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("case", ["target all missing", "one class only"])
def test_target_that_cannot_be_learned_is_all_that_is_told(run, tmp_path, case):
    path = BAD[case][0](tmp_path / "d")

    assert run("fit", path, "--target", "y", "--out", tmp_path / "m", code=2).stderr.startswith("Error:")


def test_model_that_needs_a_target(run, tmp_path):
    refused(run("fit", text(tmp_path / "d", ROWS), "--model", "m2", "--out", tmp_path / "m", code=2), "--target")


def test_constant_column_works(run, tmp_path):
    path = text(tmp_path / "d", ROWS.replace("a,b,y", "a,b,c,y").replace(",u", ",5,u").replace(",v", ",5,v"))
    settings = ["--set", "epochs=1", "--set", "hidden=(8,)", "-q", "--no-compare", "--no-figures"]

    assert run("fit", path, "--target", "y", *settings, "--out", tmp_path / "m").stderr.count("constant") == 1


def test_out_that_cannot_be_written_stops_before_the_data(run, tmp_path):
    (tmp_path / "file").write_text("x")

    refused(run("fit", "none", "--out", tmp_path / "file" / "m", code=2), "is a file")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a place where nobody can write")
def test_out_that_nobody_can_write_to_stops_before_the_data(run):
    refused(run("fit", "none", "--out", "/proc/semivae/m", code=2), "cannot be written")
    refused(run("predict", "none", "none", "--out", "/proc/p.csv", code=2), "cannot be written")


def test_out_that_is_something_else(run, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.tex").write_text("x")

    refused(run("fit", "digits", "--overwrite", "--out", tmp_path / "thesis", code=2), "is not a saved model")
    assert (tmp_path / "thesis" / "thesis.tex").read_text() == "x"


def test_file_of_unknown_type_stops_before_the_model(run, tmp_path):
    refused(run("predict", "none", "none", "--out", tmp_path / "p.xlsx", code=2), ".csv, .parquet")


def test_no_model(run, tmp_path, table):
    for command in ("predict", "score"):
        refused(run(command, tmp_path, table, "--out", tmp_path / "p.csv", code=2), "is not a saved model")

    refused(run("evaluate", tmp_path, table, code=2), "is not a saved model")
    refused(run("info", tmp_path / "none", code=2), "is not a saved model")


def test_damaged_model(run, tmp_path, classifier, table):
    import shutil

    shutil.copytree(classifier, tmp_path / "m")
    weights = tmp_path / "m" / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)

    refused(run("info", tmp_path / "m", code=2), "model.safetensors")
    refused(run("predict", tmp_path / "m", table, "--out", tmp_path / "p.csv", code=2), "model.safetensors")
    assert not (tmp_path / "p.csv").exists()


def test_data_that_differs_from_the_fit(run, tmp_path, classifier, frame):
    path = tmp_path / "new.csv"
    rows = frame.drop(columns=["price", "kind", "count"]).assign(extra=1, size="large")
    rows.to_csv(path, index=False)
    result = run("predict", classifier, path, "--out", tmp_path / "p.csv", code=2)

    refused(result, "'count'")
    assert all(word in result.stderr for word in ("'extra'", "'size'"))
    assert not (tmp_path / "p.csv").exists()


def test_category_that_the_fit_had_not_is_named_and_stops_nothing(run, tmp_path, classifier, frame):
    frame.drop(columns=["price", "kind"]).assign(shade="green").to_csv(tmp_path / "new.csv", index=False)
    result = run("predict", classifier, tmp_path / "new.csv", "--out", tmp_path / "p.csv")

    assert "'shade'" in result.stderr and "'green'" in result.stderr
    assert len(pd.read_csv(tmp_path / "p.csv")) == len(frame)


def test_class_that_the_fit_had_not(run, tmp_path, classifier, frame):
    frame.drop(columns="price").assign(kind="huge").to_csv(tmp_path / "new.csv", index=False)

    refused(run("evaluate", classifier, tmp_path / "new.csv", code=2), "'huge'")


def test_images_of_another_size(run, tmp_path, digits):
    np.savez(tmp_path / "x.npz", X=np.zeros((3, 9, 9)), y=[1, 2, 3])

    refused(run("evaluate", digits, tmp_path / "x.npz", "--target", "y", code=2), "(9, 9)")


def test_nothing_to_evaluate(run, tmp_path, classifier, frame):
    frame.drop(columns="price").assign(kind="unknown").to_csv(tmp_path / "new.csv", index=False)

    refused(run("evaluate", classifier, tmp_path / "new.csv", code=2), "no labeled row")


def test_no_label_to_predict(run, tmp_path, embedding, table):
    refused(run("predict", embedding, table, "--out", tmp_path / "p.csv", code=2), "without a target")
    refused(run("evaluate", embedding, table, "--target", "kind", code=2), "without a target")


def test_unknown_part_of_a_set(run):
    refused(run("check", "digits", "--split", "validation", code=2), "--split validation")


def test_json_has_no_nan(run, tmp_path):
    path = text(tmp_path / "d", "a,b\n1,\n2,\n")
    result = run("check", path, "--json")

    assert json.loads(result.stdout, parse_constant=pytest.fail)["columns"][1]["missing"] == 2
