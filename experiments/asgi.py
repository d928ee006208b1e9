"""The ASGI side of the experiments (ASGI 3, HTTP & WebSocket 2.5, lifespan 2.0)."""

import uuid
from collections.abc import Awaitable, Callable

from asgi_app.types import Receive, Scope, Send
from experiments import asgi_handlers
from experiments.notes import Query, note, parse_query

Handler = Callable[[Scope, Receive, Send, Query], Awaitable[None]]
LIFESPAN = "lifespan"


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one experiment, echo a WebSocket, or live through a lifespan."""
    if scope["type"] == LIFESPAN:
        await lifespan(scope, receive, send)
    elif scope["type"] == "websocket":
        await websocket(receive, send)
    else:
        query = parse_query(scope["query_string"].decode())
        await handler_of(scope["path"])(scope, receive, send, query)


def handler_of(path: str) -> Handler:
    """Return the function of a path's name: `asgi_handlers.stream` answers `/stream`, `hello` the root."""
    handler: Handler = getattr(asgi_handlers, path.removeprefix("/") or "hello")
    return handler


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """Note startup and shutdown, and hand over a token."""
    await receive()
    note(LIFESPAN, "startup")
    if "state" in scope:
        scope["state"]["token"] = uuid.uuid4().hex
    await send({"type": "lifespan.startup.complete"})
    await receive()
    note(LIFESPAN, "shutdown")
    await send({"type": "lifespan.shutdown.complete"})


async def websocket(receive: Receive, send: Send) -> None:
    """Echo text until the client leaves."""
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": event.get("text") or ""})
