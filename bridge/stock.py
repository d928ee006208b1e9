"""a2wsgi as it comes.

Both adapters hold threads, which do not survive a fork: each is made at the first call, in the worker that
serves it, never while a server imports the app (gunicorn `--preload` would hang otherwise).
"""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast
from wsgiref.types import WSGIApplication

import a2wsgi

from asgi_app.types import Handler, Receive, Scope, Send
from bridge.once import Once
from records.settings import BRIDGE_POOL
from wsgi_app.types import Environ, StartResponse

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import ASGIApp
    from a2wsgi.wsgi_typing import WSGIApp

DEFAULT_POOL = 10  # threads, as a2wsgi has it


def as_asgi(app: WSGIApplication) -> Handler:
    """Serve a WSGI app as ASGI: each request takes a thread of the pool (LAB_BRIDGE_POOL, 10)."""
    adapter = Once(lambda: a2wsgi.WSGIMiddleware(cast("WSGIApp", app), workers=pool_size()))

    async def bridge(scope: Scope, receive: Receive, send: Send) -> None:
        await adapter()(scope, receive, send)  # type: ignore[arg-type] # a2wsgi spells the scope out

    return bridge


def as_wsgi(app: Handler) -> WSGIApplication:
    """Serve an ASGI app as WSGI: the server's threads wait for one event loop in a thread of its own."""
    adapter = Once(lambda: a2wsgi.ASGIMiddleware(cast("ASGIApp", app)))

    def bridge(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        return adapter()(environ, start_response)  # type: ignore[arg-type] # a2wsgi spells the environ out

    return bridge


def pool_size() -> int:
    """Return how many threads a pool has, as LAB_BRIDGE_POOL says."""
    return int(os.environ.get(BRIDGE_POOL, DEFAULT_POOL))
