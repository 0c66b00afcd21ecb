"""A server that is killed at random moments loses no label that a page showed as saved."""

import json
import multiprocessing
import os
import random
import signal
import threading
import time

import pytest

from semivae.explorer.labels import LabelLog

httpx = pytest.importorskip("httpx2", reason="httpx2 is not installed, which asks the server in these tests")
pytest.importorskip("uvicorn", reason="the extra `explorer` is not installed")

ROWS, TIMES = 90, 50


def serve_until_killed(folder, file, link):
    """Serves a saved model, and says where."""

    import pathlib

    from semivae.explorer.running import serve
    from semivae.explorer.workspace import Workspace
    from semivae.workflows.explore.open import opened

    found = opened(pathlib.Path(folder), str(pathlib.Path(folder).with_suffix(".csv")))
    explorer = serve(Workspace(found.estimator, found.x, found.y, file, "table", found.folder))
    link.send(explorer.url)
    explorer.wait()


def label_until_gone(base, token, rows, saved, sent):
    """Labels rows one by one; notes each that is sent, and each that the page would show as saved."""

    order = random.sample(rows, len(rows))

    with httpx.Client(base_url=base, headers={"x-semivae-token": token}) as client:
        for turn in range(10_000):
            row, code = order[turn % len(order)], random.randrange(3)
            sent[row] = {*sent.get(row, ()), code}

            try:
                answer = client.post("/api/labels", json={"target": "kind", "rows": [row], "code": code})
            except httpx.HTTPError:
                return

            assert answer.status_code == 200
            saved[row], sent[row] = code, {code}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_no_saved_label_is_lost(made, tmp_path):
    estimator, X, y = made("table")
    estimator.save(tmp_path / "model")
    X.assign(kind=y).to_csv(tmp_path / "model.csv", index=False)
    file, classes = tmp_path / "labels.jsonl", estimator.classes_.tolist()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["semivae.explorer.server", "semivae.explorer.workspace", "uvicorn", "torch"])
    saved, sent = {}, {}

    for _ in range(TIMES):
        here, there = context.Pipe()
        server = context.Process(target=serve_until_killed, args=(str(tmp_path / "model"), str(file), there))
        server.start()
        assert here.poll(120), "the server did not start"
        base, _, token = here.recv().partition("/?token=")
        writers = [
            threading.Thread(target=label_until_gone, args=(base, token, range(part, ROWS, 3), saved, sent))
            for part in range(3)
        ]

        for writer in writers:
            writer.start()

        time.sleep(random.uniform(0.0, 0.4))
        os.kill(server.pid, signal.SIGKILL)
        server.join()

        for writer in writers:
            writer.join()

        log = LabelLog(file, ROWS)
        kept = {row: classes.index(value) for (_, row), value in log.given.items()}
        log.close()
        # A label that was sent but not shown as saved may be there or not.
        assert all(row in kept and kept[row] in {code, *sent[row]} for row, code in saved.items())

    assert len(saved) > ROWS / 2, "the server lived long enough to take labels"
    assert json.loads(file.read_text().splitlines()[0])["rows"] == ROWS
