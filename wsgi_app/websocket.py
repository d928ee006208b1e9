"""WebSockets, and why PEP 3333 has none: an environ is one request, and start_response begins its one answer."""

from collections.abc import Iterable

from contract import problems
from wsgi_app.types import Environ, StartResponse


def websocket_echo(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """/ws/echo: nothing here takes a message, or sends one unasked."""
    raise problems.no_upgrade()


def websocket_clock(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """/ws/clock?interval=: the same."""
    raise problems.no_upgrade()
