"""The server: what the page asks and gets; and everything that is no page of its own is refused."""

import json

import numpy as np
import pytest

from semivae.explorer.wire import unpack

pytest.importorskip("fastapi", reason="the extra `explorer` is not installed")
pytest.importorskip("httpx2", reason="httpx2 is not installed, which asks the server in these tests")

from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from semivae.explorer.security import LARGEST, Guard
from semivae.explorer.server import application

PORT = 8765
TOKEN = "x" * 20
BASE = f"http://127.0.0.1:{PORT}"
SOCKET = f"ws://127.0.0.1:{PORT}/ws"
HEADERS = {"x-semivae-token": TOKEN}
LINES = ["semivae", TOKEN]


@pytest.fixture
def ask(work):
    """Serves an exploration of a kind of model to a client with its token."""

    clients = []

    def serve(kind="table"):
        one = work(kind)
        client = TestClient(Guard(application(one), TOKEN, PORT), BASE, headers=HEADERS, raise_server_exceptions=False)
        clients.append(client)
        client.work = one

        return client

    yield serve

    for client in clients:
        client.close()


@pytest.mark.parametrize("kind", ["digits", "table", "number", "several", "plain", "linear"])
def test_the_page_gets_its_facts_and_points(ask, kind):
    client = ask(kind)
    facts = client.get("/api/session").json()
    head, arrays = unpack(client.get("/api/points").content)

    assert facts["rows"] == len(arrays["xy"]) == len(arrays["unusual"])
    assert facts["version"] == head["version"] == "v1"
    assert bool(facts["picture"]) == (kind == "digits")
    assert facts["learns"] == (kind not in ("plain", "linear"))
    assert [target["name"] for target in facts["targets"]] == list(client.work.marking.goals)
    assert len(facts["targets"]) == (2 if kind == "several" else 1)

    for place, target in enumerate(facts["targets"]):
        codes = arrays[f"label{place}"]
        assert np.isfinite(codes).sum() == facts["counts"][target["name"]]

        if facts["learns"] and target["classes"]:
            assert set(arrays[f"prediction{place}"]) <= set(range(len(target["classes"])))


def test_labels_are_saved_when_the_answer_comes(ask):
    client = ask()
    body = {"target": "kind", "rows": [1, 2, 3], "code": 1}
    change = client.post("/api/labels", json=body).json()

    assert change["row"] == [1, 2, 3]
    assert change["label"] == [1, 1, 1]
    assert len(client.work.log.path.read_text().splitlines()) == 4, "the head and three labels"
    assert client.get("/api/labels", params={"since": 1}).json()["row"] == [2, 3]
    assert client.post("/api/undo").json()["undo"] == 0
    assert client.post("/api/redo").json()["label"] == [1, 1, 1]
    assert "1,kind,low" in client.get("/api/export/labels.csv").text


def test_two_tabs_merge_and_the_last_holds(ask):
    client = ask()
    first = client.post("/api/labels", json={"target": "kind", "rows": [1, 2], "code": 0, "seen": 0}).json()
    second = client.post("/api/labels", json={"target": "kind", "rows": [2, 3], "code": 1, "seen": 0}).json()

    assert first["merged"] == []
    assert second["merged"] == [2]
    assert [client.work.marking.label("kind", row) for row in (1, 2, 3)] == ["high", "low", "low"]
    assert [line.row for line in client.work.log.lines] == [1, 2, 2, 3]


def test_rows_columns_and_files_are_given(ask):
    client = ask()
    (row,) = client.post("/api/rows", json={"rows": [0]}).json()
    head, arrays = unpack(client.get("/api/column", params={"name": "city"}).content)
    text = client.post("/api/export/selection.csv", json={"rows": [4, 2]}).text.splitlines()

    assert [cell["name"] for cell in row["cells"]] == ["age", "city", "visits"]
    assert set(head["classes"]) == {"Bern", "Lima", "Oslo"}
    assert len(arrays["values"]) == 90
    assert text[0] == "row,kind_label,kind_prediction,kind_confidence,outlier_score,age,city,visits"
    assert [line.split(",")[0] for line in text[1:]] == ["4", "2"]
    assert client.post("/api/search", json={"name": "city = Bern"}).json()["rows"]


def test_small_pictures_are_given(ask):
    _, arrays = unpack(ask("digits").post("/api/pictures", json={"rows": [3, 5]}).content)

    assert arrays["pictures"].shape == (2, 8, 8, 1)
    assert arrays["pictures"].max() == 255


@pytest.mark.parametrize("kind", ["digits", "number"])
def test_points_are_decoded_as_the_estimator_decodes_them(ask, kind):
    client = ask(kind)
    session = client.work.session

    with client.websocket_connect(SOCKET, LINES) as socket:
        socket.send_text(json.dumps({"id": 7, "kind": "row", "row": 3}))
        head = unpack(socket.receive_bytes())[0]
        assert head["id"] == 7
        assert np.allclose(head["z"], session.z[3])

        socket.send_text(json.dumps({"id": 8, "kind": "decode", "z": head["z"]}))
        again, pictures = unpack(socket.receive_bytes())

    made = session.estimator.inverse_transform([head["z"]])
    assert again["cells"] == head["cells"]

    if kind == "digits":
        assert np.abs(pictures["picture"][..., 0] / 255 - made[0]).max() < 0.01
    else:
        assert again["cells"][1]["text"] == made["city"][0]


@pytest.mark.parametrize(
    "request_",
    [
        {"kind": "row", "row": 999},
        {"kind": "decode", "place": [1]},
        {"kind": "decode", "place": ["nan", 1]},
        {"kind": "decode", "z": [1e999]},
        {"kind": "decode", "z": "abc"},
        {"kind": "decode", "place": [0, 0], "code": 99},
        {"kind": "path", "from": None, "to": [1, 1]},
        {"kind": "decode"},
    ],
)
def test_wrong_requests_get_an_answer_and_end_nothing(ask, request_):
    with ask().websocket_connect(SOCKET, LINES) as socket:
        socket.send_text(json.dumps({"id": 1, **request_}))
        assert unpack(socket.receive_bytes())[0]["error"]

        socket.send_text(json.dumps({"id": 2, "kind": "path", "from": [0, 0], "to": [1, 1], "steps": 10**9}))
        assert len(unpack(socket.receive_bytes())[0]["spots"]) == 15


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"id": 1}', '{"id": "1", "kind": "row"}', "x" * 20_000, "[" * 9_000]
)
def test_frames_that_are_no_requests_end_the_conversation(ask, text):
    with ask().websocket_connect(SOCKET, LINES) as socket:
        socket.send_text(text)

        with pytest.raises(WebSocketDisconnect):
            socket.receive_bytes()


# Security


@pytest.mark.parametrize("path", ["/", "/api/session", "/api/points", "/api/export/labels.csv", "/api/events"])
@pytest.mark.parametrize("token", ["", "wrong", "é".encode(), TOKEN[:-1], TOKEN + "x"])
def test_nothing_is_given_without_the_token(ask, path, token):
    client = ask()
    del client.headers["x-semivae-token"]

    assert client.get(path, headers={"x-semivae-token": token} if token else {}).status_code == 401
    assert client.get("/api/session", params={"token": TOKEN}).status_code == 401, "only the page takes it from a link"


def test_the_link_opens_the_page_and_nothing_else_may_load(ask):
    client = ask()
    del client.headers["x-semivae-token"]
    page = client.get("/", params={"token": TOKEN})
    policy = page.headers["content-security-policy"]

    assert page.status_code == 200
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in page.text.replace("http-equiv", ""), "no address of another machine"
    assert page.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1", "127.0.0.1:1", "localhost.evil:8765", ""]
)
def test_other_hosts_are_refused(ask, host):
    assert ask().get("/api/session", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "https://127.0.0.1:8765", "http://127.0.0.1:1", "null"])
def test_other_origins_are_refused(ask, origin):
    client = ask()

    assert client.get("/api/session", headers={"origin": origin}).status_code == 403
    assert client.post("/api/undo", headers={"origin": origin}).status_code == 403

    with pytest.raises(WebSocketDisconnect), client.websocket_connect(SOCKET, LINES, headers={"origin": origin}):
        pass


@pytest.mark.parametrize("lines", [[], ["semivae"], ["semivae", "wrong"]])
def test_conversations_need_the_token(ask, lines):
    client = ask()
    del client.headers["x-semivae-token"]

    with pytest.raises(WebSocketDisconnect), client.websocket_connect(SOCKET, lines):
        pass


@pytest.mark.parametrize(
    "path",
    ["/static/../server.py", "/static/%2e%2e/server.py", "/static/..%2fserver.py", "/static/index.html", "/etc/passwd"],
)
def test_no_other_file_is_opened(ask, path):
    assert ask().get(path).status_code == 404


def test_versions_outside_are_not_opened(ask):
    client = ask()

    for name in ("../v1", "v1/../v1", "/etc", "v0", "v01", ""):
        assert client.post("/api/restore", json={"name": name}).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"target": "kind", "rows": [1], "code": 0, "more": 1}',
        b'{"target": "kind", "rows": ["1"], "code": 0}',
        b'{"target": "kind", "rows": [1.5], "code": 0}',
        b'{"target": "kind", "rows": [1], "code": 99}',
        b'{"target": "kind", "rows": [1], "code": -1}',
        b'{"target": "kind", "rows": [1000000], "code": 0}',
        b'{"target": "kind", "rows": [], "code": 0}',
        b'{"target": "other", "rows": [1], "code": 0}',
        b'{"target": "kind", "rows": [1], "value": 1.5}',
        b'{"target": "kind", "rows": [1], "code": 0, "who": "nobody"}',
        b"\xff\xfe",
        b"[" * 10_000,
    ],
)
def test_malformed_bodies_are_refused(ask, body):
    client = ask()
    answer = client.post("/api/labels", content=body, headers={"content-type": "application/json"})

    assert 400 <= answer.status_code < 500
    assert not client.work.log.lines


def test_giant_bodies_are_refused(ask):
    client = ask()
    giant = b" " * (LARGEST + 1)

    assert client.post("/api/labels", content=giant).status_code == 413
    # Without a length, the size shows only as it comes.
    assert client.post("/api/labels", content=iter([giant])).status_code >= 400
    assert client.post("/api/labels", content=b"", headers={"content-length": "-5"}).status_code == 400
    assert not client.work.log.lines
