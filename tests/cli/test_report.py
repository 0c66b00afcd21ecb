"""`semivae report`, the report of a fit, and `semivae evaluate --card`."""

import json


def test_report_of_a_fit(run, table, tmp_path):
    model = tmp_path / "m"
    quick = ("--set", "epochs=1", "--set", "hidden=(8,)", "--no-compare", "--no-figures", "--report", "--quiet")
    told = run("fit", table, "--target", "kind", "--missing-label", "unknown", "--labels", 16, *quick, "--out", model)
    text = (model / "report.html").read_text()

    assert f"{model / 'report.html'}" in told.stdout.replace("\n", "")
    # The commands that it names read the same rows with the same labels.
    assert "--labels 16" in text and f"semivae budget {model} {table} --labels 16" in text
    assert "no section" not in told.stderr

    again = tmp_path / "report.html"
    found = json.loads(run("report", model, table, "--labels", 16, "--out", again, "--json").stdout)
    facts = again.read_text()

    assert found["file"] == str(again) and found["headline"][0] in facts.replace("&#39;", "'")
    assert "16 labeled" in facts and "sha256 of model.safetensors" in facts
    assert "replaced on demand" in run("report", model, table, "--out", again, code=2).stderr


def test_report_from_the_model_alone(run, embedding, tmp_path):
    shown = run("report", embedding, "--out", tmp_path / "r.html").stdout

    assert "learned from 60 rows without labels" in shown
    assert 'id="live"' in (tmp_path / "r.html").read_text()


def test_card(run, classifier, embedding, table):
    shown = run("evaluate", classifier, embedding, table, "--card").stdout
    found = json.loads(run("evaluate", classifier, embedding, table, "--card", "--json").stdout)
    values = {line["name"]: line["values"] for line in found["lines"]}

    assert found["models"] == ["classifier", "embedding", "PCA"] and found["rows"] == 30
    assert len({line["quality"] for line in found["lines"]}) == 7
    assert 0 <= values["sample_coverage"][0] <= 1 and values["density_error"][-1] == 0
    assert values["samples_a_second"][0] > 0 and len(values["path_jump"]) == 3
    assert all(word in shown for word in ("Efficient likelihood", "PCA", "samples_a_second"))
    assert max(map(len, shown.splitlines()[1:])) <= 80


def test_card_refuses_other_columns_and_few_rows(run, classifier, digits, table, tmp_path):
    few = tmp_path / "few.csv"
    few.write_text("".join(table.read_text().splitlines(keepends=True)[:20]))

    assert "different columns" in run("evaluate", classifier, digits, table, "--card", code=2).stderr
    assert "too few for the card" in run("evaluate", classifier, few, "--card", code=2).stderr
