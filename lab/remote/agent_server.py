"""HTTP around an agent, on Flask: the token, the routes, JSON.

Every request carries `Authorization: Bearer TOKEN` (RFC 6750, section 2.1); answers are JSON, errors have a `detail`.
"""

import hmac
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.serving import WSGIRequestHandler, make_server

from lab.addresses import asked_at, base_url
from lab.errors import LabError, UsageError
from lab.remote.agent import Agent, Answer
from lab.servers import HOST
from records.agent import Refusal

SILENT_FOR_S = 30.0
LARGEST_BODY = 256 * 1024 * 1024
LONGEST_NUMBER = 12  # digits: longer ones are too large anyway


def application(agent: Agent, token: str) -> Flask:
    """Return what answers whoever has the token."""
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False
    app.before_request(partial(refusal, token))
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(UsageError, lambda error: refused(HTTPStatus.BAD_REQUEST, str(error)))
    app.register_error_handler(LabError, lambda error: refused(HTTPStatus.INTERNAL_SERVER_ERROR, str(error)))
    for (method, path), answer in agent.routes.items():
        view = partial(answered, answer)
        app.add_url_rule(path, f"{method} {path}", view, methods=[method], provide_automatic_options=False)
    return app


def answered(answer: Answer) -> Response:
    """Return what a route has to say."""
    content = answer(request.args, request.get_data())
    return as_json(content if isinstance(content, bytes) else msgspec.json.encode(content))


def refusal(token: str) -> Response | None:
    """Return why a request isn't answered, `None` for one that is."""
    authorization = request.headers.get("Authorization", "")
    if not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        unauthorized = refused(HTTPStatus.UNAUTHORIZED, "The token is missing or another.")
        unauthorized.headers["WWW-Authenticate"] = "Bearer"
        return unauthorized
    length = request.headers.get("Content-Length", "0")
    if not (length.isascii() and length.isdigit()) or "Transfer-Encoding" in request.headers:
        return refused(HTTPStatus.BAD_REQUEST, "The body's length is no number.")
    if int(length[:LONGEST_NUMBER]) > LARGEST_BODY:
        return refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large.")
    return None


def http_error(error: HTTPException) -> Response:
    """Return the answer to a request that no route answers."""
    if isinstance(error, NotFound | MethodNotAllowed):
        return refused(HTTPStatus.NOT_FOUND, f"There is no {request.method} {request.path} here.")
    return refused(HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR), str(error.description))


def refused(status: HTTPStatus, detail: str) -> Response:
    """Return an error with its sentence."""
    return as_json(msgspec.json.encode(Refusal(detail)), status)


def as_json(content: bytes, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return an answer in JSON."""
    return Response(content, status, content_type="application/json")


class QuietHandler(WSGIRequestHandler):
    """Reads requests without a log: somebody asks every second."""

    timeout = SILENT_FOR_S
    disable_nagle_algorithm = True

    def log_request(self, *_: object) -> None:
        """Log nothing."""

    def log(self, *_: object) -> None:
        """Log nothing."""

    def make_environ(self) -> dict[str, Any]:
        """Take whatever is asked for as a path, which may be nobody's: it need not be a URL."""
        if not self.path.startswith("/"):
            self.path = f"/{self.path}"
        return super().make_environ()


@contextmanager
def answering(agent: Agent, token: str, host: str = HOST, port: int = 0) -> Iterator[str]:
    """Answer in threads until the block ends; yields the agent's base URL. Raises LabError when the port is taken."""
    app = application(agent, token)
    with listening(host, port) as listener:
        server = make_server(
            host, port, app, threaded=True, request_handler=QuietHandler, fd=listener.fileno()
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        yield base_url(asked_at(host), server.port)
    finally:
        server.shutdown()
        thread.join()


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raises LabError when it can't, where Werkzeug would end the process."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise LabError(
            f"The agent can't listen on {host}:{port}: {error.strerror}; choose another --port."
        ) from error
    listener.listen()
    return listener
