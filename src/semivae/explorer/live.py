r"""The conversation over the WebSocket: a point is decoded as the pointer moves, and only the latest request counts."""

from __future__ import annotations

__all__ = ["talk"]

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from fastapi import WebSocket, WebSocketDisconnect

from semivae.errors import SemivaeError
from semivae.explorer.facts import chances
from semivae.explorer.security import PROTOCOL
from semivae.explorer.session import Spot
from semivae.explorer.wire import pack
from semivae.explorer.workspace import Workspace

# The longest message of a page, in bytes, and the most points of a path.
LARGEST, STEPS = 16_384, 15

# Errors of a message that is not as a page writes it.
WRONG = (KeyError, TypeError, ValueError, IndexError, OverflowError)


async def talk(connection: WebSocket, work: Workspace) -> None:
    """Answers the requests of a page until it goes."""

    await connection.accept(subprotocol=PROTOCOL)
    newest: dict[str, dict[str, Any]] = {}
    came = asyncio.Event()

    async def read() -> None:
        while True:
            message = parsed(await connection.receive_text())

            if message is None:
                await connection.close(1003)
                raise WebSocketDisconnect(1003)

            # A stale request of the same kind is dropped.
            newest[message["kind"]] = message
            came.set()

    async def write() -> None:
        loop = asyncio.get_running_loop()

        with ThreadPoolExecutor(1, "decode") as worker:
            while True:
                await came.wait()
                came.clear()

                while newest:
                    message = newest.pop(next(iter(newest)))
                    await connection.send_bytes(await loop.run_in_executor(worker, answer, work, message))

    tasks = [asyncio.create_task(part()) for part in (read, write)]

    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()

        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError, KeyError):
                await task


def parsed(text: str) -> dict[str, Any] | None:
    """Returns a message; None if it is not one."""

    if len(text) > LARGEST:
        return None

    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None

    whole = isinstance(message, dict) and isinstance(message.get("id"), int) and message.get("kind") in ANSWERS

    return message if whole else None


def answer(work: Workspace, message: dict[str, Any]) -> bytes:
    """Returns the frame that answers a message."""

    head = {"id": message["id"], "kind": message["kind"]}

    try:
        found, arrays = ANSWERS[message["kind"]](work, message)
    except SemivaeError as error:
        return pack({**head, "error": str(error)})
    except WRONG:
        return pack({**head, "error": "the request is not understood"})

    return pack({**head, **found}, arrays)


def decode(work: Workspace, message: dict[str, Any]) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """Decodes a place on the map ("place"), or a latent ("z"), perhaps with another class ("code")."""

    session = work.session
    label = None if message.get("code") is None else class_of(work, int(message["code"]))
    spot = session.at(message["z"], label) if "z" in message else session.at_place(pair(message["place"]), label)

    return described(work, spot)


def described(work: Workspace, spot: Spot) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """Returns a decoded point as plain values and arrays."""

    cells, arrays = work.session.shown(spot)

    return {
        "z": spot.z.tolist(),
        "place": spot.place.tolist(),
        "share": spot.share,
        "word": spot.word,
        "cells": cells,
        "chances": chances(work, spot.chances),
    }, arrays


def path(work: Workspace, message: dict[str, Any]) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """Decodes a path between two places."""

    session = work.session
    steps = min(max(int(message.get("steps", 9)), 2), STEPS)
    spots = session.path(pair(message["from"]), pair(message["to"]), steps)
    found, arrays = zip(*(described(work, spot) for spot in spots), strict=True)

    return {"spots": found}, {"pictures": np.stack([one["picture"] for one in arrays])} if session.shape else {}


def row(work: Workspace, message: dict[str, Any]) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """Returns the latent of a row, and the row as the model makes it again."""

    session, place = work.session, int(message["row"])

    if not 0 <= place < len(session):
        raise IndexError(place)

    spot = session.at(session.z[place], place=session.map.xy[place])
    found, arrays = described(work, spot)
    given = {"given": session.pictures([place])[0]} if session.shape else {}

    return {"row": place, **found}, {**arrays, **given}


def pair(value: Any) -> list[float]:
    """Returns a place on the map."""

    x, y = map(float, value)

    if not np.isfinite([x, y]).all():
        raise ValueError(value)

    return [x, y]


def class_of(work: Workspace, code: int) -> Any:
    """Returns the class of the first target with a number on the page."""

    names = next(iter(work.marking.classes.values()))

    if code < 0:
        raise IndexError(code)

    return names[code]


ANSWERS: Mapping[str, Callable[[Workspace, dict[str, Any]], tuple[dict[str, Any], Mapping[str, Any]]]] = {
    "decode": decode,
    "path": path,
    "row": row,
}
