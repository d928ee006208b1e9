"""The callable that a server calls, and its table of routes."""

import logging

from asgi_app import basics, bodies, requests, responses, streaming, waiting, websocket
from asgi_app.lifespan import lifespan
from asgi_app.types import Handler, Receive, Scope, Send
from contract import problems, routing

log = logging.getLogger(__name__)


class UnknownScope(Exception):
    """The server opened a scope of a type that the app doesn't speak (ASGI, "Applications")."""


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one scope: a request, a WebSocket, or the life of the server (ASGI, "Applications")."""
    if scope["type"] != "http":
        await without_request(scope, receive, send)
        return
    path, method = requests.path(scope), scope["method"]
    try:
        handler = ROUTES[path][method]
    except KeyError:
        await responses.problem(scope, send, routing.refusal(ROUTES, path, method))
        return
    try:
        await handler(scope, receive, send)
    except problems.Problem as problem:
        await responses.problem(scope, send, problem)
    except responses.BrokenStream:
        raise
    except Exception:
        log.exception("%s %s failed", method, path)
        await responses.problem(scope, send, problems.internal_error())


async def without_request(scope: Scope, receive: Receive, send: Send) -> None:
    """Live through a lifespan or a WebSocket; refuse any other scope by its name."""
    if scope["type"] not in LIVES:
        raise UnknownScope(f"this app speaks http, {' and '.join(LIVES)}, not {scope['type']!r}")
    await LIVES[scope["type"]](scope, receive, send)


async def converse(scope: Scope, receive: Receive, send: Send) -> None:
    """Hold a conversation over a WebSocket, or refuse it before it is accepted."""
    path = requests.path(scope)
    try:
        if path not in WEBSOCKETS:
            raise problems.unknown_path(path)
        await WEBSOCKETS[path](scope, receive, send)
    except problems.Problem as problem:
        await websocket.refuse(scope, receive, send, problem)


ROUTES: dict[str, dict[str, Handler]] = routing.with_head(
    {
        "/": {"GET": basics.hello},
        "/hello": {"GET": basics.greet},
        "/json": {"GET": basics.json},
        "/inspect": {"GET": basics.inspect},
        "/lifespan": {"GET": basics.lifespan},
        "/failure": {"GET": basics.failure},
        "/echo": {"POST": bodies.echo},
        "/upload": {"POST": bodies.upload},
        "/sleep": {"GET": waiting.sleep},
        "/sleep/blocking": {"GET": waiting.sleep_blocking},
        "/sleep/offloaded": {"GET": waiting.sleep_offloaded},
        "/cpu": {"GET": waiting.cpu},
        "/background": {"GET": waiting.background_jobs, "POST": waiting.background},
        "/stream": {"GET": streaming.stream},
        "/events": {"GET": streaming.events},
        "/bytes": {"GET": streaming.bytes_},
        "/ws/echo": {"GET": websocket.websocket_echo},
        "/ws/clock": {"GET": websocket.websocket_clock},
    }
)

WEBSOCKETS: dict[str, Handler] = {
    "/ws/echo": websocket.websocket_echo,
    "/ws/clock": websocket.websocket_clock,
}

LIVES: dict[str, Handler] = {"websocket": converse, "lifespan": lifespan}
