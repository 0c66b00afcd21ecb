r"""Who may speak to the server: only a page of its own, on this machine, that knows the token of the link.

Every request must name this machine as its host (against DNS that points elsewhere), come from this page if a browser
sends it, and carry the token; only the files of the page itself, which hold no data, are given without one. Answers
forbid the page to load or run anything from elsewhere.
"""

from __future__ import annotations

__all__ = ["PROTOCOL", "Guard"]

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Receive, Send], Awaitable[None]]

# The largest body of a request, in bytes.
LARGEST = 4 * 2**20

# The name under which a page opens a WebSocket; its token is the second name.
PROTOCOL = "semivae"

STATIC = "/static/"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {frames}"
)


class Guard:
    r"""Refuses requests that are not of the page.

    Arguments:
        app: The application behind.
        token: The token of the link.
        port: The port of the server.
        framed: Whether a notebook on this machine may show the page in a frame.
    """

    def __init__(self, app: App, token: str, port: int, framed: bool = False) -> None:
        self.app, self.token = app, token
        self.hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        self.origins = {f"http://{host}" for host in self.hosts}
        self.policy = POLICY.format(frames="http://localhost:* http://127.0.0.1:*" if framed else "'none'")

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Passes a request on, or refuses it."""

        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)

        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        status = self.refused(scope, headers)

        if scope["type"] == "websocket":
            if status:
                await receive()
                return await send({"type": "websocket.close", "code": 1008})

            return await self.app(scope, receive, send)

        if not status and int(headers.get("content-length") or 0) > LARGEST:
            status = 413

        if status:
            return await answer(send, status, self.headers)

        await self.app(scope, self.bounded(receive), self.sealed(send))

    def refused(self, scope: Any, headers: dict[str, str]) -> int:
        """Returns the status that refuses a request; 0 to let it pass."""

        if headers.get("host", "").lower() not in self.hosts:
            return 421

        if headers.get("origin", "").lower() not in {"", *self.origins}:
            return 403

        if not headers.get("content-length", "0").isdigit():
            return 400

        if scope["type"] == "http" and scope["path"].startswith(STATIC):
            return 0

        return 0 if any(secrets.compare_digest(given, self.token.encode()) for given in tokens(scope, headers)) else 401

    def bounded(self, receive: Receive) -> Receive:
        """Returns a source of the body that refuses to go on where the body is too large."""

        from starlette.exceptions import HTTPException

        read = 0

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))

            if read > LARGEST:
                raise HTTPException(413)

            return message

        return limited

    def sealed(self, send: Send) -> Send:
        """Returns a sink of the answer that adds the headers of security."""

        async def sealing(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self.headers]

            await send(message)

        return sealing

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers of every answer."""

        found = {
            "content-security-policy": self.policy,
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cross-origin-resource-policy": "same-origin",
            "cache-control": "no-store",
        }

        return [(name.encode(), value.encode()) for name, value in found.items()]


def tokens(scope: Any, headers: dict[str, str]) -> list[bytes]:
    """Returns the tokens that a request carries: in its header, its protocols, or the link of the page."""

    given = [headers.get("x-semivae-token", "")]

    if scope["type"] == "websocket":
        given += [part.strip() for part in headers.get("sec-websocket-protocol", "").split(",")]
    elif scope["path"] == "/":
        given += parse_qs(scope["query_string"].decode("latin-1")).get("token", [])

    return [token.encode() for token in given if token]


async def answer(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    """Refuses a request."""

    words = {401: "the link with its token is needed", 413: "the body is too large"}.get(status, "refused")
    start = [(b"content-type", b"text/plain; charset=utf-8"), *headers]

    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": f"{words}\n".encode()})
