"""The callable that a server calls: routing, problems and failures."""

import json
import logging
from collections.abc import Iterable
from http import HTTPStatus

import pytest

import wsgi_app
from contract.examples import Request
from contract.problems import Problem
from tests.clients import call_wsgi
from wsgi_app.application import ROUTES
from wsgi_app.types import Handler


def raising(error: Exception) -> Handler:
    """Return a handler that raises this error before it starts its answer."""

    def handler(*_: object) -> Iterable[bytes]:
        raise error

    return handler


@pytest.fixture(autouse=True)
def _two_more_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    fail = raising(LookupError("hunter2"))
    not_now = Problem(HTTPStatus.SERVICE_UNAVAILABLE, "Not now.", headers=[("retry-after", "1")], limit=1)
    monkeypatch.setitem(ROUTES, "/fail", {"GET": fail, "HEAD": fail})
    monkeypatch.setitem(ROUTES, "/refuse", {"GET": raising(not_now)})


def test_an_unexpected_exception_is_answered_500(caplog: pytest.LogCaptureFixture) -> None:
    """A handler's mistake is answered as a problem that tells nothing of it."""
    answer = call_wsgi(wsgi_app.app, Request("GET", "/fail"))
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
    call_wsgi(wsgi_app.app, Request("GET", "/fail"))
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("wsgi_app.application", logging.ERROR)
    assert record.getMessage() == "GET /fail failed"
    assert ", in handler\n" in caplog.text
    assert "LookupError: hunter2\n" in caplog.text


def test_a_failure_under_head_has_no_body(caplog: pytest.LogCaptureFixture) -> None:
    """The answer to a HEAD that failed is 500 with the length of what GET would have said."""
    answer = call_wsgi(wsgi_app.app, Request("HEAD", "/fail"))
    assert (answer.status, answer.body) == (500, b"")
    assert int(dict(answer.headers)["content-length"]) > 0
    assert len(caplog.records) == 1


def test_a_problem_is_answered_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    """A problem that a handler raises is the answer, with its headers and members, and isn't logged."""
    answer = call_wsgi(wsgi_app.app, Request("GET", "/refuse"))
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
    """An answer that has begun can't become a 500: the exception goes on to the server."""
    answer = call_wsgi(wsgi_app.app, Request("GET", "/failure?when=during"))
    assert (answer.status, answer.broke_off) == (200, True)
    assert answer.body == b"This answer breaks off after this line.\n"
    assert caplog.records == []


def test_an_uncommon_method_is_refused() -> None:
    """A method that no endpoint takes is 405 like any other, and quoted."""
    answer = call_wsgi(wsgi_app.app, Request("PATCH", "/"))
    assert (answer.status, dict(answer.headers)["allow"]) == (405, "GET, HEAD")
    assert json.loads(answer.body)["detail"] == "PATCH isn't served here, GET, HEAD is."
