"""An exploration: labels in the types of their targets, new classes, retraining, versions, and what comes back."""

import time

import numpy as np
import pytest

from semivae import load
from semivae.errors import DataError, SettingError, StoreError
from semivae.explorer.workspace import Workspace
from semivae.workflows.explore.steer import Wish


def wait(work, name="retraining"):
    """Waits until some work is over, and returns its last state."""

    until = time.monotonic() + 100

    while work.running(name) and time.monotonic() < until:
        time.sleep(0.02)

    return work.tasks[name].last


def test_labels_keep_their_types(work):
    one = work("digits")
    one.marking.give("label", [5, 5, 7], "3")

    assert one.marking.label("label", 5) == 3
    assert len(one.log.lines) == 2
    assert one.marking.labels()["label"][7] == 3
    assert one.marking.coded("label")[7] == one.marking.classes["label"].index(3)


@pytest.mark.parametrize(
    ("kind", "target", "rows", "value"),
    [
        ("digits", "label", [5], "no class"),
        ("digits", "other", [5], 3),
        ("digits", "label", [], 3),
        ("digits", "label", [120], 3),
        ("digits", "label", [-1], 3),
        ("number", "spend", [1], "text"),
        ("number", "spend", [1], float("inf")),
        ("number", "spend", [1], True),
    ],
)
def test_wrong_labels_are_refused(work, kind, target, rows, value):
    one = work(kind)

    with pytest.raises(DataError):
        one.marking.give(target, rows, value)

    assert not one.log.lines


def test_new_classes_have_the_type_of_the_others(work):
    one = work("digits")

    assert one.marking.make_class("label", " 12 ") == 12
    assert one.marking.make_class("label", "3") == 3

    for text in ("cat", "", "x" * 999):
        with pytest.raises(DataError):
            one.marking.make_class("label", text)

    with pytest.raises(DataError):
        work("number", "more.jsonl").marking.make_class("spend", "cat")


def test_labels_and_versions_come_back(made, work, tmp_path):
    one = work("table")
    one.marking.make_class("kind", "other")
    one.marking.give("kind", [0, 1], "other")
    one.close()

    again = Workspace(*made("table"), tmp_path / "labels.jsonl", "table")
    assert again.marking.classes["kind"][-1] == "other"
    assert again.marking.labels()["kind"][:2].tolist() == ["other", "other"]
    again.close()


def test_a_change_knows_its_place_in_the_log(work):
    one = work("table")
    told = []
    one.listeners.append(told.append)
    first = one.marking.give("kind", [1, 2], "high")
    second = one.marking.give("kind", [2, 3], "low")

    assert (first["sequence"], second["sequence"]) == (2, 4)
    assert [record["sequence"] for record in told] == [2, 4]
    assert one.marking.since(2) == second
    assert one.marking.undo()["sequence"] == 6
    assert one.marking.since(6)["row"] == []


def test_two_servers_do_not_share_a_file(made, work, tmp_path):
    work("table")

    # The same thread may take a file twice; another process may not.
    from threading import Thread

    errors = []

    def other():
        try:
            Workspace(*made("table"), tmp_path / "labels.jsonl", "table")
        except StoreError as error:
            errors.append(error)

    thread = Thread(target=other)
    thread.start()
    thread.join()
    assert errors


@pytest.mark.parametrize("kind", ["digits", "number", "several"])
def test_retraining_makes_a_version_that_can_be_left_again(work, kind):
    one = work(kind)
    told = []
    one.listeners.append(told.append)
    goal = one.session.goals[0]
    value = goal.classes[0] if goal.classes else 1.0
    one.marking.give(goal.name, list(range(9)), value)
    first = one.session.beliefs[0].values.copy()
    one.retrain()

    with pytest.raises(SettingError, match="second retraining"):
        one.retrain()

    assert wait(one)["kind"] == "done", one.tasks
    assert one.session.version == "v2"
    assert one.versions.names == ["v1", "v2"]
    assert {record["state"]["kind"] for record in told if record["kind"] == "retraining"} >= {"epoch", "done"}
    assert one.session.estimator.n_labeled_ == max(one.marking.counts().values())

    one.restore("v1")
    assert np.allclose(one.session.beliefs[0].values, first)
    assert one.versions.names == ["v1", "v2"]

    with pytest.raises(StoreError):
        one.restore("../v1")


def test_a_new_class_is_learned(work):
    one = work("table")
    one.marking.make_class("kind", "other")
    one.marking.give("kind", list(range(20)), "other")
    one.retrain()

    assert wait(one)["kind"] == "done", one.tasks
    assert sorted(one.session.goals[0].classes) == ["high", "low", "middle", "other"]
    assert one.marking.classes["kind"][-1] == "other", "the page keeps the numbers of its classes"
    assert load(one.versions.place("v2")).classes_.tolist() == ["high", "low", "middle", "other"]


def test_a_canceled_retraining_changes_nothing(work):
    one = work("digits")
    one.retrain()
    one.cancel("retraining")

    assert wait(one)["kind"] == "canceled"
    assert one.versions.names == ["v1"]


def test_labels_are_kept_without_a_target(work):
    one = work("plain")
    one.marking.make_class("label", "odd")
    one.marking.give("label", [3], "odd")

    assert one.marking.counts() == {"label": 1}

    with pytest.raises(SettingError, match="without a target"):
        one.retrain()


WISHES = {
    "digits": Wish("label", "class", "3", 4),
    "table": Wish("kind", "class", "high", 6),
    "number": Wish("spend", "maximize", "", 6, "refuse"),
    "several": Wish("spend", "target", "40", 4),
    "plain": Wish("age", "minimize", "", 4),
}


@pytest.mark.parametrize("kind", WISHES)
def test_designs_of_a_search_are_on_the_map_and_the_copied_lines_find_them_too(work, kind):
    one, told = work(kind), []
    one.listeners.append(told.append)
    one.optimize(WISHES[kind])

    assert wait(one, "search")["kind"] == "done", one.tasks["search"].last
    last = [record["state"] for record in told if record["kind"] == "search" and "designs" in record["state"]][-1]
    designs = last["designs"]
    assert len(designs) == WISHES[kind].count
    assert sorted(filter(None, (design["rank"] for design in designs))) == list(range(1, len(designs) + 1))
    assert all(np.isfinite(design["place"]).all() and np.isfinite(design["value"]) for design in designs)

    names = {"estimator": one.session.estimator, "X": one.X}
    exec(last["python"], names)
    best = next(design for design in designs if design["rank"] == 1)
    assert np.allclose(names["found"].latents[0], best["z"])


def test_a_search_can_be_canceled_and_refused(work):
    one = work("table")
    one.optimize(Wish("kind", "class", "high", 200))

    with pytest.raises(SettingError, match="second search"):
        one.optimize(Wish("age", "maximize"))

    one.cancel("search")
    assert wait(one, "search")["kind"] == "done"
    assert 0 < len(one.designs()["designs"]) < 200

    one.optimize(Wish("nothing", "maximize"))
    assert "nothing" in wait(one, "search")["message"]


def test_a_forecast_comes_with_its_band(work):
    one = work("table")
    one.foresee()

    assert wait(one, "forecast")["kind"] == "done", one.tasks["forecast"].last
    curve = one.forecast["curve"]
    assert curve[-1]["labels"] == 2 * one.forecast["labels"]
    assert all(point["low"] <= point["value"] <= point["high"] for point in curve)

    one.foresee()
    one.cancel("forecast")
    assert wait(one, "forecast")["kind"] == "canceled"


def test_a_model_without_a_target_has_no_forecast(work):
    with pytest.raises(SettingError, match="without a target"):
        work("plain").foresee()
