"""The command shows the faults of a fit with flags that mend them."""

import json

import pandas as pd
import pytest
from tests.trust.sick import LINE

SICK = ("--model", "vae", "--set", "epochs=75", "--set", "hidden=(16,)", "--set", "beta=50", "--quiet", "--no-figures")
WILD = ("--set", "learning_rate=1")


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """Rows with one factor, as CSV."""

    path = tmp_path_factory.mktemp("health") / "line.csv"
    pd.DataFrame(LINE, columns=[f"c{column}" for column in range(12)]).to_csv(path, index=False)

    return path


def test_fault_is_shown_once_and_kept(run, line, tmp_path):
    shown = run("fit", line, *SICK, *WILD, "--out", tmp_path / "m")
    kept = run("info", tmp_path / "m")
    facts = json.loads(run("info", tmp_path / "m", "--json").stdout)

    assert shown.output.count("posterior collapse") == 1 and "\nHealth: posterior collapse" in shown.stdout
    assert "try --set beta=1" in shown.stdout
    assert "try --set learning_rate=0.1" in shown.stdout and "learning_rate=0.1" in kept.stdout
    assert "posterior collapse" in kept.stdout and "beta=1" in kept.stdout
    assert {"posterior collapse", "unstable"} <= {finding["name"] for finding in facts["fit"]["health_"]["findings"]}


def test_short_fit_is_not_judged(run, line, tmp_path):
    found = run(
        "fit", line, "--model", "vae", "--set", "epochs=1", "--quiet", "--no-figures", "--json", "--out", tmp_path / "m"
    )

    assert json.loads(found.stdout)["health"]["findings"] == []
    assert "steps" in json.loads(found.stdout)["health"]["not_judged"]
