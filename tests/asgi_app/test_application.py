"""The callable that a server calls: scopes, routing, problems and failures."""

import asyncio
import json
import logging
from http import HTTPStatus

import pytest

import asgi_app
from asgi_app.application import ROUTES, UnknownScope
from asgi_app.responses import BrokenStream
from asgi_app.types import Handler, Message
from contract.examples import Request
from contract.problems import Problem
from tests.clients import Connection, call_asgi, scope_of


def raising(error: Exception) -> Handler:
    """Return a handler that raises this error before it starts its answer."""

    async def handler(*_: object) -> None:
        raise error

    return handler


@pytest.fixture(autouse=True)
def _two_more_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    fail = raising(LookupError("hunter2"))
    not_now = Problem(HTTPStatus.SERVICE_UNAVAILABLE, "Not now.", headers=[("retry-after", "1")], limit=1)
    monkeypatch.setitem(ROUTES, "/fail", {"GET": fail, "HEAD": fail})
    monkeypatch.setitem(ROUTES, "/refuse", {"GET": raising(not_now)})


@pytest.mark.parametrize("kind", ["webtransport", "carrier-pigeon"])
def test_an_unknown_scope_is_refused_by_its_name(kind: str) -> None:
    """A scope that the app doesn't speak raises, as ASGI asks for, and nothing is sent or received."""
    connection = Connection({"type": f"{kind}.connect"})
    with pytest.raises(UnknownScope) as caught:
        asyncio.run(asgi_app.app({"type": kind}, connection.receive, connection.send))
    assert str(caught.value) == f"this app speaks http, websocket and lifespan, not '{kind}'"
    assert (connection.sent, len(connection.messages)) == ([], 1)


def test_an_unexpected_exception_is_answered_500(caplog: pytest.LogCaptureFixture) -> None:
    """A handler's mistake is answered as a problem that tells nothing of it."""
    answer = call_asgi(asgi_app.app, Request("GET", "/fail"))
    assert (answer.status, dict(answer.headers)["content-type"]) == (500, "application/problem+json")
    assert json.loads(answer.body) == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "The app failed before it answered; its log says why.",
    }
    assert len(caplog.records) == 1


def test_an_unexpected_exception_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """The log says which request failed, and where in the code."""
    call_asgi(asgi_app.app, Request("GET", "/fail"))
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("asgi_app.application", logging.ERROR)
    assert record.getMessage() == "GET /fail failed"
    assert ", in handler\n" in caplog.text
    assert "LookupError: hunter2\n" in caplog.text


def test_a_failure_under_head_has_no_body(caplog: pytest.LogCaptureFixture) -> None:
    """The answer to a HEAD that failed is 500 with the length of what GET would have said."""
    answer = call_asgi(asgi_app.app, Request("HEAD", "/fail"))
    assert (answer.status, answer.body) == (500, b"")
    assert int(dict(answer.headers)["content-length"]) > 0
    assert len(caplog.records) == 1


def test_a_problem_is_answered_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    """A problem that a handler raises is the answer, with its headers and members, and isn't logged."""
    answer = call_asgi(asgi_app.app, Request("GET", "/refuse"))
    assert (answer.status, dict(answer.headers)["retry-after"]) == (503, "1")
    assert json.loads(answer.body) == {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": "Not now.",
        "limit": 1,
    }
    assert caplog.records == []


def test_a_failure_during_the_answer_reaches_the_server(caplog: pytest.LogCaptureFixture) -> None:
    """An answer that has begun can't become a 500: the app raises and leaves the rest to the server."""
    connection = Connection()
    with pytest.raises(BrokenStream) as caught:
        asyncio.run(
            asgi_app.app(
                scope_of(Request("GET", "/failure?when=during")), connection.receive, connection.send
            )
        )
    assert str(caught.value.__cause__) == "asked to fail during the answer"
    assert [message["type"] for message in connection.sent] == ["http.response.start", "http.response.body"]
    assert connection.answer.broke_off
    assert caplog.records == []


def test_a_failure_before_the_answer_sends_one_start(caplog: pytest.LogCaptureFixture) -> None:
    """A failure before the answer makes a whole answer of one start and one body, and raises nothing."""
    connection = Connection()
    scope = scope_of(Request("GET", "/failure?when=before"))
    asyncio.run(asgi_app.app(scope, connection.receive, connection.send))
    assert [message["type"] for message in connection.sent] == ["http.response.start", "http.response.body"]
    assert connection.answer.status == 500
    assert len(caplog.records) == 1


def test_a_cancelled_request_is_not_answered(caplog: pytest.LogCaptureFixture) -> None:
    """A server that gives a request up isn't told that the app failed: cancelling is no failure."""
    connection = Connection()

    async def cancelled() -> None:
        scope = scope_of(Request("GET", "/sleep?seconds=10"))
        answering = asyncio.ensure_future(asgi_app.app(scope, connection.receive, connection.send))
        await asyncio.sleep(0)
        answering.cancel()
        await answering

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())
    assert (connection.sent, caplog.records) == ([], [])


def test_an_uncommon_method_is_refused() -> None:
    """A method that no endpoint takes is 405 like any other, and quoted."""
    answer = call_asgi(asgi_app.app, Request("PATCH", "/"))
    assert (answer.status, dict(answer.headers)["allow"]) == (405, "GET, HEAD")
    assert json.loads(answer.body)["detail"] == "PATCH isn't served here, GET, HEAD is."


def test_a_client_gone_before_the_body_is_no_failure() -> None:
    """When the server says by OSError that the client has gone, nothing more is sent and nothing raised."""
    sent: list[str] = []

    async def send(message: Message) -> None:
        sent.append(message["type"])
        if message["type"] == "http.response.body":
            raise ConnectionResetError

    connection = Connection({"type": "http.request"})
    asyncio.run(asgi_app.app(scope_of(Request("GET", "/")), connection.receive, send))
    assert sent == ["http.response.start", "http.response.body"]
