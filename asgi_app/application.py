"""The callable that a server calls, and its table of routes."""

import logging

from asgi_app import basics, bodies, requests, responses, streaming, waiting
from asgi_app.lifespan import lifespan
from asgi_app.types import Handler, Receive, Scope, Send
from contract import problems, routing

log = logging.getLogger(__name__)


class UnknownScope(Exception):
    """The server opened a scope of a type that the app doesn't speak (ASGI, "Applications")."""


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one scope: a request, or the life of the server."""
    if scope["type"] == "http":
        await answer(scope, receive, send)
    elif scope["type"] == "lifespan":
        await lifespan(scope, receive, send)
    else:
        raise UnknownScope(f"this app speaks http and lifespan, not {scope['type']!r}")


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request (ASGI HTTP specification, "HTTP Connection Scope")."""
    try:
        handler = routing.find(ROUTES, requests.path(scope), scope["method"])
        await handler(scope, receive, send)
    except problems.Problem as problem:
        await responses.problem(scope, send, problem)
    except responses.BrokenStream:
        raise
    except Exception:
        log.exception("%s %s failed", scope["method"], requests.path(scope))
        await responses.problem(scope, send, problems.internal_error())


ROUTES: dict[str, dict[str, Handler]] = {
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
}
