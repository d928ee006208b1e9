"""What the WSGI app of the experiments answers: each path by the function of its name."""

import hashlib
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar

from experiments.notes import Query, note
from wsgi_app.types import Environ, StartResponse

TEXT = [("Content-Type", "text/plain")]
latest: ContextVar[str] = ContextVar("latest", default="nothing")


def hello(_environ: Environ, start_response: StartResponse, _query: Query) -> Iterable[bytes]:
    """Answer at once; a HEAD as if it were a GET."""
    start_response("200 OK", [*TEXT, ("Content-Length", "5")])
    return [b"hello"]


class Stream:
    """Chunks as they are made, with a close() that tells when it was called (PEP 3333, "Specification Details")."""

    def __init__(self, chunks: Iterator[bytes], number: str) -> None:
        self._chunks = chunks
        self._number = number

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def close(self) -> None:
        """Be told that this is over."""
        note(self._number, "closed")


def stream(_environ: Environ, start_response: StartResponse, query: Query) -> Iterable[bytes]:
    """Send numbered chunks with pauses."""
    start_response("200 OK", TEXT)
    return Stream(_chunks_of(query), query["number"])


def _chunks_of(query: Query) -> Iterator[bytes]:
    """Yield numbered chunks, noting each."""
    for count in range(int(query["chunks"])):
        note(query["number"], "chunk", count=count)
        yield b"chunk %d\n" % count
        time.sleep(float(query["interval"]))


def body(environ: Environ, start_response: StartResponse, query: Query) -> Iterable[bytes]:
    """Read the body piece by piece, to its end or its error."""
    total, digest, read = 0, hashlib.sha256(), environ["wsgi.input"].read
    try:
        while piece := read(1000):
            note(query["number"], "read", count=len(piece))
            total += len(piece)
            digest.update(piece)
    except Exception as error:
        note(query["number"], "broken", error=type(error).__name__)
        raise
    note(query["number"], "end", total=total)
    start_response("200 OK", TEXT)
    return [f"{total} {digest.hexdigest()}".encode()]


def wait(_environ: Environ, start_response: StartResponse, query: Query) -> Iterable[bytes]:
    """Wait, then answer; there is nothing to listen to meanwhile."""
    note(query["number"], "waiting")
    time.sleep(float(query["seconds"]))
    note(query["number"], "waited")
    start_response("200 OK", TEXT)
    return [b"waited"]


class Afterwards:
    """A body whose close() goes on working."""

    def __init__(self, query: Query) -> None:
        self._query = query

    def __iter__(self) -> Iterator[bytes]:
        yield b"answered"

    def close(self) -> None:
        """Work after the answer: the only place that WSGI has for it."""
        time.sleep(float(self._query["seconds"]))
        note(self._query["number"], "worked")


def after(_environ: Environ, start_response: StartResponse, query: Query) -> Iterable[bytes]:
    """Answer, then work."""
    start_response("200 OK", [*TEXT, ("Content-Length", "8")])
    return Afterwards(query)


def state(_environ: Environ, start_response: StartResponse, _query: Query) -> Iterable[bytes]:
    """Tell what was handed over at startup: WSGI has no startup."""
    start_response("200 OK", TEXT)
    return [b"none"]


def events(environ: Environ, start_response: StartResponse, query: Query) -> Iterable[bytes]:
    """Send three events from the one after Last-Event-ID on (WHATWG HTML, "Server-sent events")."""
    first = int(environ.get("HTTP_LAST_EVENT_ID", "0")) + 1
    start_response("200 OK", [("Content-Type", "text/event-stream")])
    return _events_from(first, float(query["interval"]))


def _events_from(first: int, interval_s: float) -> Iterator[bytes]:
    """Yield three events with pauses."""
    for count in range(first, first + 3):
        yield b"id: %d\ndata: %d\n\n" % (count, count)
        time.sleep(interval_s)


def trailers(_environ: Environ, start_response: StartResponse, _query: Query) -> Iterable[bytes]:
    """Answer without trailers: WSGI has no word for them."""
    start_response("200 OK", TEXT)
    return [b"no way to send trailers"]


def refuse(_environ: Environ, start_response: StartResponse, _query: Query) -> Iterable[bytes]:
    """Answer without having read the body."""
    start_response("413 Content Too Large", [*TEXT, ("Content-Length", "7")])
    return [b"refused"]


def fail(_environ: Environ, start_response: StartResponse, query: Query) -> Iterable[bytes]:
    """Raise before the answer, or after its first chunk."""
    if query["when"] == "before":
        raise RuntimeError("failed before the answer, as asked")
    start_response("200 OK", TEXT)
    return _failing()


def _failing() -> Iterator[bytes]:
    """Yield a chunk, then raise."""
    yield b"first chunk\n"
    raise RuntimeError("failed midway, as asked")


def scope(environ: Environ, start_response: StartResponse, _query: Query) -> Iterable[bytes]:
    """Write into the environ (PEP 3333, "environ Variables": a dict that the app may change)."""
    environ["lab.key"] = "found" if "lab.key" in environ else "written"
    start_response("200 OK", TEXT)
    return [str(environ["lab.key"]).encode()]


def context(_environ: Environ, start_response: StartResponse, query: Query) -> Iterable[bytes]:
    """Set a context variable; tell what it was before, and what it is while the answer is iterated (PEP 567)."""
    before = latest.get()
    latest.set(query["number"])
    start_response("200 OK", TEXT)
    return _before_and_now(before)


def _before_and_now(before: str) -> Iterator[bytes]:
    """Yield a context variable as it was, and as it is now."""
    yield f"{before} ".encode()
    yield latest.get().encode()
