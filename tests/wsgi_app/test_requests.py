"""What a request says, read from the environ."""

import io
from http import HTTPStatus

import pytest

from contract.examples import Request
from contract.problems import Problem
from tests.clients import environ_of
from wsgi_app import requests
from wsgi_app.types import Environ

LIMIT = 100_000


class Input(io.BytesIO):
    """A wsgi.input that notes how much was asked for each time."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.asked: list[int | None] = []

    def read(self, size: int | None = -1, /) -> bytes:
        """Note the size asked for, then read."""
        self.asked.append(size)
        return super().read(size)


def posted(body: bytes, **entries: str) -> Environ:
    """Return the environ of a POST with this body and these entries of its own."""
    return {**environ_of(Request("POST", "/echo")), "wsgi.input": Input(body), **entries}


def refusal(environ: Environ) -> HTTPStatus:
    """Return the status of the problem that reading the body raises."""
    with pytest.raises(Problem) as caught:
        list(requests.body(environ, LIMIT))
    return caught.value.status


def test_a_body_is_read_up_to_its_declared_length() -> None:
    """What follows the declared length stays with the server: it is the next request's."""
    environ = posted(b"helloGET /", CONTENT_LENGTH="5")
    assert list(requests.body(environ, LIMIT)) == [b"hello"]
    assert environ["wsgi.input"].asked == [5]


def test_a_body_is_read_in_pieces_of_64_kib() -> None:
    """A long body is never asked for as a whole."""
    environ = posted(b"x" * 70_000, CONTENT_LENGTH="70000")
    assert [len(piece) for piece in requests.body(environ, LIMIT)] == [65_536, 4464]
    assert environ["wsgi.input"].asked == [65_536, 4464]


def test_no_declared_length_is_no_body() -> None:
    """Without a length and a transfer coding the input isn't touched: reading it could wait for ever."""
    environ = posted(b"anything")
    assert list(requests.body(environ, LIMIT)) == []
    assert environ["wsgi.input"].asked == []


def test_an_empty_length_is_no_length() -> None:
    """An empty CONTENT_LENGTH is as good as none (PEP 3333 lets it be empty or absent)."""
    assert list(requests.body(posted(b"anything", CONTENT_LENGTH=""), LIMIT)) == []


def test_a_chunked_body_ends_at_end_of_file() -> None:
    """A body without a declared length is read until the server says end of file."""
    environ = posted(b"x" * 70_000, HTTP_TRANSFER_ENCODING="chunked")
    assert b"".join(requests.body(environ, LIMIT)) == b"x" * 70_000


def test_a_body_that_ends_early_is_broken() -> None:
    """A body shorter than its declared length is 400."""
    assert refusal(posted(b"hell", CONTENT_LENGTH="5")) is HTTPStatus.BAD_REQUEST


def test_a_declared_length_above_the_limit_is_refused_unread() -> None:
    """A length above the limit is 413 before a byte of the body is read."""
    environ = posted(b"x" * 100_001, CONTENT_LENGTH="100001")
    assert refusal(environ) is HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert environ["wsgi.input"].asked == []


def test_a_chunked_body_above_the_limit_is_refused_at_the_limit() -> None:
    """A chunked body above the limit is 413 as soon as one byte more than the limit came."""
    environ = posted(b"x" * 1_000_000, HTTP_TRANSFER_ENCODING="chunked")
    assert refusal(environ) is HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert environ["wsgi.input"].tell() == 100_001


@pytest.mark.parametrize("entries", [{"CONTENT_LENGTH": "100000"}, {"HTTP_TRANSFER_ENCODING": "chunked"}])
def test_a_body_of_exactly_the_limit_is_read(entries: dict[str, str]) -> None:
    """The limit itself is allowed, declared or not."""
    environ = posted(b"x" * 100_000, **entries)
    assert sum(len(piece) for piece in requests.body(environ, LIMIT)) == 100_000


def test_a_length_that_is_no_number_is_refused() -> None:
    """A CONTENT_LENGTH that isn't a number is 400."""
    assert refusal(posted(b"hello", CONTENT_LENGTH="five")) is HTTPStatus.BAD_REQUEST


def test_a_path_is_utf8() -> None:
    """A path comes as bytes disguised as latin-1, and is read as UTF-8."""
    assert requests.path({"PATH_INFO": "/cafÃ©"}) == "/café"


def test_a_path_that_is_not_utf8_is_still_a_path() -> None:
    """Bytes that aren't UTF-8 become replacement characters, which no route has."""
    assert requests.path({"PATH_INFO": "/caf\xe9"}) == "/caf�"


def test_a_missing_path_is_empty() -> None:
    """A server may leave an empty PATH_INFO out."""
    assert requests.path({}) == ""


def test_a_query_is_parsed() -> None:
    """The query's names and values are decoded; without QUERY_STRING there are none."""
    assert requests.query({"QUERY_STRING": "a=1&a=%C3%A9"}) == {"a": ["1", "é"]}
    assert requests.query({}) == {}


def test_headers_go_by_their_lower_case_names() -> None:
    """Headers are the HTTP_ entries and the two that CGI names otherwise, by name; nothing else is one."""
    environ = {
        "REQUEST_METHOD": "GET",
        "HTTP_X_LAB": "1",
        "HTTP_HOST": "here",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "5",
        "wsgi.input": None,
    }
    assert list(requests.headers(environ).items()) == [
        ("content-length", "5"),
        ("content-type", "text/plain"),
        ("host", "here"),
        ("x-lab", "1"),
    ]


def test_an_empty_length_or_type_is_no_header() -> None:
    """CONTENT_TYPE and CONTENT_LENGTH may be empty, which says that the header didn't come."""
    environ = {"CONTENT_TYPE": "", "CONTENT_LENGTH": "", "HTTP_ACCEPT": ""}
    assert requests.headers(environ) == {"accept": ""}
    assert (requests.header(environ, "content-type"), requests.header(environ, "accept")) == (None, "")


def test_one_header_goes_by_its_name() -> None:
    """A header is found by its lower-case name, and is none where it didn't come."""
    environ = {"HTTP_LAST_EVENT_ID": "7"}
    assert requests.header(environ, "last-event-id") == "7"
    assert requests.header(environ, "accept") is None


def test_what_the_app_was_told_is_in_common_words() -> None:
    """A request is described by the same words as in the other interface."""
    environ = environ_of(Request("GET", "/caf%C3%A9?a=%20", {"x-lab": "1"}))
    assert requests.description(environ) == {
        "method": "GET",
        "path": "/café",
        "query": "a=%20",
        "headers": {"host": "127.0.0.1", "x-lab": "1"},
        "client": {"host": "127.0.0.1", "port": 50000},
        "http_version": "1.1",
    }


def test_an_unknown_client_is_none() -> None:
    """A server that knows no address, as behind a Unix socket, leaves the client out."""
    environ = environ_of(Request("GET", "/"))
    del environ["REMOTE_ADDR"], environ["REMOTE_PORT"]
    assert requests.description(environ)["client"] is None
