"""The life of the server, told to the app."""

import asyncio
import json
from datetime import datetime, timedelta

import asgi_app
from asgi_app import basics
from asgi_app.types import Scope
from contract.examples import Request
from tests.clients import Connection, call_asgi, scope_of

STARTUP = {"type": "lifespan.startup"}
SHUTDOWN = {"type": "lifespan.shutdown"}


def live(scope: Scope) -> Connection:
    """Start and stop the app in this scope, and return what was sent."""
    connection = Connection(STARTUP, SHUTDOWN)
    asyncio.run(asgi_app.app(scope, connection.receive, connection.send))
    return connection


def test_the_app_completes_its_start_and_its_end() -> None:
    """A start-up and a shutdown are each answered as complete, in that order."""
    assert live({"type": "lifespan", "state": {}}).sent == [
        {"type": "lifespan.startup.complete"},
        {"type": "lifespan.shutdown.complete"},
    ]


def test_the_start_is_noted_in_the_state() -> None:
    """The state, which each request gets a copy of, holds when the app was started, in UTC."""
    scope: Scope = {"type": "lifespan", "state": {}}
    live(scope)
    assert list(scope["state"]) == ["started_at"]
    assert datetime.fromisoformat(scope["state"]["started_at"]).utcoffset() == timedelta(0)


def test_a_server_without_state_starts_the_app_too() -> None:
    """State is an extension that a server may lack: the app starts and leaves the scope as it was."""
    scope: Scope = {"type": "lifespan"}
    assert len(live(scope).sent) == 2
    assert scope == {"type": "lifespan"}


def test_the_end_is_waited_for() -> None:
    """Between start-up and shutdown the app waits, and has said nothing of its end."""

    async def started() -> tuple[Connection, bool]:
        connection = Connection(STARTUP)
        scope: Scope = {"type": "lifespan", "state": {}}
        living = asyncio.ensure_future(asgi_app.app(scope, connection.receive, connection.send))
        for _ in range(10):
            await asyncio.sleep(0)
        ended = living.done()
        connection.messages.append(SHUTDOWN)
        connection.gone.set()
        await living
        return connection, ended

    connection, ended = asyncio.run(started())
    assert not ended
    assert connection.sent[0] == {"type": "lifespan.startup.complete"}


def test_a_request_tells_when_the_app_was_started() -> None:
    """GET /lifespan answers the time that the start-up event left in the state."""
    scope = {**scope_of(Request("GET", "/lifespan")), "state": {"started_at": "noon"}}
    body = call_asgi(asgi_app.app, Request("GET", "/lifespan"), scope).body
    assert body == b'{"started_by":"lifespan","started_at":"noon"}'


def test_without_a_start_there_is_the_import() -> None:
    """GET /lifespan answers when the module was imported if no start-up event ever came."""
    scope = scope_of(Request("GET", "/lifespan"))
    del scope["state"]
    told = json.loads(call_asgi(asgi_app.app, Request("GET", "/lifespan"), scope).body)
    assert told == {"started_by": "import", "started_at": basics.IMPORTED_AT}
