"""WSGI as it happens: a middleware that passes everything on and writes it down (PEP 3333).

One call has these steps, in this order:

1. The server calls `app(environ, start_response)`.
2. The app may read the body from `environ["wsgi.input"]`; it waits there until the bytes have come.
3. The app calls `start_response(status, headers)` and is given `write`, the old way to send.
4. The app returns an iterable. Only now does the server pull: each `next` runs the app until its next item.
5. When the items end, or when the client has gone, the server calls `close` on the iterable.

All of it happens on one thread, which is taken until step 5 is over.
"""

from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Any, cast
from wsgiref.types import WSGIApplication

from records.trace import Lane
from tracing.journal import Call, piece
from wsgi_app.types import Environ, StartResponse


class TracedWSGI:
    """An app, traced; servers see a WSGI app, the app sees a server ("Middleware: Components that Play Both Sides")."""

    def __init__(self, app: WSGIApplication, caller: Lane = "server", callee: Lane = "app") -> None:
        self.app = app
        self.caller = caller
        self.callee = callee

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        call = Call("wsgi", self.caller, self.callee)
        call.to_app("environ", environ=environ)

        def traced_start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
        ) -> Callable[[bytes], object]:
            error = {"exc_info": repr(exc_info[1])} if exc_info else {}
            call.to_server("start_response", status=status, headers=headers, **error)
            return TracedWrite(start_response(status, headers, exc_info), call)

        environ["wsgi.input"] = TracedInput(environ["wsgi.input"], call)
        try:
            iterable = self.app(environ, traced_start_response)
        except BaseException as error:
            call.to_server("raise", error=repr(error))
            raise
        call.to_server("return", iterable=type(iterable).__name__)
        return (TracedSized if isinstance(iterable, Sized) else TracedIterable)(iterable, call)


class TracedIterable:
    """What the app returned, handed over item by item ("Buffering and Streaming")."""

    def __init__(self, iterable: Iterable[bytes], call: Call) -> None:
        self.iterable = iterable
        self.items = iter(iterable)
        self.call = call

    def __iter__(self) -> Iterator[bytes]:
        """Return what the server pulls from."""
        return self

    def __next__(self) -> bytes:
        """Run the app until its next item."""
        self.call.to_app("next")
        try:
            item = next(self.items)
        except StopIteration:
            self.call.to_server("end")
            raise
        except BaseException as error:
            self.call.to_server("raise", error=repr(error))
            raise
        self.call.to_server("item", **piece(item))
        return item

    def close(self) -> None:
        """Pass on that the server is done, in good order or because the client has gone."""
        close = getattr(self.iterable, "close", None)
        self.call.to_app("close", heard=close is not None)
        if close is not None:
            close()


class TracedSized(TracedIterable):
    """The same of what has a length, as a list has: the caller may rely on it ("Specification Details")."""

    def __len__(self) -> int:
        return len(cast("Sized", self.iterable))


class TracedWrite:
    """The callable that `start_response` returned ("The write() Callable")."""

    def __init__(self, write: Callable[[bytes], object], call: Call) -> None:
        self.write = write
        self.call = call

    def __call__(self, data: bytes) -> object:
        """Send a piece at once; it returns when the server has taken it."""
        self.call.to_server("write", **piece(data))
        return self.write(data)


class TracedInput:
    """The body that can be read ("Input and Error Streams")."""

    def __init__(self, stream: Any, call: Call) -> None:
        self.stream = stream
        self.call = call

    def read(self, *size: int) -> bytes:
        """Read up to so many bytes; none are the body's end."""
        self.call.to_server("read", method="read", asked=size[0] if size else None)
        return self._note_piece(self.stream.read(*size))

    def readline(self, *size: int) -> bytes:
        """Read up to the end of a line."""
        self.call.to_server("read", method="readline", asked=size[0] if size else None)
        return self._note_piece(self.stream.readline(*size))

    def readlines(self, *hint: int) -> list[bytes]:
        """Read all lines."""
        self.call.to_server("read", method="readlines", asked=hint[0] if hint else None)
        lines: list[bytes] = self.stream.readlines(*hint)
        self._note_piece(b"".join(lines))
        return lines

    def __iter__(self) -> Iterator[bytes]:
        """Read line by line."""
        for line in self.stream:
            self.call.to_server("read", method="iteration", asked=None)
            yield self._note_piece(line)

    def _note_piece(self, data: bytes) -> bytes:
        self.call.to_app("got", **piece(data))
        return data
