"""The witness of WSGI: every step, in order, and nothing changed by it."""

import io
from collections.abc import Callable, Iterable, Iterator, Sized

import pytest

from contract.examples import Request
from tests.clients import call_wsgi, environ_of
from tests.tracing.conftest import Journal
from tracing import TracedWSGI, wsgi_app
from wsgi_app.types import Environ, StartResponse


def steps(journal: Journal) -> list[tuple[str, str]]:
    """Return the steps and who they went to."""
    return [(line["step"], line["target"]) for line in journal()]


def ignored(
    status: str, headers: list[tuple[str, str]], exc_info: object = None, /
) -> Callable[[bytes], object]:
    """Start a response that nobody reads."""
    del status, headers, exc_info
    return lambda _: None


def test_a_request_step_by_step(written: Journal) -> None:
    """The server calls, the app starts and returns, the server pulls until the end and closes."""
    answer = call_wsgi(wsgi_app, Request("GET", "/"))
    assert answer.body == b"Hello from the bare interface!"
    assert steps(written) == [
        ("environ", "app"),
        ("start_response", "server"),
        ("return", "server"),
        ("next", "app"),
        ("item", "server"),
        ("next", "app"),
        ("end", "server"),
        ("close", "app"),
    ]


def test_details_of_an_answer(written: Journal) -> None:
    """Status and headers, what kind of iterable, and each item by its size and first bytes."""
    call_wsgi(wsgi_app, Request("GET", "/"))
    told = {line["step"]: line["details"] for line in written()}
    assert told["start_response"] == {
        "status": "200 OK",
        "headers": [
            ["content-type", "text/plain; charset=utf-8"],
            ["content-length", "30"],
            ["x-lab-interface", "wsgi"],
        ],
    }
    assert told["return"] == {"iterable": "list"}
    assert told["item"] == {"bytes": 30, "first": "b'Hello from the bare interface!'"}
    assert told["close"] == {"heard": False}


def test_reading_shows_what_was_asked_and_got(written: Journal) -> None:
    """Each read of the body has a size that was asked for and bytes that came."""
    call_wsgi(wsgi_app, Request("POST", "/upload", body=b"nine here"))
    reads = [line for line in written() if line["step"] in {"read", "got"}]
    assert [(line["step"], line["details"]) for line in reads] == [
        ("read", {"method": "read", "asked": 9}),
        ("got", {"bytes": 9, "first": "b'nine here'"}),
    ]


def test_every_way_of_reading_is_seen(written: Journal) -> None:
    """Readline, readlines and iteration are steps as well."""

    def reads(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        stream = environ["wsgi.input"]
        lines = [stream.readline(), *stream.readlines(1), *stream]
        start_response("200 OK", [])
        return lines

    environ = environ_of(Request("POST", "/"))
    environ["wsgi.input"] = io.BytesIO(b"a\nb\nc\n")
    assert list(TracedWSGI(reads)(environ, ignored)) == [b"a\n", b"b\n", b"c\n"]
    asked = [line["details"]["method"] for line in written() if line["step"] == "read"]
    assert asked == ["readline", "readlines", "iteration"]


@pytest.mark.parametrize(("answer", "length"), [([b"one", b"two"], 2), (iter([b"one"]), None)])
def test_a_length_can_be_asked_for_as_before(
    written: Journal, answer: Iterable[bytes], length: int | None
) -> None:
    """A list still has its length, on which a caller may rely; what has none still hasn't."""
    iterable = TracedWSGI(lambda _environ, _start_response: answer)(environ_of(Request("GET", "/")), ignored)
    assert (len(iterable) if isinstance(iterable, Sized) else None) == length
    assert steps(written)[-1] == ("return", "server")


def test_write_is_a_step(written: Journal) -> None:
    """What goes out by the write callable is seen, and goes out."""
    sent: list[bytes] = []

    def writes(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        del environ
        start_response("200 OK", [])(b"the old way")
        return []

    list(TracedWSGI(writes)(environ_of(Request("GET", "/")), lambda *_: sent.append))
    assert sent == [b"the old way"]
    assert ("write", "server") in steps(written)


def test_a_client_that_leaves_closes_the_generator(written: Journal) -> None:
    """Close without an end runs the generator's finally clause."""
    ended = []

    def streams(environ: Environ, start_response: StartResponse) -> Iterator[bytes]:
        del environ
        start_response("200 OK", [])
        try:
            yield b"one"
            yield b"two"
        finally:
            ended.append(True)

    iterable = iter(TracedWSGI(streams)(environ_of(Request("GET", "/")), ignored))
    next(iterable)
    iterable.close()  # type: ignore[attr-defined] # the witness has one
    assert ended == [True]
    assert steps(written)[-2:] == [("item", "server"), ("close", "app")]


def test_a_failure_is_a_step_and_goes_on(written: Journal) -> None:
    """What the app raises is written down and raised."""

    def fails(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        del environ, start_response
        raise RuntimeError("no luck")

    with pytest.raises(RuntimeError, match="no luck"):
        TracedWSGI(fails)(environ_of(Request("GET", "/")), ignored)
    assert written()[-1]["details"] == {"error": "RuntimeError('no luck')"}


def test_secrets_never_reach_the_journal(written: Journal) -> None:
    """Neither those that came in the environ nor those that the app sets."""

    def sets(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        assert environ["HTTP_COOKIE"] == "hush"
        start_response("200 OK", [("Set-Cookie", "hush")])
        return []

    headers = dict.fromkeys(("Cookie", "Authorization", "Proxy-Authorization", "X-Api-Key"), "hush")
    list(TracedWSGI(sets)(environ_of(Request("GET", "/", headers=headers)), ignored))
    assert "hush" not in str(written())
    assert written()[0]["details"]["environ"]["HTTP_X_API_KEY"] == "[redacted]"


def test_lines_say_where_they_ran(written: Journal) -> None:
    """A call runs on one thread and in no task."""
    call_wsgi(wsgi_app, Request("GET", "/"))
    assert {(line["thread"], line["task"], line["interface"]) for line in written()} == {
        ("MainThread", None, "wsgi")
    }
