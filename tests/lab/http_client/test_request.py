"""Requests as bytes."""

import pytest

from lab.http_client.request import Headers, chunked, complete_headers, head


def test_head_ends_with_an_empty_line() -> None:
    """A start line, the fields, an empty line (RFC 9112, section 2.1)."""
    assert head("GET", "/x", [("A", "b")]) == b"GET /x HTTP/1.1\r\nHost: 127.0.0.1\r\nA: b\r\n\r\n"


def test_given_host_is_the_only_one() -> None:
    """Whatever its case, nobody's Host is sent twice."""
    assert head("GET", "/", [("host", "example.org")]) == b"GET / HTTP/1.1\r\nhost: example.org\r\n\r\n"


def test_values_are_latin_1() -> None:
    """A byte for each character, as servers read them (PEP 3333, "Unicode Issues")."""
    assert b"A: \xfc\r\n" in head("GET", "/", [("A", "ü")])


@pytest.mark.parametrize(
    ("given", "completed_headers"),
    [
        ([], [("Host", "lab"), ("TE", "trailers")]),
        ([("te", "gzip"), ("A", "b")], [("Host", "lab"), ("te", "gzip"), ("A", "b")]),
        ([("A", "1"), ("A", "2")], [("Host", "lab"), ("TE", "trailers"), ("A", "1"), ("A", "2")]),
    ],
)
def test_needed_headers_stand_before_the_given_ones(given: Headers, completed_headers: Headers) -> None:
    """Only those that weren't given are added; what is given twice is meant."""
    assert complete_headers(given, [("Host", "lab"), ("TE", "trailers")]) == completed_headers


def test_chunked_body_ends_with_an_empty_chunk() -> None:
    """The size of each in hexadecimal (RFC 9112, section 7.1)."""
    assert chunked(b"hello", b"x" * 16) == b"5\r\nhello\r\n10\r\n" + b"x" * 16 + b"\r\n0\r\n\r\n"
