"""Apps that tell what became of their requests, for servers to serve across a bridge: the stock one and the guarded."""

import asyncio
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import cast

import a2wsgi

from asgi_app.types import Message, Receive, Scope, Send
from bridge.guarded_asgi import AsWSGI
from bridge.guarded_wsgi import AsASGI
from bridge.stock import DEFAULT_POOL
from records.settings import BRIDGE_POOL
from wsgi_app.types import Environ, StartResponse

INTERVAL_S = 0.02
SEEN: Counter[str] = Counter()
TOGETHER = threading.Barrier(10)


def over_wsgi(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Stream for ever at /stream, read at /upload, wait at /meet until ten are there; tell what was seen at /."""
    if environ["PATH_INFO"] == "/upload":
        try:
            length = len(environ["wsgi.input"].read())
            SEEN[f"read {length}"] += 1
        except OSError:
            SEEN["read error"] += 1
    elif environ["PATH_INFO"] == "/meet":
        TOGETHER.wait(15)
    start_response("200 OK", [("content-type", "text/plain"), ("x-lab-interface", "wsgi")])
    return _endless() if environ["PATH_INFO"] == "/stream" else [json.dumps(SEEN).encode()]


def _endless() -> Iterator[bytes]:
    SEEN["opened"] += 1
    try:
        while True:
            yield b"chunk\n"
            time.sleep(INTERVAL_S)
    finally:
        SEEN["closed"] += 1


async def over_asgi(scope: Scope, receive: Receive, send: Send) -> None:
    """Do as the other app does; tell at /state what the lifespan left there."""
    if scope["type"] == "lifespan":
        await _live(scope, receive, send)
        return
    if scope["path"] == "/upload":
        await _read(receive)
    headers = [(b"content-type", b"text/plain"), (b"x-lab-interface", b"asgi")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if scope["path"] == "/stream":
        SEEN["opened"] += 1
        try:
            while True:
                await send({"type": "http.response.body", "body": b"chunk\n", "more_body": True})
                await asyncio.sleep(INTERVAL_S)
        finally:
            SEEN["closed"] += 1
    told = scope.get("state") if scope["path"] == "/state" else SEEN
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})


async def _live(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    scope["state"]["started"] = True
    await send({"type": "lifespan.startup.complete"})
    await receive()
    print("the app was shut down", flush=True)  # noqa: T201 - to the server's log
    await send({"type": "lifespan.shutdown.complete"})


async def _read(receive: Receive) -> None:
    length, message = 0, cast("Message", {"more_body": True})
    while message.get("more_body"):
        message = await receive()
        length += len(message.get("body", b""))
    SEEN["read error" if message["type"] == "http.disconnect" else f"read {length}"] += 1


async def silent(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer / and nothing else."""
    if scope["type"] == "http" and scope["path"] == "/":
        await over_asgi(scope, receive, send)


async def breaks_off(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer / and the half of everything else."""
    if scope["type"] == "http" and scope["path"] != "/":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
    else:
        await over_asgi(scope, receive, send)


async def fails_to_start(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer, but for a lifespan that fails."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "the database is away"})
    else:
        await over_asgi(scope, receive, send)


POOL = int(os.environ.get(BRIDGE_POOL, DEFAULT_POOL))

wsgi_bridged = a2wsgi.WSGIMiddleware(over_wsgi, POOL)  # type: ignore[arg-type] # a2wsgi spells environ and scope out
wsgi_guarded = AsASGI(over_wsgi)
asgi_bridged = a2wsgi.ASGIMiddleware(over_asgi)  # type: ignore[arg-type]
asgi_guarded = AsWSGI(over_asgi)
silent_bridged = a2wsgi.ASGIMiddleware(silent)  # type: ignore[arg-type]
silent_guarded = AsWSGI(silent)
breaks_off_bridged = a2wsgi.ASGIMiddleware(breaks_off)  # type: ignore[arg-type]
breaks_off_guarded = AsWSGI(breaks_off)
fails_to_start_bridged = a2wsgi.ASGIMiddleware(fails_to_start)  # type: ignore[arg-type]
fails_to_start_guarded = AsWSGI(fails_to_start)
