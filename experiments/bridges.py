"""Each app as seen through the other interface, by a2wsgi as it comes (`bridge/stock.py` says why so late)."""

import os
import threading
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, cast

import a2wsgi

from asgi_app.types import Receive, Scope, Send
from experiments import asgi, wsgi
from wsgi_app.types import Environ, StartResponse

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import ASGIApp
    from a2wsgi.wsgi_typing import WSGIApp

_making = threading.Lock()


async def wsgi_as_asgi(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve the WSGI app as ASGI."""
    with _making:
        adapter = _asgi_adapter()
    await adapter(scope, receive, send)  # type: ignore[arg-type] # a2wsgi spells the scope out


def asgi_as_wsgi(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Serve the ASGI app as WSGI."""
    with _making:
        adapter = _wsgi_adapter()
    return adapter(environ, start_response)  # type: ignore[arg-type] # a2wsgi spells the environ out


@cache
def _asgi_adapter() -> a2wsgi.WSGIMiddleware:
    return a2wsgi.WSGIMiddleware(
        cast("WSGIApp", wsgi.app), workers=int(os.environ.get("LAB_BRIDGE_POOL", "10"))
    )


@cache
def _wsgi_adapter() -> a2wsgi.ASGIMiddleware:
    return a2wsgi.ASGIMiddleware(cast("ASGIApp", asgi.app))
