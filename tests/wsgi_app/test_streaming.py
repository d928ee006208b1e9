"""Answers in pieces: made when taken, stopped when closed."""

from collections.abc import Callable, Generator, Iterator

import pytest

import wsgi_app
from contract import payloads
from contract.examples import Request
from tests.clients import environ_of
from wsgi_app import responses

Headers = list[tuple[str, str]]


class Started:
    """A start_response that notes the call."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Headers, object]] = []

    def __call__(
        self, status: str, headers: Headers, exc_info: object = None, /
    ) -> Callable[[bytes], object]:
        """Note the status and headers."""
        self.calls.append((status, headers, exc_info))
        return len


class Chunks:
    """Makes numbered chunks without end, and notes what it made and whether it was closed."""

    def __init__(self) -> None:
        self.made: list[int] = []
        self.closed = False

    def __iter__(self) -> Generator[bytes, None, None]:
        """Make the next chunk when it is asked for."""
        try:
            while True:
                self.made.append(len(self.made) + 1)
                yield b"chunk"
        finally:
            self.closed = True


@pytest.fixture
def chunks() -> Chunks:
    """Return chunks of which none is made yet."""
    return Chunks()


def test_a_chunk_is_made_when_it_is_taken(chunks: Chunks) -> None:
    """No chunk is made before the server asks for it, and then just that one."""
    iterator = iter(responses.stream(environ_of(Request("GET", "/")), Started(), iter(chunks)))
    assert chunks.made == []
    next(iterator)
    assert chunks.made == [1]
    next(iterator)
    assert chunks.made == [1, 2]


def test_the_answer_starts_before_the_first_chunk(chunks: Chunks) -> None:
    """The status and headers are told to the server when no chunk is made yet, and no length among them."""
    start = Started()
    responses.stream(environ_of(Request("GET", "/")), start, iter(chunks), headers=(("x-lab", "1"),))
    assert start.calls == [
        (
            "200 OK",
            [("content-type", "text/plain; charset=utf-8"), ("x-lab-interface", "wsgi"), ("x-lab", "1")],
            None,
        )
    ]
    assert chunks.made == []


def test_closing_the_iterable_stops_the_chunks(chunks: Chunks) -> None:
    """A server that closes the iterable, as it must when the client has gone, closes the generator."""
    answer = responses.stream(environ_of(Request("GET", "/")), Started(), iter(chunks))
    assert isinstance(answer, Generator)
    assert next(answer) == b"chunk"
    answer.close()
    assert (chunks.made, chunks.closed) == ([1], True)


def test_head_makes_no_chunk(chunks: Chunks) -> None:
    """The answer to HEAD has no body, so no chunk is made for it."""
    assert responses.stream(environ_of(Request("HEAD", "/")), Started(), iter(chunks)) == []
    assert chunks.made == []


@pytest.mark.parametrize(
    ("target", "first"),
    [
        ("/stream?chunks=1000&interval=5&size=8", b"chunk 1\n"),
        ("/events?count=1000&interval=5", b"id: 1\ndata: event 1\n\n"),
        ("/bytes?size=1073741824", bytes(range(256)) * 256),
    ],
)
def test_an_endpoint_stops_when_it_is_closed(target: str, first: bytes) -> None:
    """A stream that would go on for more than an hour is over as soon as the server closes it."""
    answer = wsgi_app.app(environ_of(Request("GET", target)), Started())
    assert isinstance(answer, Generator)
    assert next(answer) == first
    answer.close()
    assert list(answer) == []


def test_an_endpoint_makes_its_chunks_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second chunk of /stream isn't made while the server still holds the first."""
    made: list[int] = []

    def noted(number: int, size: int) -> bytes:
        made.append(number)
        return b"x" * size

    monkeypatch.setattr(payloads, "chunk", noted)
    target = "/stream?chunks=3&interval=0&size=1"
    answer: Iterator[bytes] = iter(wsgi_app.app(environ_of(Request("GET", target)), Started()))
    assert made == []
    assert [(chunk, list(made)) for chunk in answer] == [(b"x", [1]), (b"x", [1, 2]), (b"x", [1, 2, 3])]


def test_the_last_chunk_is_not_waited_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between three chunks there are two waits: none before the first, none after the last."""
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    target = "/stream?chunks=3&interval=5&size=1"
    assert list(wsgi_app.app(environ_of(Request("GET", target)), Started())) == [b"\n", b"\n", b"\n"]
    assert waits == [5.0, 5.0]
