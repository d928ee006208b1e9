"""Apps with faults, for stacks that fail in the ways that servers do."""

import asyncio
import os
import signal
from collections.abc import Iterable
from itertools import count

import asgi_app
import wsgi_app
from asgi_app.types import Receive, Scope, Send
from wsgi_app.types import Environ, StartResponse

WELL_BEHAVED = 300  # requests: more than the contract asks, fewer than a load
REQUESTS = count(1)


async def dies(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer some requests, then end the server."""
    if next(REQUESTS) > WELL_BEHAVED:
        os._exit(7)
    await asgi_app.app(scope, receive, send)


def worker_dies(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer some requests, then end the worker: its server starts another one."""
    if next(REQUESTS) > WELL_BEHAVED:
        os._exit(7)
    return wsgi_app.app(environ, start_response)


async def hangs(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer some requests, then none."""
    if next(REQUESTS) > WELL_BEHAVED:
        await asyncio.Event().wait()
    await asgi_app.app(scope, receive, send)


async def greets(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer / as if all were well, and nothing else."""
    if scope["type"] == "http" and scope["path"] != "/":
        await asyncio.Event().wait()
    await asgi_app.app(scope, receive, send)


def deaf(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer, deaf to SIGTERM from the first request on."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return wsgi_app.app(environ, start_response)
