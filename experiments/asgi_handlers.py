"""What the ASGI app of the experiments answers: each path by the function of its name."""

import asyncio
import hashlib
from contextvars import ContextVar

from asgi_app.types import Receive, Scope, Send
from experiments.notes import Query, note

TEXT = [(b"content-type", b"text/plain")]
TRAILERS = "http.response.trailers"
latest: ContextVar[str] = ContextVar("latest", default="nothing")


async def respond(send: Send, status: int, content: bytes, length: int | None = None) -> None:
    """Send a whole answer."""
    sized = [(b"content-length", str(len(content) if length is None else length).encode())]
    await send({"type": "http.response.start", "status": status, "headers": TEXT + sized})
    await send({"type": "http.response.body", "body": content})


async def hello(_scope: Scope, _receive: Receive, send: Send, _query: Query) -> None:
    """Answer at once; a HEAD as if it were a GET."""
    await respond(send, 200, b"hello")


async def stream(_scope: Scope, _receive: Receive, send: Send, query: Query) -> None:
    """Send numbered chunks with pauses; what is raised in between is noted."""
    try:
        await send({"type": "http.response.start", "status": 200, "headers": TEXT})
        for count in range(int(query["chunks"])):
            note(query["number"], "chunk", count=count)
            await send({"type": "http.response.body", "body": b"chunk %d\n" % count, "more_body": True})
            await asyncio.sleep(float(query["interval"]))
        await send({"type": "http.response.body", "body": b""})
    finally:
        note(query["number"], "closed")


async def body(_scope: Scope, receive: Receive, send: Send, query: Query) -> None:
    """Read the body piece by piece, to its end or the client's."""
    total, digest, more = 0, hashlib.sha256(), True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            note(query["number"], "broken", error="http.disconnect")
            return
        if piece := event.get("body", b""):
            note(query["number"], "read", count=len(piece))
        total += len(piece)
        digest.update(piece)
        more = event.get("more_body", False)
    note(query["number"], "end", total=total)
    await respond(send, 200, f"{total} {digest.hexdigest()}".encode())


async def wait(_scope: Scope, receive: Receive, send: Send, query: Query) -> None:
    """Wait and listen at once: who hears that the client has gone needs not answer."""
    await receive()
    note(query["number"], "waiting")
    disconnect = asyncio.ensure_future(receive())
    try:
        done, _ = await asyncio.wait({disconnect}, timeout=float(query["seconds"]))
        note(query["number"], "gone" if done else "waited")
    finally:
        disconnect.cancel()
    if not done:
        await respond(send, 200, b"waited")


async def after(_scope: Scope, _receive: Receive, send: Send, query: Query) -> None:
    """Answer, then work."""
    await respond(send, 200, b"answered")
    await asyncio.sleep(float(query["seconds"]))
    note(query["number"], "worked")


async def state(scope: Scope, _receive: Receive, send: Send, _query: Query) -> None:
    """Tell what was handed over at startup."""
    await respond(send, 200, scope.get("state", {}).get("token", "none").encode())


async def events(scope: Scope, _receive: Receive, send: Send, query: Query) -> None:
    """Send three events from the one after Last-Event-ID on (WHATWG HTML, "Server-sent events")."""
    first = int(dict(scope["headers"]).get(b"last-event-id", b"0")) + 1
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for count in range(first, first + 3):
        await send(
            {
                "type": "http.response.body",
                "body": b"id: %d\ndata: %d\n\n" % (count, count),
                "more_body": True,
            }
        )
        await asyncio.sleep(float(query["interval"]))
    await send({"type": "http.response.body", "body": b""})


async def trailers(scope: Scope, _receive: Receive, send: Send, _query: Query) -> None:
    """Send trailers where the server says that it can (ASGI extensions, "HTTP Trailers")."""
    if TRAILERS not in (scope.get("extensions") or {}):
        await respond(send, 200, b"no way to send trailers")
        return
    start = {
        "type": "http.response.start",
        "status": 200,
        "headers": [*TEXT, (b"trailer", b"x-lab")],
        "trailers": True,
    }
    await send(start)
    await send({"type": "http.response.body", "body": b"with trailers"})
    await send({"type": TRAILERS, "headers": [(b"x-lab", b"trailed")], "more_trailers": False})


async def refuse(_scope: Scope, _receive: Receive, send: Send, _query: Query) -> None:
    """Answer without having read the body."""
    await respond(send, 413, b"refused")


async def fail(_scope: Scope, _receive: Receive, send: Send, query: Query) -> None:
    """Raise before the answer, or after its first chunk."""
    if query["when"] == "before":
        raise RuntimeError("failed before the answer, as asked")
    await send({"type": "http.response.start", "status": 200, "headers": TEXT})
    await send({"type": "http.response.body", "body": b"first chunk\n", "more_body": True})
    raise RuntimeError("failed midway, as asked")


async def scope(scope: Scope, _receive: Receive, send: Send, _query: Query) -> None:
    """Write into the scope (ASGI, "Middleware": who changes it should copy it first)."""
    scope["lab.key"] = "found" if "lab.key" in scope else "written"
    await respond(send, 200, str(scope["lab.key"]).encode())


async def context(_scope: Scope, _receive: Receive, send: Send, query: Query) -> None:
    """Set a context variable; tell what it was before, and what it is after an await (PEP 567)."""
    before = latest.get()
    latest.set(query["number"])
    await asyncio.sleep(0)
    await respond(send, 200, f"{before} {latest.get()}".encode())
