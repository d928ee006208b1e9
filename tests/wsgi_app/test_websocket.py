"""What a WSGI app answers to whoever wants a WebSocket."""

import json

import pytest

import wsgi_app
from contract.examples import Request
from tests.clients import call_wsgi

UPGRADE = {
    "upgrade": "websocket",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version": "13",
}


@pytest.mark.parametrize("path", ["/ws/echo", "/ws/clock?interval=1"])
@pytest.mark.parametrize("headers", [UPGRADE, {}], ids=["upgrade", "plain"])
def test_it_says_why_it_has_none(path: str, headers: dict[str, str]) -> None:
    """501 and the reason, whether the request asked to upgrade or not: neither would help."""
    answer = call_wsgi(wsgi_app.app, Request("GET", path, headers))
    assert (answer.status, dict(answer.headers)["content-type"]) == (501, "application/problem+json")
    assert "PEP 3333" in json.loads(answer.body)["detail"]


def test_it_promises_no_upgrade() -> None:
    """`Upgrade` and `Connection` are hop-by-hop headers, which PEP 3333 leaves to the server."""
    names = {name for name, _ in call_wsgi(wsgi_app.app, Request("GET", "/ws/echo", UPGRADE)).headers}
    assert names & {"upgrade", "connection"} == set()
