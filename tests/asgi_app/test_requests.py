"""What a request says, read from the scope."""

import asyncio
from http import HTTPStatus

import pytest

from asgi_app import requests
from asgi_app.types import Message, Scope
from contract.examples import Request
from contract.problems import Problem
from tests.clients import Connection, scope_of

LIMIT = 100


def piece(body: bytes, *, more: bool) -> Message:
    """Return an http.request event."""
    return {"type": "http.request", "body": body, "more_body": more}


def posted(**headers: str) -> Scope:
    """Return the scope of a POST; `_` in a header's name stands for `-`."""
    return scope_of(Request("POST", "/echo", {name.replace("_", "-"): v for name, v in headers.items()}))


def read(scope: Scope, connection: Connection) -> list[bytes]:
    """Return the pieces of the body that this connection sends."""

    async def collect() -> list[bytes]:
        return [part async for part in requests.body(scope, connection.receive, LIMIT)]

    return asyncio.run(collect())


def refusal(scope: Scope, connection: Connection) -> HTTPStatus:
    """Return the status of the problem that reading the body raises."""
    with pytest.raises(Problem) as caught:
        read(scope, connection)
    return caught.value.status


def test_a_body_comes_piece_by_piece() -> None:
    """Each event's piece is passed on as it came, up to the one that says that no more follow."""
    connection = Connection(piece(b"hel", more=True), piece(b"lo", more=False), piece(b"next", more=False))
    assert read(posted(), connection) == [b"hel", b"lo"]
    assert len(connection.messages) == 1


def test_an_event_may_leave_its_members_out() -> None:
    """An event without `body` and `more_body` is the end of an empty body (ASGI, "Request")."""
    assert read(posted(), Connection({"type": "http.request"})) == [b""]


def test_a_client_that_leaves_breaks_the_body() -> None:
    """A disconnect in the midst of a body is 400: what came isn't what was sent."""
    connection = Connection(piece(b"hel", more=True), hangs_up=True)
    assert refusal(posted(), connection) is HTTPStatus.BAD_REQUEST


def test_a_declared_length_above_the_limit_is_refused_unread() -> None:
    """A length above the limit is 413 before a byte of the body is received."""
    connection = Connection(piece(b"x" * 101, more=False))
    assert refusal(posted(content_length="101"), connection) is HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert len(connection.messages) == 1


def test_an_undeclared_body_above_the_limit_is_refused_at_the_limit() -> None:
    """A chunked body is 413 with the piece that exceeds the limit; what follows isn't received."""
    connection = Connection(*[piece(b"x" * 40, more=True) for _ in range(5)])
    assert refusal(posted(), connection) is HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert len(connection.messages) == 2


@pytest.mark.parametrize("headers", [{"content_length": "100"}, {}], ids=["declared", "chunked"])
def test_a_body_of_exactly_the_limit_is_read(headers: dict[str, str]) -> None:
    """The limit itself is allowed, declared or not."""
    assert read(posted(**headers), Connection(piece(b"x" * 100, more=False))) == [b"x" * 100]


def test_a_length_that_is_no_number_is_refused() -> None:
    """A content-length that isn't a number is 400."""
    connection = Connection(piece(b"hello", more=False))
    assert refusal(posted(content_length="five"), connection) is HTTPStatus.BAD_REQUEST


def test_a_path_comes_decoded() -> None:
    """The server has decoded the path already: it is taken as it is."""
    assert requests.path(scope_of(Request("GET", "/caf%C3%A9"))) == "/café"


def test_a_query_is_parsed() -> None:
    """The query's names and values are decoded."""
    assert requests.query(scope_of(Request("GET", "/?a=1&a=%C3%A9"))) == {"a": ["1", "é"]}


def test_headers_go_by_their_names() -> None:
    """Headers are byte strings in lower case; they are read as latin-1 and sorted by name."""
    scope = {"headers": [(b"x-lab", b"caf\xe9"), (b"host", b"here")]}
    assert list(requests.headers(scope).items()) == [("host", "here"), ("x-lab", "café")]


def test_repeated_headers_are_joined() -> None:
    """A header that came twice is joined with a comma, as a WSGI server would have done."""
    scope = {"headers": [(b"x-lab", b"1"), (b"host", b"here"), (b"x-lab", b"2")]}
    assert requests.headers(scope) == {"host": "here", "x-lab": "1,2"}
    assert requests.header(scope, "x-lab") == "1,2"


def test_one_header_goes_by_its_name() -> None:
    """A header is found by its lower-case name, and is none where it didn't come."""
    scope = {"headers": [(b"last-event-id", b"7")]}
    assert requests.header(scope, "last-event-id") == "7"
    assert requests.header(scope, "accept") is None


def test_what_the_app_was_told_is_in_common_words() -> None:
    """A request is described by the same words as in the other interface."""
    assert requests.description(scope_of(Request("GET", "/caf%C3%A9?a=%20", {"x-lab": "1"}))) == {
        "method": "GET",
        "path": "/café",
        "query": "a=%20",
        "headers": {"host": "127.0.0.1", "x-lab": "1"},
        "client": {"host": "127.0.0.1", "port": 50000},
        "http_version": "1.1",
    }


@pytest.mark.parametrize("entries", [{}, {"client": None}], ids=["left out", "none"])
def test_an_unknown_client_is_none(entries: Scope) -> None:
    """A server that knows no address, as behind a Unix socket, leaves the client out or sets none."""
    scope = scope_of(Request("GET", "/"))
    del scope["client"]
    assert requests.description({**scope, **entries})["client"] is None
