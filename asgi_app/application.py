"""The callable that a server calls, and its table of routes."""

import logging
from importlib import import_module

from asgi_app import requests, responses, websocket
from asgi_app.lifespan import lifespan
from asgi_app.types import Handler, Receive, Scope, Send
from contract import problems, routing
from contract.endpoints import ENDPOINTS

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


def handler_of(name: str) -> Handler:
    """Return the function that an endpoint names: `basics.hello` (`contract/endpoints.py` has the table)."""
    module, _, function = name.partition(".")
    handler: Handler = getattr(import_module(f"asgi_app.{module}"), function)
    return handler


ROUTES: dict[str, dict[str, Handler]] = routing.routes(ENDPOINTS, handler_of)

WEBSOCKETS: dict[str, Handler] = {each.path: ROUTES[each.path]["GET"] for each in ENDPOINTS if each.websocket}

LIVES: dict[str, Handler] = {"websocket": converse, "lifespan": lifespan}
