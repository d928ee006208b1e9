"""The traced bridges: a witness on either side."""

import subprocess
import sys

from contract.examples import Request
from tests.clients import call_asgi, call_wsgi
from tests.tracing.conftest import Journal
from tracing import asgi_as_wsgi, wsgi_as_asgi


def layers(journal: Journal) -> set[tuple[str, str, str]]:
    """Return who called whom by which interface."""
    called = [line for line in journal() if line["step"] in {"environ", "scope"}]
    return {(line["source"], line["target"], line["interface"]) for line in called}


def test_wsgi_as_asgi_shows_both_layers(written: Journal) -> None:
    """The server calls the bridge with a scope, the bridge the app with an environ."""
    assert call_asgi(wsgi_as_asgi, Request("GET", "/")).status == 200
    assert layers(written) == {("server", "bridge", "asgi"), ("bridge", "app", "wsgi")}


def test_asgi_as_wsgi_shows_both_layers(written: Journal) -> None:
    """The server calls the bridge with an environ, the bridge the app with a scope."""
    assert call_wsgi(asgi_as_wsgi, Request("GET", "/")).status == 200
    assert layers(written) == {("server", "bridge", "wsgi"), ("bridge", "app", "asgi")}


def test_without_a_file_the_lines_go_to_stderr() -> None:
    """Whoever starts a server by hand sees the events as they happen."""
    script = (
        "from tracing import wsgi_app; from tests.clients import *; call_wsgi(wsgi_app, Request('GET', '/'))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env={})
    assert [line.partition('"step": ')[2].split('"')[1] for line in done.stderr.splitlines()][:2] == [
        "environ",
        "start_response",
    ]
