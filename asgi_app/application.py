"""The callable that a server calls, and its table of routes."""

import logging

from asgi_app import basics, bodies, responses, streaming, waiting
from asgi_app.lifespan import lifespan
from asgi_app.types import Handler, Receive, Scope, Send
from contract import problems, routing

log = logging.getLogger(__name__)


class UnknownScope(Exception):
    """The server opened a scope of a type that the app doesn't speak (ASGI, "Applications")."""


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one scope: a request, or the life of the server (ASGI, "Applications")."""
    if scope["type"] != "http":
        await without_request(scope, receive, send)
        return
    path, method = scope["path"], scope["method"]
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
    """Live through a lifespan; refuse any other scope by its name."""
    if scope["type"] != "lifespan":
        raise UnknownScope(f"this app speaks http and lifespan, not {scope['type']!r}")
    await lifespan(scope, receive, send)


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
    }
)
