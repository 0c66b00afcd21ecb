"""A real server on this machine: its link, its limits, its end; and the page as the package holds it."""

import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from semivae import explore
from semivae.errors import SettingError, StoreError
from semivae.explorer import running
from semivae.explorer.running import FRAME, check_libraries

ROOT = Path(__file__).parents[2]


def test_missing_libraries_are_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(SettingError, match="fastapi and uvicorn and websockets are not installed") as error:
        check_libraries()

    assert error.value.fix == "pip install 'semivae[explorer]'"


def test_the_server_is_on_this_machine_only_and_ends(made, tmp_path):
    pytest.importorskip("fastapi", reason="the extra `explorer` is not installed")
    httpx = pytest.importorskip("httpx2")
    client = pytest.importorskip("websockets.sync.client")

    X, y = made("table")[1:]
    explorer = explore(made("table")[0], X, y, labels_file=tmp_path / "labels.jsonl")
    base, token = explorer.url.split("/?token=")

    assert base.startswith("http://127.0.0.1:")
    assert running.HOST == "127.0.0.1"
    assert httpx.get(explorer.url).status_code == 200
    assert httpx.get(f"{base}/static/app.js").status_code == 200
    assert httpx.get(f"{base}/api/session").status_code == 401
    assert f'src="{explorer.url}"' in explorer._repr_html_()
    assert "frame-ancestors http://localhost:*" in httpx.get(explorer.url).headers["content-security-policy"]

    with client.connect(f"{base.replace('http', 'ws')}/ws", subprotocols=["semivae", token]) as socket:
        socket.send("x" * (FRAME + 1))

        with pytest.raises(Exception, match=r"1009|too big|closed"):
            socket.recv()

    answer = httpx.post(
        f"{base}/api/labels",
        json={"target": "kind", "rows": [0], "code": 0},
        headers={"x-semivae-token": token, "origin": base},
    )
    assert answer.status_code == 200
    assert explorer.labels()[0] == "high"
    assert explorer.table([0, 5])["kind_label"].tolist()[0] == "high"
    assert explorer.estimator.n_labeled_ > 0

    with pytest.raises(StoreError, match="port"):
        running.bind(int(base.rpartition(":")[2]))

    explorer.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "explorer"]


def test_the_page_is_built_from_its_source(tmp_path):
    """Skipped without Node.js and its packages: `cd web && npm ci`."""

    node = shutil.which("node")

    if node is None or not (ROOT / "web/node_modules/esbuild").is_dir():
        pytest.skip("the page is not rebuilt: Node.js or web/node_modules is missing (cd web && npm ci)")

    subprocess.run([node, str(ROOT / "web/build.mjs"), str(tmp_path)], check=True, capture_output=True)
    built = ROOT / "src/semivae/explorer/static"

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in built.iterdir())
    assert all(path.read_bytes() == (built / path.name).read_bytes() for path in tmp_path.iterdir())
