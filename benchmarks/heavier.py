"""The ASGI app with more CPU work in each request: HEAVIER_BY_US microseconds of it."""

import os
import time

import asgi_app
from asgi_app.types import Receive, Scope, Send

EXTRA_NS = round(float(os.environ.get("HEAVIER_BY_US", "0")) * 1000)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Work, then let the app answer."""
    end = time.thread_time_ns() + EXTRA_NS
    while time.thread_time_ns() < end:
        pass
    await asgi_app.app(scope, receive, send)
