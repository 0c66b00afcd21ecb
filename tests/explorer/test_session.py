"""What a person sees through a model: places, decoded points, cells, and beliefs, for every kind of model."""

import numpy as np
import pytest

from semivae.errors import SettingError
from semivae.explorer.session import Session
from semivae.workflows.explore.known import known


@pytest.fixture(params=["digits", "table", "number", "several", "plain", "by_label", "linear"])
def session(request, made):
    estimator, X, _ = made(request.param)

    return Session(estimator, X, "v1")


def test_every_row_has_a_place_and_a_belief(session):
    n = len(session)

    assert session.map.xy.shape == (n, 2)
    assert np.isfinite(session.map.xy).all()
    assert [len(belief.values) for belief in session.beliefs] == [n] * len(session.goals)
    assert all(((0 <= belief.confidence) & (belief.confidence <= 1)).all() for belief in session.beliefs)
    assert sorted(session.units) == list(range(session.z.shape[1]))


def test_a_point_at_a_row_decodes_to_the_row_that_the_model_makes(session):
    spot = session.at_place(session.map.xy[7])
    z = session.z[7:8]

    if len(np.unique(session.map.xy, axis=0)) == len(session):
        assert np.allclose(spot.z, z, atol=1e-3)

    assert len(spot.chances) == len(session.goals)
    cells, arrays = session.shown(spot)
    assert bool(cells) != bool(arrays)


def test_far_places_are_off_the_data(session):
    far = session.map.xy.max(axis=0) + 10 * np.ptp(session.map.xy, axis=0)

    assert session.at_place(far).word == "off the data"
    assert session.at_place(np.median(session.map.xy, axis=0)).word in ("typical", "rare")


def test_paths_begin_and_end_where_they_should(session):
    start, end = session.map.xy[0], session.map.xy[1]
    spots = session.path(start, end, 5)

    assert len(spots) == 5
    assert np.allclose(spots[0].z, session.map.latents(start[None])[0])
    assert np.allclose(spots[4].z, session.map.latents(end[None])[0])


def test_latents_of_another_size_are_refused(session):
    with pytest.raises(SettingError, match="latents"):
        session.at([0.0] * 99)

    with pytest.raises(SettingError, match="latents"):
        session.at([float("nan")] * session.z.shape[1])


def test_outlier_scores_come_in_the_end(session):
    told = []
    session.find_unusual(told.append)

    assert told[-1] == len(session)
    assert np.isfinite(session.unusual).all()


@pytest.mark.parametrize("kind", ["digits", "table", "by_label"])
def test_another_class_gives_another_row(made, kind):
    estimator, X, _ = made(kind)
    session = Session(estimator, X, "v1")
    goal = session.goals[0]

    assert session.takes_label == (kind == "by_label")

    rows = [session.at(session.z[3], label).x for label in goal.classes[:2]]
    one, two = (estimator.features(row) for row in rows)
    assert not np.allclose(one, two)


@pytest.mark.parametrize("kind", ["digits", "table"])
def test_projections_keep_their_orientation(made, kind):
    estimator, X, _ = made(kind)
    session = Session(estimator, X, "v1", "variance")
    before = session.map.xy
    session.show("variance", -before)

    assert np.allclose(session.map.xy, -before)
    assert "neighbors" in session.projections


def test_unusual_cells_are_marked(made):
    estimator, X, _ = made("table")
    odd = X.copy()
    odd.loc[0, "age"] = 400.0
    cells = Session(estimator, odd, "v1").cells([0, 1])

    assert {cell["name"]: cell["unusual"] for cell in cells[0]}["age"]
    assert not {cell["name"]: cell["unusual"] for cell in cells[1]}["age"]
    assert {cell["name"]: cell["text"] for cell in Session(estimator, X, "v1").cells([17])[0]}["age"] == ""


@pytest.mark.parametrize(
    ("text", "count"), [("row 3", 1), ("#99999", 0), ("city = Bern", None), ("age > 1e9", 0), ("lim", None), ("", 0)]
)
def test_rows_are_found(made, text, count):
    estimator, X, _ = made("table")
    rows = Session(estimator, X, "v1").search(text)

    expected = {"city = Bern": (X["city"] == "Bern").sum(), "lim": (X["city"] == "Lima").sum()}
    assert len(rows) == (expected[text] if count is None else count)


def test_suggestions_are_unlabeled_and_have_reasons(made):
    estimator, X, y = made("table")
    labels = known(estimator, y, len(X), Session(estimator, X, "v1").goals)["kind"]
    found = Session(estimator, X, "v1").suggested(0, labels, 5)

    assert len({one["row"] for one in found}) == 5
    assert all(labels[one["row"]] is None and one["reason"] for one in found)


@pytest.mark.parametrize("kind", ["table", "number"])
def test_a_wrong_label_is_doubtful(made, kind):
    estimator, X, y = made(kind)
    session = Session(estimator, X, "v1")
    row = int(y.notna().to_numpy().nonzero()[0][4])
    wrong = y.copy()
    wrong[row] = {"low": "high", "middle": "high", "high": "low"}[y[row]] if kind == "table" else 9e3

    found = session.doubtful(wrong)
    assert found[0]["row"] == row
    assert "without this label" in found[0]["reason"]
    assert row not in [one["row"] for one in session.doubtful(y)]


def test_labels_of_several_targets_are_not_judged(made):
    estimator, X, y = made("several")

    with pytest.raises(SettingError, match="several"):
        Session(estimator, X, "v1").doubtful(y)


def test_directions_grow_their_attribute(made):
    estimator, X, y = made("table")
    session = Session(estimator, X, "v1")
    labels = known(estimator, y, len(X), session.goals)
    found = {one.name: one for one in session.directions(labels)}

    assert set(found) == {
        "kind=high",
        "kind=low",
        "kind=middle",
        "age",
        "city=Bern",
        "city=Lima",
        "city=Oslo",
        "visits",
    }
    city = session.z @ found["city=Oslo"].vector
    assert city[(X["city"] == "Oslo").to_numpy()].mean() > city[(X["city"] == "Bern").to_numpy()].mean()


def test_images_have_the_directions_of_their_classes(made):
    estimator, X, y = made("digits")
    session = Session(estimator, X, "v1")
    names = [one.name for one in session.directions(known(estimator, y, len(X), session.goals))]

    assert names == [f"label={digit}" for digit in range(10)]
