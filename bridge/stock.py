"""a2wsgi as it comes.

Both adapters hold threads, which do not survive a fork: each is made at the first call, in the worker that
serves it, never while a server imports the app (gunicorn `--preload` would hang otherwise). That is why an app is
named by a function that finds it.
"""

import os
import threading
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, cast
from wsgiref.types import WSGIApplication

import a2wsgi

import asgi_app
import wsgi_app
from asgi_app.types import Handler, Receive, Scope, Send
from records.settings import BRIDGE_POOL
from wsgi_app.types import Environ, StartResponse

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import ASGIApp
    from a2wsgi.wsgi_typing import WSGIApp

DEFAULT_POOL = 10  # threads, as a2wsgi has it

_making = threading.Lock()


def seen_as_asgi(find: Callable[[], WSGIApplication]) -> Handler:
    """Serve a WSGI app as ASGI: each request takes a thread of the pool (LAB_BRIDGE_POOL, 10)."""

    @cache
    def adapter() -> a2wsgi.WSGIMiddleware:
        pool = int(os.environ.get(BRIDGE_POOL, DEFAULT_POOL))
        return a2wsgi.WSGIMiddleware(cast("WSGIApp", find()), workers=pool)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        with _making:
            made = adapter()
        await made(scope, receive, send)  # type: ignore[arg-type] # a2wsgi spells the scope out

    return app


def seen_as_wsgi(find: Callable[[], Handler]) -> WSGIApplication:
    """Serve an ASGI app as WSGI: the server's threads wait for one event loop in a thread of its own."""

    @cache
    def adapter() -> a2wsgi.ASGIMiddleware:
        return a2wsgi.ASGIMiddleware(cast("ASGIApp", find()))

    def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        with _making:
            made = adapter()
        return made(environ, start_response)  # type: ignore[arg-type] # a2wsgi spells the environ out

    return app


wsgi_as_asgi = seen_as_asgi(lambda: wsgi_app.app)
asgi_as_wsgi = seen_as_wsgi(lambda: asgi_app.app)
