"""Clients that call an app in this process, without a server."""

import asyncio
import io
from collections.abc import Iterable
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication
from wsgiref.validate import validator

from asgi_app.types import Handler, Message, Scope
from contract.conformance import Answer
from contract.examples import Request

Headers = Iterable[tuple[str, str]]


def environ_of(request: Request) -> dict[str, object]:
    """Return the environ that a careful server makes of a request."""
    path, _, query = request.target.partition("?")
    environ: dict[str, object] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "50000",
        "HTTP_HOST": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    if request.body:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    return environ


def call_wsgi(app: WSGIApplication, request: Request) -> Answer:
    """Call a WSGI app under wsgiref's validator and collect its answer."""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None, /) -> object:
        del exc_info
        started.append((status, headers))
        return written.append

    broke_off = False
    iterable = validator(app)(environ_of(request), start_response)  # type: ignore[arg-type] # its write returns None
    try:
        written.extend(iterable)
    except RuntimeError:
        broke_off = True
    finally:
        iterable.close()  # type: ignore[attr-defined] # the validator's iterator has one
    status, headers = started[-1]
    return Answer(int(status.split()[0]), tuple(headers), b"".join(written), broke_off)


def scope_of(request: Request) -> Scope:
    """Return the scope that a careful server makes of a request."""
    path, _, query = request.target.partition("?")
    headers = {"host": "127.0.0.1", **request.headers}
    if request.body:
        headers["content-length"] = str(len(request.body))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote_to_bytes(path).decode(),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
        "state": {},
    }


class Connection:
    """The server's side of one ASGI scope: what the app is sent, and what it sends."""

    def __init__(self, *messages: Message, hangs_up: bool = False) -> None:
        self.messages = list(messages)
        self.sent: list[Message] = []
        self.gone = asyncio.Event()
        if hangs_up:
            self.gone.set()

    async def receive(self) -> Message:
        """Give the next message, and http.disconnect once the client has gone."""
        if self.messages:
            return self.messages.pop(0)
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Note what the app sent."""
        self.sent.append(message)
        await asyncio.sleep(0)

    @property
    def answer(self) -> Answer:
        """The answer so far; without a last body event it broke off."""
        start, *bodies = self.sent
        HTTPStatus(start["status"])
        return Answer(
            start["status"],
            tuple((name.decode(), value.decode()) for name, value in start["headers"]),
            b"".join(body.get("body", b"") for body in bodies),
            broke_off=not bodies or bodies[-1].get("more_body", False),
        )


def call_asgi(app: Handler, request: Request, scope: Scope | None = None) -> Answer:
    """Call an ASGI app with one request and collect its answer."""

    async def call() -> Answer:
        connection = Connection({"type": "http.request", "body": request.body})
        with suppress(Exception):
            await app(scope or scope_of(request), connection.receive, connection.send)
        return connection.answer

    return asyncio.run(call())
