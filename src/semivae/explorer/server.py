r"""The server of the page: what it may ask, each in one short answer. FastAPI, on this machine only."""

from __future__ import annotations

__all__ = ["application"]

import asyncio
import json
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import FastAPI, HTTPException, Request, Response, WebSocket
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from semivae.errors import SemivaeError
from semivae.explorer.facts import column_frame, facts, points_frame, rows_of, selection_csv
from semivae.explorer.live import talk
from semivae.explorer.steering import steering
from semivae.explorer.wire import pack
from semivae.explorer.workspace import Workspace
from semivae.workflows.plain import ready

STATIC = Path(str(files("semivae.explorer"))) / "static"

# The files of the page; a name that is not among them is never opened.
FILES = {"app.js": "text/javascript", "app.css": "text/css", "icon.svg": "image/svg+xml"}

# How often a page that waits for events hears that the server is there, in seconds.
HEARTBEAT = 5.0

Rows = list[int]


class Strict(BaseModel):
    """A body of a request; anything else in it is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Labels(Strict):
    """Labels of rows: a class by its number on the page or by its name, a number, or none."""

    target: str = Field(max_length=300)
    rows: Rows = Field(max_length=200_000)
    code: int | None = None
    value: float | None = None
    who: str = Field("person", pattern="^(person|suggestion)$")
    version: str = Field("", max_length=20)
    seen: int = 0


class NewClass(Strict):
    """A class to be made."""

    target: str = Field(max_length=300)
    name: str = Field(max_length=300)


class Name(Strict):
    """A version or a projection."""

    name: str = Field(max_length=40)


class Some(Strict):
    """Some rows."""

    rows: Rows = Field(max_length=200_000)


def application(work: Workspace) -> FastAPI:
    """Returns the application for an exploration, without its guard."""

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.exception_handler(SemivaeError)
    def refuse(request: Request, error: SemivaeError) -> Response:
        return JSONResponse({"message": str(error)}, status_code=400)

    page(app)
    looking(app, work)
    labeling(app, work)
    training(app, work)
    steering(app, work)

    @app.websocket("/ws")
    async def socket(connection: WebSocket) -> None:
        await talk(connection, work)

    return app


def page(app: FastAPI) -> None:
    """Serves the files of the page."""

    @app.get("/")
    def start() -> Response:
        return HTMLResponse((STATIC / "index.html").read_text())

    @app.get("/static/{name}")
    def static(name: str) -> Response:
        if name not in FILES:
            raise HTTPException(404)

        return FileResponse(STATIC / name, media_type=FILES[name])


def looking(app: FastAPI, work: Workspace) -> None:
    """Serves all that is only looked at."""

    @app.get("/api/session")
    def session() -> Response:
        return JSONResponse(ready(facts(work)))

    @app.get("/api/points")
    def points() -> Response:
        return binary(points_frame(work))

    @app.get("/api/column")
    def column(name: str) -> Response:
        return binary(column_frame(work, name))

    @app.get("/api/unusual")
    def unusual() -> Response:
        return binary(pack({}, {"unusual": work.session.unusual.astype(np.float32)}))

    @app.post("/api/rows")
    def rows(body: Some) -> Response:
        return JSONResponse(ready(rows_of(work, body.rows[:100])))

    @app.post("/api/pictures")
    def pictures(body: Some) -> Response:
        some = checked(work, body.rows[:500])

        return binary(pack({"rows": some}, {"pictures": work.session.pictures(some)}))

    @app.post("/api/search")
    def search(body: Name) -> Response:
        return JSONResponse({"rows": work.session.search(body.name)})

    @app.post("/api/projection")
    def projection(body: Name) -> Response:
        work.project(body.name)

        return JSONResponse({})

    @app.get("/api/events")
    async def events() -> Response:
        return StreamingResponse(stream(work), media_type="text/event-stream")


def labeling(app: FastAPI, work: Workspace) -> None:
    """Serves labels, and takes them: when an answer comes, they are on the disk."""

    marking = work.marking

    @app.get("/api/labels")
    def labels(since: int = 0) -> Response:
        return JSONResponse(ready(marking.since(since)))

    @app.post("/api/labels")
    def give(body: Labels) -> Response:
        value: Any = body.value

        if body.code is not None:
            names = marking.classes.get(body.target, [])

            if not 0 <= body.code < len(names):
                raise HTTPException(400, "there is no such class")

            value = names[body.code]

        with work.log.lock:
            before = {line.row for line in work.log.lines[max(0, body.seen) :] if line.target == body.target}
            change = marking.give(body.target, body.rows, value, body.who, body.version)

        # Another page labeled these rows meanwhile; both labels are in the log, and this one holds.
        merged = sorted(before & set(body.rows))[:100]

        return JSONResponse(ready({**change, "merged": merged}))

    @app.post("/api/undo")
    def undo() -> Response:
        return JSONResponse(ready(marking.undo()))

    @app.post("/api/redo")
    def redo() -> Response:
        return JSONResponse(ready(marking.redo()))

    @app.post("/api/classes")
    def make(body: NewClass) -> Response:
        name = marking.make_class(body.target, body.name)
        names = marking.classes[body.target]

        return JSONResponse({"code": names.index(name), "classes": [str(entry) for entry in names]})

    @app.get("/api/export/labels.csv")
    def table() -> Response:
        work.log.export()

        return named(work.log.table(), "labels.csv", "text/csv")

    @app.get("/api/export/labels.jsonl")
    def lines() -> Response:
        return named(work.log.path.read_bytes(), "labels.jsonl", "application/jsonl")

    @app.post("/api/export/selection.csv")
    def selection(body: Some) -> Response:
        return named(selection_csv(work, checked(work, body.rows)), "selection.csv", "text/csv")


def training(app: FastAPI, work: Workspace) -> None:
    """Serves retraining and versions."""

    @app.post("/api/retrain")
    def retrain() -> Response:
        work.retrain()

        return JSONResponse({}, status_code=202)

    @app.delete("/api/retrain")
    def cancel() -> Response:
        work.cancel("retraining")

        return JSONResponse({})

    @app.post("/api/restore")
    def restore(body: Name) -> Response:
        work.restore(body.name)

        return JSONResponse({})

    @app.get("/api/suggest")
    def suggest(target: str, n: int = 10) -> Response:
        return JSONResponse(ready(work.suggest(target, max(1, min(n, 100)))))

    @app.get("/api/doubtful")
    def doubtful() -> Response:
        return JSONResponse(ready(work.doubtful()))


def checked(work: Workspace, rows: Rows) -> Rows:
    """Returns rows that are there; refuses others."""

    if not rows or not all(0 <= row < len(work.X) for row in rows):
        raise HTTPException(400, "there is no such row")

    return rows


def binary(frame: bytes) -> Response:
    """Returns a frame as an answer."""

    return Response(frame, media_type="application/octet-stream")


def named(content: bytes, name: str, kind: str) -> Response:
    """Returns a file to be saved."""

    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


async def stream(work: Workspace) -> AsyncIterator[str]:
    """Yields events as they happen, and a sign of life between them."""

    loop, queue = asyncio.get_running_loop(), asyncio.Queue[dict[str, Any]](1000)

    def put(record: dict[str, Any]) -> None:
        if not queue.full():
            queue.put_nowait(record)

    def listen(record: dict[str, Any]) -> None:
        loop.call_soon_threadsafe(put, record)

    work.listeners.append(listen)

    try:
        yield 'data: {"kind": "hello"}\n\n'

        while True:
            try:
                record = await asyncio.wait_for(queue.get(), HEARTBEAT)
                yield f"data: {json.dumps(ready(record), ensure_ascii=False)}\n\n"
            except TimeoutError:
                yield ": here\n\n"
    finally:
        work.listeners.remove(listen)
