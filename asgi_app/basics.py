"""Endpoints that answer at once."""

import asyncio
from collections.abc import AsyncGenerator

from asgi_app import requests, responses
from asgi_app.types import Receive, Scope, Send
from contract import parameters, payloads

IMPORTED_AT = payloads.now()


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    """GET /: a constant text."""
    await responses.answer(scope, send, payloads.HELLO)


async def greet(scope: Scope, receive: Receive, send: Send) -> None:
    """GET /hello?name=: a greeting in UTF-8."""
    name = parameters.NAME.read(requests.query(scope))
    await responses.answer(scope, send, payloads.greeting(name))


async def json(scope: Scope, receive: Receive, send: Send) -> None:
    """GET /json: a fixed document."""
    await responses.answer(scope, send, payloads.document(), payloads.JSON)


async def inspect(scope: Scope, receive: Receive, send: Send) -> None:
    """GET /inspect: what the app was told, in common words and in its own."""
    body = payloads.inspection(requests.description(scope), scope)
    await responses.answer(scope, send, body, payloads.JSON)


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """GET /lifespan: the start-up event left its time in the state; without one there is the import."""
    state = scope.get("state", {})
    if "started_at" in state:
        body = payloads.start("lifespan", state["started_at"])
    else:
        body = payloads.start("import", IMPORTED_AT)
    await responses.answer(scope, send, body, payloads.JSON)


async def failure(scope: Scope, receive: Receive, send: Send) -> None:
    """GET /failure?when=: raise before the answer starts, or in its midst."""
    when = parameters.WHEN.read(requests.query(scope))
    if when == "before":
        raise RuntimeError("asked to fail before the answer")
    await responses.stream(scope, receive, send, _breaking_off())


async def _breaking_off() -> AsyncGenerator[bytes, None]:
    yield payloads.BEFORE_FAILURE
    await asyncio.sleep(payloads.SECONDS_BEFORE_FAILURE)
    raise RuntimeError("asked to fail during the answer")
