"""a2wsgi as it comes.

Both adapters hold threads, which do not survive a fork: each is made at the first call, in the worker that
serves it, never while a server imports the app (gunicorn `--preload` would hang otherwise).
"""

import os
import threading
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, cast

import a2wsgi

import asgi_app
import wsgi_app
from asgi_app.types import Receive, Scope, Send
from wsgi_app.types import Environ, StartResponse

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import ASGIApp
    from a2wsgi.wsgi_typing import WSGIApp

POOL_SETTING = "LAB_BRIDGE_POOL"
DEFAULT_POOL = 10  # threads, as a2wsgi has it

_making = threading.Lock()


async def wsgi_as_asgi(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve the WSGI app as ASGI: each request takes a thread of the pool (LAB_BRIDGE_POOL, 10)."""
    with _making:
        adapter = _asgi_adapter()
    await adapter(scope, receive, send)  # type: ignore[arg-type] # a2wsgi spells the scope out


def asgi_as_wsgi(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Serve the ASGI app as WSGI: the server's threads wait for one event loop in a thread of its own."""
    with _making:
        adapter = _wsgi_adapter()
    return adapter(environ, start_response)  # type: ignore[arg-type] # a2wsgi spells the environ out


@cache
def _asgi_adapter() -> a2wsgi.WSGIMiddleware:
    pool = int(os.environ.get(POOL_SETTING, DEFAULT_POOL))
    return a2wsgi.WSGIMiddleware(cast("WSGIApp", wsgi_app.app), workers=pool)


@cache
def _wsgi_adapter() -> a2wsgi.ASGIMiddleware:
    return a2wsgi.ASGIMiddleware(cast("ASGIApp", asgi_app.app))
